"""Tensors as numpy arrays to and from TensorProto, without building TensorFlow's own."""

import math
from typing import TYPE_CHECKING

import numpy as np

from serving.errors import INVALID_ARGUMENT, RESOURCE_EXHAUSTED, ServingError

if TYPE_CHECKING:
    from tensorflow.core.framework.tensor_pb2 import TensorProto

MAX_ELEMENTS = 1 << 22  # of one tensor: a proto can claim a huge shape in a few bytes

# DataType of tensorflow/core/framework/types.proto: its number, numpy's type, the field of its values.
_TYPES: dict[int, tuple[np.dtype, str]] = {
    1: (np.dtype(np.float32), "float_val"),
    2: (np.dtype(np.float64), "double_val"),
    3: (np.dtype(np.int32), "int_val"),
    4: (np.dtype(np.uint8), "int_val"),
    5: (np.dtype(np.int16), "int_val"),
    6: (np.dtype(np.int8), "int_val"),
    7: (np.dtype(object), "string_val"),
    9: (np.dtype(np.int64), "int64_val"),
    10: (np.dtype(np.bool_), "bool_val"),
    17: (np.dtype(np.uint16), "int_val"),
    19: (np.dtype(np.float16), "half_val"),
    22: (np.dtype(np.uint32), "uint32_val"),
    23: (np.dtype(np.uint64), "uint64_val"),
}
_NAMES = {1: "float", 2: "double", 7: "string", 10: "bool", 19: "half"}  # the others have numpy's own
_NUMBERS = {dtype: number for number, (dtype, _) in _TYPES.items()}
STRING, HALF = 7, 19


def type_name(data_type: int) -> str:
    """Returns TensorFlow's name of a DataType (`int64`)."""
    known = _TYPES[data_type][0].name if data_type in _TYPES else f"type {data_type}"
    return _NAMES.get(data_type, known)


def numpy_type(data_type: int) -> np.dtype:
    """Returns numpy's type of a DataType (object for strings, whose elements are bytes).

    Raises:
        ServingError: a type that requests can't have.
    """
    if data_type not in _TYPES:
        raise ServingError(INVALID_ARGUMENT, f"Tensors of {type_name(data_type)} are not supported")
    return _TYPES[data_type][0]


def to_array(name: str, proto: "TensorProto") -> np.ndarray:
    """Reads the values of a proto; strings become an object array of bytes.

    As in TensorFlow, a proto with fewer values than places repeats its last one.

    Args:
        name: of the input, for messages.
        proto: its tensor.

    Raises:
        ServingError: an unsupported type, a shape that doesn't fit the values, or too many elements.
    """
    dtype = numpy_type(proto.dtype)
    shape = [dim.size for dim in proto.tensor_shape.dim]
    if proto.tensor_shape.unknown_rank or any(size < 0 for size in shape):
        raise ServingError(INVALID_ARGUMENT, f"Tensor {name} has no complete shape")
    places = math.prod(shape)
    if places > MAX_ELEMENTS:
        raise ServingError(
            RESOURCE_EXHAUSTED, f"Tensor {name} has {places} elements, more than {MAX_ELEMENTS}"
        )
    if proto.tensor_content and proto.dtype != STRING:
        kind = dtype.newbyteorder("<")
        if len(proto.tensor_content) != places * kind.itemsize:
            raise ServingError(
                INVALID_ARGUMENT, f"Tensor {name} has a content that doesn't fit shape {shape}"
            )
        values: np.ndarray = np.frombuffer(proto.tensor_content, kind).astype(dtype)
    elif proto.dtype == STRING:
        values = np.empty(len(proto.string_val), object)
        values[:] = list(proto.string_val)
    elif proto.dtype == HALF:  # its bits, each in an integer
        values = np.fromiter(proto.half_val, np.uint16).view(np.float16)
    else:
        values = np.fromiter(getattr(proto, _TYPES[proto.dtype][1]), dtype)
    if 0 < values.size < places:
        values = np.concatenate([values, np.repeat(values[-1:], places - values.size)])
    if values.size != places:
        raise ServingError(INVALID_ARGUMENT, f"Tensor {name} has {values.size} values for shape {shape}")
    return values.reshape(shape)


def to_proto(array: np.ndarray, proto: "TensorProto") -> None:
    """Fills a proto with an array, each value in the field of its type, as TF Serving answers."""
    number = _NUMBERS[array.dtype]
    values = array.view(np.uint16) if number == HALF else array
    proto.dtype = number
    for size in array.shape:
        proto.tensor_shape.dim.add().size = size
    getattr(proto, _TYPES[number][1]).extend(values.ravel().tolist())
