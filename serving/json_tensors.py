"""TF Serving's REST format: JSON to arrays and back, by rows ("instances") or by columns ("inputs")."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeGuard, cast

import numpy as np

from serving.errors import INVALID_ARGUMENT, RESOURCE_EXHAUSTED, ServingError
from serving.tensors import MAX_ELEMENTS, STRING, numpy_type, type_name

if TYPE_CHECKING:
    from tensorflow.core.protobuf.meta_graph_pb2 import TensorInfo

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
MAX_RANK = 32  # of an array
INSTANCES, INPUTS, SIGNATURE_NAME = "instances", "inputs", "signature_name"
B64 = "b64"
_DECODER = json.JSONDecoder()
_BYTES_SUFFIX = "_bytes"  # outputs so named are answered in base64
_JSON_TYPES: dict[str, set[type]] = {
    "f": {int, float},
    "b": {bool},
    "i": {int},
    "u": {int},
}  # by numpy's kind


def parse_body(body: bytes) -> dict[str, Json]:
    """Reads a request's JSON object; as in TF Serving, NaN and Infinity are read, and what follows it is not.

    Raises:
        ServingError: it isn't the JSON of a request, in TF Serving's words, or it has too many values.
    """
    if not body:
        raise _invalid("JSON Parse error: The document is empty")
    values = sum(map(body.count, b",[{"))  # at most so many, before memory is spent on them
    if values > MAX_ELEMENTS:
        raise ServingError(
            RESOURCE_EXHAUSTED, f"The JSON document has {values} values, more than {MAX_ELEMENTS}"
        )
    try:
        document, _ = _DECODER.raw_decode(body.decode("utf-8-sig").lstrip(" \t\n\r"))
    except json.JSONDecodeError as error:
        raise _invalid(f"JSON Parse error: {error.msg} at offset: {error.pos}") from None
    except (ValueError, RecursionError):  # not UTF-8, a number too long, or nested too deep
        raise _invalid("JSON Parse error") from None
    if not isinstance(document, dict):
        raise _invalid("The JSON document is not an object")
    if not isinstance(document.get(SIGNATURE_NAME, ""), str):
        raise _invalid("'signature_name' key must be a string value.")
    return document


def _check_format(document: Mapping[str, Json]) -> None:
    """Refuses a document that has neither rows nor columns, or both."""
    if (INSTANCES in document) == (INPUTS in document):
        both = INSTANCES in document
        raise _invalid(
            "Expecting only one of 'inputs' or 'instances'" if both else "Missing 'inputs' or 'instances' key"
        )


def to_inputs(document: Mapping[str, Json], infos: "Mapping[str, TensorInfo]") -> dict[str, np.ndarray]:
    """Turns a request into tensors.

    Args:
        document: what `parse_body` read.
        infos: the signature's inputs by name.

    Raises:
        ServingError: an input is missing, or has another type or no rectangular shape.
    """
    _check_format(document)
    if INSTANCES in document:
        columns = _read_rows(document[INSTANCES], sorted(infos))
    else:
        columns = _read_columns(document[INPUTS], sorted(infos))
    return {name: _to_array(name, values, infos[name].dtype) for name, values in columns.items()}


def _read_columns(values: Json, names: list[str]) -> dict[str, Json]:
    if not isinstance(values, dict) or is_base64(values):
        if len(names) > 1:
            raise _invalid("inputs is a plain value/list, but several inputs need an object")
        return {names[0]: values}
    for name in names:
        if name not in values:
            raise _invalid(f"Missing named input: {name} in 'inputs' object.")
    return {name: values[name] for name in names}  # others are ignored, as TF Serving does


def _read_rows(instances: Json, names: list[str]) -> dict[str, Json]:
    if not isinstance(instances, list) or not instances:
        raise _invalid("Expecting 'instances' to be a list with values")
    rows = [item for item in instances if _is_row(item)]
    if not rows:
        if len(names) > 1:
            raise _invalid("instances is a plain list, but several inputs need objects")
        return {names[0]: instances}
    if len(rows) < len(instances):
        other = next(place for place, item in enumerate(instances) if not _is_row(item))
        raise _invalid(f"Expecting object but got list at item {other} of input list")
    wrong = next((place for place, row in enumerate(rows) if sorted(row) != names), None)
    if wrong is not None:
        must = f"Keys must be equal to: {','.join(names)}"
        raise _invalid(f"Failed to process element: {wrong} of 'instances' list. {must}")
    return {name: [row[name] for row in rows] for name in names}


def _to_array(name: str, values: Json, data_type: int) -> np.ndarray:
    """Turns a JSON value, a scalar or lists of any depth, into an array of the type."""
    shape: list[int] = []
    level = [values]
    while isinstance(level[0], list):
        sizes = {len(item) if isinstance(item, list) else -1 for item in level}
        if len(sizes) > 1:
            raise _invalid(f"Input {name}: lists of unequal size at level {len(shape)}: a tensor is needed")
        shape.append(sizes.pop())
        level = [value for item in level if isinstance(item, list) for value in item]
        if not level:
            break
    if len(shape) > MAX_RANK:
        raise _invalid(f"Input {name}: lists nested {len(shape)} deep, more than {MAX_RANK}")
    array: np.ndarray = np.empty(len(level), numpy_type(data_type))
    try:
        array[:] = _check_values(name, level, data_type)
    except OverflowError:  # a whole number beyond any float
        raise _invalid(f"Input {name} is not of expected type: {type_name(data_type)}") from None
    return array.reshape(shape)


def _check_values(name: str, flat: list[Json], data_type: int) -> Sequence[object]:
    wanted = numpy_type(data_type)
    expected = f"Input {name} is not of expected type: {type_name(data_type)}"
    kinds = set(map(type, flat))
    if data_type == STRING:
        if not kinds <= {str, dict}:
            raise _invalid(expected)
        return [_to_bytes(name, cast(str | dict[str, Json], value)) for value in flat]
    if not kinds <= _JSON_TYPES[wanted.kind]:
        raise _invalid(expected)
    if wanted.kind in "iu":
        limits: np.iinfo = np.iinfo(wanted)
        whole = cast(list[int], flat)
        if whole and not (limits.min <= min(whole) and max(whole) <= limits.max):
            raise _invalid(expected)
    return flat


def _to_bytes(name: str, value: str | dict[str, Json]) -> bytes:
    try:
        if isinstance(value, str):
            return value.encode("utf-8")
        if not is_base64(value):
            raise ValueError
        return _decode_base64(cast(str, value[B64]))
    except (ValueError, binascii.Error):
        raise _invalid(f"Input {name} is not formatted correctly for string or base64 data") from None


def _decode_base64(text: str) -> bytes:
    """Reads base64 as TF Serving does: white space is skipped, and the padding may be left out."""
    digits = "".join(text.split())
    return base64.b64decode(digits if "=" in digits else digits + "=" * (-len(digits) % 4), validate=True)


def _is_row(item: Json) -> TypeGuard[dict[str, Json]]:
    return isinstance(item, dict) and not is_base64(item)


def is_base64(value: Json) -> bool:
    """Says whether a value is TF Serving's way to write bytes: an object of one key, `b64`."""
    return isinstance(value, dict) and set(value) == {B64} and isinstance(value[B64], str)


def to_body(outputs: Mapping[str, np.ndarray], by_rows: bool) -> bytes:
    """Writes the answer's JSON: `predictions` by rows or `outputs` by columns; -inf is the bare token -Infinity."""
    lists = {name: _to_lists(name, value) for name, value in outputs.items()}
    alone = len(lists) == 1
    if not by_rows:
        document: dict[str, Json] = {"outputs": next(iter(lists.values())) if alone else lists}
    else:
        rows = zip(*_rows(outputs, lists), strict=True)
        document = {"predictions": [row[0] if alone else dict(zip(lists, row, strict=True)) for row in rows]}
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogateescape")


def _rows(outputs: Mapping[str, np.ndarray], lists: Mapping[str, Json]) -> list[list[Json]]:
    """Returns the outputs' values by rows, of which all must have as many."""
    first = next(iter(outputs.values()))
    for name, value in outputs.items():
        if not value.ndim:
            raise _invalid(f"Tensor name: {name} has no shape information ")
        if len(value) != len(first):
            raise _invalid(
                f"Tensor name: {name} has inconsistent batch size: {len(value)} expecting: {len(first)}"
            )
    return cast(list[list[Json]], list(lists.values()))


def _to_lists(name: str, value: np.ndarray) -> Json:
    if value.dtype != object:
        return cast(Json, value.tolist())
    texts = np.empty(value.shape, object)
    flat = value.ravel().tolist()
    if name.endswith(_BYTES_SUFFIX):
        texts.ravel()[:] = [{B64: base64.b64encode(item).decode()} for item in flat]
    else:
        texts.ravel()[:] = [item.decode("utf-8", "surrogateescape") for item in flat]
    return cast(Json, texts.tolist())


def _invalid(message: str) -> ServingError:
    return ServingError(INVALID_ARGUMENT, message)
