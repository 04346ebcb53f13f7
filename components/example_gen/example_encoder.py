"""Writes `tf.train.Example`s as protobuf's own serialiser does, byte for byte, from columns of a whole shard.

Building protobuf's objects took half of the stage's time. Here the values of a column are
encoded once, all together, and those of a window are one slice of it. The format is protobuf's wire format of
tensorflow/core/example/feature.proto, with the features sorted by name (`deterministic=True`).
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_FIRST = b"\x0a"
"""Field 1, with a length before its content: Example.features, Features.feature, a map's key, BytesList.value,
Int64List.value (packed), and Feature.bytes_list."""
_SECOND = b"\x12"
"""Field 2: a map's value."""
_INT64_LIST = b"\x1a"
"""Field 3: Feature.int64_list."""
_VARINT_BYTES = 10
"""The most that 64 bits take, seven of them a byte."""


class BytesColumn:
    """Texts [n], encoded: `values` [m] of binary type, and the place of each text among them [n]."""

    def __init__(self, values: pa.Array, places: npt.NDArray[np.integer]) -> None:
        encoded = [_field(_FIRST, value) for value in values.to_pylist()]
        column = pa.array(encoded, pa.large_binary()).take(pa.array(places))
        _, offsets, data = column.buffers()
        self._offsets = np.frombuffer(offsets, np.int64, len(column) + 1)
        self._data = memoryview(data or b"")

    def feature(self, first: int, last: int) -> bytes:
        """The Feature of texts `first` to `last`, which is not among them."""
        return _field(_FIRST, self._data[self._offsets[first] : self._offsets[last]])


class IntColumn:
    """Numbers int64 [n], encoded."""

    def __init__(self, numbers: npt.NDArray[np.integer]) -> None:
        rest = numbers.astype(np.int64).view(np.uint64)
        sizes = np.ones(len(rest), np.int64)
        for place in range(1, _VARINT_BYTES):
            sizes += rest >= np.uint64(1) << np.uint64(7 * place)
        self._offsets = np.concatenate(([0], np.cumsum(sizes)))
        data = np.empty(self._offsets[-1], np.uint8)
        for place in range(int(sizes.max(initial=0))):
            there = np.flatnonzero(sizes > place)
            more = (sizes[there] > place + 1).astype(np.uint8) << 7
            low = (rest[there] >> np.uint64(7 * place)).astype(np.uint8) & 0x7F
            data[self._offsets[there] + place] = low | more
        self._data = data.data

    def feature(self, first: int, last: int) -> bytes:
        """The Feature of numbers `first` to `last`, which is not among them."""
        return _int_feature(self._data[self._offsets[first] : self._offsets[last]])


def bytes_feature(values: Sequence[bytes]) -> bytes:
    """The Feature of some bytes."""
    return _field(_FIRST, b"".join([_field(_FIRST, value) for value in values]))


def flags_feature(zeros: int, ones: int) -> bytes:
    """The Feature of so many zeros, then so many ones."""
    return _int_feature(b"\x00" * zeros + b"\x01" * ones)


def int_feature(number: int) -> bytes:
    """The Feature of one number, int64."""
    return _int_feature(_varint(number & 0xFFFF_FFFF_FFFF_FFFF))


def example(features: Mapping[str, bytes]) -> bytes:
    """The Example of the named Features."""
    entries = [_field(_FIRST, _key(name) + _field(_SECOND, features[name])) for name in sorted(features)]
    return _field(_FIRST, b"".join(entries))


def _int_feature(packed: bytes | memoryview) -> bytes:
    return _field(_INT64_LIST, _field(_FIRST, packed) if len(packed) else b"")


@lru_cache(maxsize=256)
def _key(name: str) -> bytes:
    return _field(_FIRST, name.encode())


def _field(tag: bytes, content: bytes | memoryview) -> bytes:
    return b"".join((tag, _varint(len(content)), content))


def _varint(number: int) -> bytes:
    if number < 0x80:
        return number.to_bytes(1, "little")
    encoded = bytearray()
    while number >= 0x80:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
