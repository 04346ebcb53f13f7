import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from serving.errors import ServingError
from serving.tensors import to_array, to_proto

tensor_pb2 = pytest.importorskip("tensorflow.core.framework.tensor_pb2")


def proto_of(dtype: int, shape: list[int], **values: object) -> object:
    proto = tensor_pb2.TensorProto(dtype=dtype, **values)
    for size in shape:
        proto.tensor_shape.dim.add().size = size
    return proto


def strings(rows: list[list[bytes]]) -> np.ndarray:
    return np.array(rows, dtype=object)


def there_and_back(array: np.ndarray) -> np.ndarray:
    proto = tensor_pb2.TensorProto()
    to_proto(array, proto)
    return to_array("x", tensor_pb2.TensorProto.FromString(proto.SerializeToString()))


@given(
    st.sampled_from([np.float32, np.int64, np.int32, np.bool_]).flatmap(
        lambda dtype: st_numpy.arrays(dtype, st_numpy.array_shapes(min_dims=0, max_dims=3, min_side=0))
    )
)
def test_arrays_come_back_whole(array: np.ndarray) -> None:
    back = there_and_back(array)
    assert back.dtype == array.dtype
    np.testing.assert_array_equal(back, array)


def test_strings_come_back_whole_as_bytes() -> None:
    tensor = strings([[b"", "é".encode()], [b"\xff\x00", b"x"]])
    assert there_and_back(tensor).tolist() == tensor.tolist()
    assert there_and_back(np.empty((3, 0), object)).shape == (3, 0)


def test_tensorflows_own_protos_are_read() -> None:
    import tensorflow as tf

    for value in ([[1, 2], [3, 4]], [[0.5, -np.inf]], [["a", "b"]], [[True]]):
        expected = tf.constant(value).numpy()
        assert to_array("x", tf.make_tensor_proto(value)).tolist() == expected.tolist()


def test_tensorflow_reads_our_protos() -> None:
    import tensorflow as tf

    for array in (np.array([[1.5, -np.inf]], np.float32), strings([[b"a", b""]])):
        proto = tensor_pb2.TensorProto()
        to_proto(array, proto)
        assert tf.make_ndarray(proto).tolist() == array.tolist()


def test_one_value_fills_a_tensor_as_in_tensorflow() -> None:
    assert to_array("x", proto_of(9, [2, 2], int64_val=[7])).tolist() == [[7, 7], [7, 7]]


@pytest.mark.parametrize(
    ("proto", "code"),
    [
        (lambda: proto_of(9, [1 << 30, 1 << 30], int64_val=[1]), "RESOURCE_EXHAUSTED"),
        (lambda: proto_of(9, [2], int64_val=[1, 2, 3]), "INVALID_ARGUMENT"),
        (lambda: proto_of(7, [2]), "INVALID_ARGUMENT"),
        (lambda: proto_of(9, [-1], int64_val=[1]), "INVALID_ARGUMENT"),
        (lambda: proto_of(21, [1]), "INVALID_ARGUMENT"),
        (lambda: proto_of(1, [1], tensor_content=b"abc"), "INVALID_ARGUMENT"),
    ],
)
def test_a_proto_that_claims_what_it_lacks_is_refused(proto: object, code: str) -> None:
    with pytest.raises(ServingError) as refusal:
        to_array("x", proto())
    assert refusal.value.code == code
