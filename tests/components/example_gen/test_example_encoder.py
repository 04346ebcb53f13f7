"""Examples are written byte for byte as protobuf writes them."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tensorflow.core.example import example_pb2, feature_pb2

from components.example_gen import example_encoder

int64 = st.integers(-(2**63), 2**63 - 1)


def _protobuf(**features: feature_pb2.Feature) -> bytes:
    example = example_pb2.Example(features=feature_pb2.Features(feature=features))
    return example.SerializeToString(deterministic=True)


def _ints(values: Sequence[int]) -> feature_pb2.Feature:
    return feature_pb2.Feature(int64_list=feature_pb2.Int64List(value=values))


def _bytes(values: Sequence[bytes]) -> feature_pb2.Feature:
    return feature_pb2.Feature(bytes_list=feature_pb2.BytesList(value=values))


@given(st.lists(int64, max_size=30), st.data())
def test_a_slice_of_numbers(numbers, data):
    first = data.draw(st.integers(0, len(numbers)))
    last = data.draw(st.integers(first, len(numbers)))
    column = example_encoder.IntColumn(np.array(numbers, np.int64))
    assert example_encoder.example({"n": column.feature(first, last)}) == _protobuf(
        n=_ints(numbers[first:last])
    )


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=5), st.data())
def test_a_slice_of_texts(values, data):
    places = data.draw(st.lists(st.integers(0, len(values) - 1), max_size=20))
    first = data.draw(st.integers(0, len(places)))
    last = data.draw(st.integers(first, len(places)))
    column = example_encoder.BytesColumn(pa.array(values, pa.binary()), np.array(places, np.int64))
    chosen = [values[place] for place in places[first:last]]
    assert example_encoder.example({"t": column.feature(first, last)}) == _protobuf(t=_bytes(chosen))
    assert example_encoder.example({"t": example_encoder.bytes_feature(chosen)}) == _protobuf(
        t=_bytes(chosen)
    )


@given(int64)
def test_one_number(number):
    assert example_encoder.example({"n": example_encoder.int_feature(number)}) == _protobuf(n=_ints([number]))


@pytest.mark.parametrize(("zeros", "ones"), [(0, 0), (0, 3), (2, 1), (200, 0)])
def test_zeros_then_ones(zeros, ones):
    expected = _protobuf(f=_ints([0] * zeros + [1] * ones))
    assert example_encoder.example({"f": example_encoder.flags_feature(zeros, ones)}) == expected


def test_features_are_sorted_by_name():
    features = {
        "b": example_encoder.int_feature(1),
        "a": example_encoder.bytes_feature([b"x" * 200]),
        "aa": example_encoder.flags_feature(1, 1),
    }
    assert example_encoder.example(features) == _protobuf(
        b=_ints([1]), a=_bytes([b"x" * 200]), aa=_ints([0, 1])
    )
