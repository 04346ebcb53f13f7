"""Converts a column of whatever type to one of the contract's kinds, or names the first value that won't."""

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from listening_log.tables.tables import Kind

ARROW_TYPES: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "int": pa.int64(),
    "float": pa.float64(),
    "flag": pa.bool_(),
}
_WANTED: dict[Kind, str] = {
    "text": "text",
    "int": "a whole number",
    "float": "a number",
    "flag": "0 or 1",
}
_NULLS = ["", "null", "none", "nan", "na", "n/a", "\\n"]  # in lower case; how exports write "no value"


class BadValueError(Exception):
    """A value that is not of the column's kind; `row` is its place in the column, from 0."""

    def __init__(self, row: int, message: str) -> None:
        super().__init__(message)
        self.row = row


def is_text(type_: pa.DataType) -> bool:
    """Whether a column of this type is text: plain, or as a dictionary."""
    if pa.types.is_dictionary(type_):
        return is_text(type_.value_type)
    return pa.types.is_string(type_) or pa.types.is_large_string(type_)


def all_numbers(values: Sequence[str]) -> bool:
    """Whether the values are all numbers (blank ones apart; False where all are blank)."""
    filled = [value for value in values if value.strip()]
    try:
        for value in filled:
            float(value)
    except ValueError:
        return False
    return bool(filled)


def as_kind(column: pa.Array, kind: Kind) -> pa.Array:
    """The column in the Arrow type of `kind` (`ARROW_TYPES`). Raises BadValueError."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    type_ = column.type
    if pa.types.is_null(type_):
        return pa.nulls(len(column), ARROW_TYPES[kind])
    if pa.types.is_binary(type_) or pa.types.is_large_binary(type_):
        column = _try(column, lambda part: pc.cast(part, pa.string()), "not UTF-8 text")
        type_ = column.type
    if kind == "text":
        return _as_text(column)
    if pa.types.is_string(type_) or pa.types.is_large_string(type_):
        return _from_text(column, kind)
    return _from_number(column, kind)


def _as_text(column: pa.Array) -> pa.Array:
    type_ = column.type
    if pa.types.is_list(type_) or pa.types.is_large_list(type_):
        return _try(
            column, lambda part: pc.binary_join(pc.cast(part, pa.list_(pa.string())), "|"), "not text"
        )
    return _try(column, lambda part: pc.cast(part, pa.string()), f"{type_} where text is expected")


def _from_text(column: pa.Array, kind: Kind) -> pa.Array:
    try:
        return pc.cast(column, ARROW_TYPES[kind])
    except pa.ArrowInvalid:  # slower, for blanks and for whole numbers that are written `12.0`
        return _try(column, lambda part: _parse(part, kind), f"{{value}} is not {_WANTED[kind]}")


def _parse(column: pa.Array, kind: Kind) -> pa.Array:
    column = pc.utf8_trim_whitespace(column)
    blank = pc.is_in(pc.utf8_lower(column), value_set=pa.array(_NULLS))
    column = pc.if_else(blank, pa.scalar(None, pa.string()), column)
    if kind == "int":
        column = pc.replace_substring_regex(column, r"^\+?(-?\d+)\.0*$", r"\1")
    return pc.cast(column, ARROW_TYPES[kind])


def _from_number(column: pa.Array, kind: Kind) -> pa.Array:
    type_ = column.type
    if kind == "int" and (pa.types.is_timestamp(type_) or pa.types.is_date(type_)):
        # Seconds in UTC; a time without a zone is taken as UTC.
        return pc.cast(pc.cast(column, pa.timestamp("s"), safe=False), pa.int64())
    message = f"{{value}} ({type_}) is not {_WANTED[kind]}"
    if pa.types.is_floating(type_):
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, type_), column)
    return _try(column, lambda part: pc.cast(part, ARROW_TYPES[kind]), message)


def _try(column: pa.Array, convert: Callable[[pa.Array], pa.Array], message: str) -> pa.Array:
    """`convert(column)`; where that fails, halves the column until one value is left: BadValueError."""
    failures = (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError)
    try:
        return convert(column)
    except failures:
        pass
    start, stop = 0, len(column)
    while stop - start > 1:
        middle = (start + stop) // 2
        try:
            convert(column.slice(start, middle - start))
            start = middle
        except failures:
            stop = middle
    value = column[start]
    shown = "" if pa.types.is_binary(column.type) else repr(str(value.as_py()))[:60]
    raise BadValueError(start, message.replace("{value}", shown))


def text_or_empty(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """A text column as one array with "" for null."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return pc.fill_null(array, "") if array.null_count else array


def to_numpy(column: pa.Array | pa.ChunkedArray, null: int) -> np.ndarray:
    """An integer column as int64 [n], with `null` where there is no value."""
    return pc.fill_null(column, null).to_numpy().astype(np.int64, copy=False)
