"""Converts a column of whatever type to one of the contract's kinds, or names the first value that won't."""

import uuid
from collections.abc import Callable
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from listening_log.tables.durations import as_milliseconds
from listening_log.tables.list_texts import without_brackets
from listening_log.tables.no_value import numbers_as_text, without_marks
from listening_log.tables.numbers import in_range, whole_numbers
from listening_log.tables.tables import Kind
from listening_log.tables.times import as_seconds

ARROW_TYPES: Final[dict[Kind, pa.DataType]] = {
    "text": pa.string(),
    "code": pa.string(),
    "codes": pa.string(),
    "int": pa.int64(),
    "float": pa.float64(),
    "flag": pa.bool_(),
    "time": pa.int64(),
    "duration": pa.int64(),
}
_EXPECTED: Final[dict[Kind, str]] = {
    "int": "a whole number",
    "float": "a number",
    "flag": "0 or 1",
    "time": "a whole number of seconds since 1970, nor a date and time such as 2024-03-31T18:05:00Z",
    "duration": "a whole number of milliseconds",
}
_TEXTS: Final = ("text", "code", "codes")
_YES: Final = ("1", "1.0", "true", "t", "yes", "y")
_NO: Final = ("0", "0.0", "false", "f", "no", "n")
_BOOLEANS: Final = ("True", "TRUE", "False", "FALSE")
_WHOLE_FLOAT: Final = r"^(-?\d+)\.0+$"
_EXPONENT: Final = r"^-?\d(?:\.\d+)?[eE]\+\d+$"
_LARGEST: Final = 2**63
_FAILURES: Final = (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError)


class BadValueError(Exception):
    """A value that is not of the column's kind; `row` is its place in the column, from 0."""

    def __init__(self, row: int, message: str) -> None:
        super().__init__(message)
        self.row = row


def is_text(type_: pa.DataType) -> bool:
    """Whether a further column of this type is read as text: texts, bytes and booleans, plain or as a dictionary.

    A list is none: it says more than one thing of an event.
    """
    if pa.types.is_dictionary(type_):
        return is_text(type_.value_type)
    return _is_string(type_) or _is_bytes(type_) or pa.types.is_boolean(type_)


def as_kind(column: pa.Array, kind: Kind) -> pa.Array:
    """Converts a column.

    Args:
        column: of any type; the same values in another type give the same result.
        kind: what it is to be.

    Returns:
        The column in the Arrow type of `kind` (`ARROW_TYPES`), null for no value.

    Raises:
        BadValueError: a value is not of the kind.
    """
    column = plain(column)
    type_ = column.type
    if pa.types.is_null(type_):
        return pa.nulls(len(column), ARROW_TYPES[kind])
    if kind in _TEXTS:
        return _try(column, lambda part: _as_text(part, kind), f"{type_} where text is expected")
    shown = "{value}" if _is_string(type_) else f"{{value}} ({type_})"
    return _try(column, _CONVERTERS[kind], f"{shown} is not {_EXPECTED[kind]}")


def plain(column: pa.Array) -> pa.Array:
    """The values of a column without dictionary or extension around them; bytes as text.

    Raises:
        BadValueError: bytes are not UTF-8.
    """
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if _is_bytes(column.type):
        column = _try(column, _decoded, "not UTF-8 text")
    return column


def _decoded(column: pa.Array) -> pa.Array:
    """Bytes as text: UTF-8, or a UUID in the usual form where they are 16 and no UTF-8."""
    if not pa.types.is_fixed_size_binary(column.type):
        return pc.cast(column, pa.string())
    try:
        return pc.cast(pc.cast(column, pa.binary()), pa.string())
    except pa.ArrowInvalid:
        if column.type.byte_width != 16:
            raise
        texts = [value if value is None else str(uuid.UUID(bytes=value)) for value in column.to_pylist()]
        return pa.array(texts, pa.string())


def _as_text(column: pa.Array, kind: Kind) -> pa.Array:
    type_ = column.type
    if pa.types.is_list(type_) or pa.types.is_large_list(type_) or pa.types.is_fixed_size_list(type_):
        return _joined(column, kind)
    if _is_string(type_):
        texts = without_marks(pc.cast(column, pa.string()))
        texts = without_brackets(texts) if kind == "codes" else texts
        return texts if kind == "text" else _as_code(texts)
    if pa.types.is_floating(type_):
        return _float_texts(pc.cast(column, pa.float64()))
    if pa.types.is_decimal(type_):
        return _decimal_texts(column)
    if pa.types.is_nested(type_):
        raise pa.ArrowNotImplementedError(f"{type_} is no text")
    return pc.cast(column, pa.string())


def _as_code(texts: pa.Array) -> pa.Array:
    """Texts that stand for something, as a column of numbers or booleans would give them: `13.0` is `13`."""
    if pc.any(pc.match_substring(texts, ".0")).as_py():
        texts = pc.replace_substring_regex(texts, _WHOLE_FLOAT, r"\1")
    booleans = pc.is_in(texts, value_set=pa.array(_BOOLEANS))
    if pc.any(booleans).as_py():
        texts = pc.if_else(booleans, pc.utf8_lower(texts), texts)
    if pc.any(pc.match_substring(texts, "+")).as_py():
        exponents = pc.fill_null(pc.match_substring_regex(texts, _EXPONENT), False)
        numbers = pc.cast(pc.if_else(exponents, texts, pa.scalar(None, pa.string())), pa.float64())
        texts = pc.coalesce(_float_texts(numbers), texts)
    return texts


def _float_texts(numbers: pa.Array) -> pa.Array:
    """Numbers as text, whole ones by their digits; null for NaN."""
    numbers = pc.if_else(pc.is_nan(numbers), pa.scalar(None, pa.float64()), numbers)
    whole = pc.and_(pc.equal(pc.floor(numbers), numbers), pc.less(pc.abs(numbers), float(_LARGEST)))
    digits = pc.cast(
        pc.cast(pc.if_else(whole, numbers, pa.scalar(None, pa.float64())), pa.int64()), pa.string()
    )
    return pc.coalesce(digits, pc.cast(numbers, pa.string()))


def _decimal_texts(column: pa.Array) -> pa.Array:
    """Numbers as text without zeros at the end of a fraction."""
    try:
        return pc.cast(pc.cast(column, pa.int64()), pa.string())
    except pa.ArrowInvalid:
        texts = [None if value is None else f"{value:f}" for value in column.to_pylist()]
    return pa.array(
        [text.rstrip("0").rstrip(".") if text and "." in text else text for text in texts], pa.string()
    )


def _joined(lists: pa.Array, kind: Kind) -> pa.Array:
    """The values of each list with `|` between them; a null in a list is passed over."""
    values = _as_text(plain(pc.list_flatten(lists)), kind)
    rows = pc.list_parent_indices(lists).to_numpy()
    filled = pc.fill_null(pc.not_equal(values, ""), False).to_numpy(False)
    offsets = np.searchsorted(rows[filled], np.arange(len(lists) + 1)).astype(np.int32)
    parts = pa.ListArray.from_arrays(pa.array(offsets), values.filter(pa.array(filled)))
    return pc.if_else(lists.is_valid(), pc.binary_join(parts, "|"), pa.scalar(None, pa.string()))


def _as_float(column: pa.Array) -> pa.Array:
    numbers = pc.cast(numbers_as_text(column) if _is_string(column.type) else column, pa.float64())
    return pc.if_else(pc.is_nan(numbers), pa.scalar(None, pa.float64()), numbers)


def _as_flag(column: pa.Array) -> pa.Array:
    if pa.types.is_boolean(column.type):
        return column
    if _is_string(column.type):
        texts = pc.utf8_lower(numbers_as_text(column))
        yes = pc.is_in(texts, value_set=pa.array(_YES))
        if not pc.all(pc.or_(yes, pc.is_in(texts, value_set=pa.array([*_NO, None])))).as_py():
            raise pa.ArrowInvalid("neither yes nor no")
        return pc.if_else(texts.is_valid(), yes, pa.scalar(None, pa.bool_()))
    numbers = whole_numbers(column, cut=False)
    if not in_range(numbers, 0, 1):
        raise pa.ArrowInvalid("neither 0 nor 1")
    return pc.cast(numbers, pa.bool_())


_CONVERTERS: Final[dict[Kind, Callable[[pa.Array], pa.Array]]] = {
    "int": lambda column: whole_numbers(column, cut=False),
    "float": _as_float,
    "flag": _as_flag,
    "time": as_seconds,
    "duration": as_milliseconds,
}


def _try(column: pa.Array, convert: Callable[[pa.Array], pa.Array], message: str) -> pa.Array:
    """Converts a column; where that fails, halves it until the value that won't is left.

    Raises:
        BadValueError: a value can't be converted; `{value}` in the message is it.
    """
    try:
        return convert(column)
    except _FAILURES:
        pass
    start, stop = 0, len(column)
    while stop - start > 1:
        middle = (start + stop) // 2
        try:
            convert(column.slice(start, middle - start))
            start = middle
        except _FAILURES:
            stop = middle
    value = column[start]
    shown = "" if _is_bytes(column.type) else repr(str(value.as_py()))[:60]
    raise BadValueError(start, message.replace("{value}", shown))


def _is_string(type_: pa.DataType) -> bool:
    return pa.types.is_string(type_) or pa.types.is_large_string(type_)


def _is_bytes(type_: pa.DataType) -> bool:
    return (
        pa.types.is_binary(type_) or pa.types.is_large_binary(type_) or pa.types.is_fixed_size_binary(type_)
    )


def text_or_empty(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """A text column as one array with "" for null."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return pc.fill_null(array, "") if array.null_count else array


def to_numpy(column: pa.Array | pa.ChunkedArray, null: int) -> np.ndarray:
    """An integer column as int64 [n], with `null` where there is no value."""
    return pc.fill_null(column, null).to_numpy().astype(np.int64, copy=False)
