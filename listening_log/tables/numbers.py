"""Whole numbers out of columns of any numeric type, or of texts as exports write them: `12`, `12.0`, `1.2e1`."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from listening_log.tables.no_value import is_no_number, numbers_as_text

_WHOLE = r"^\+?(-?\d+)(?:\.0*)?$"
_DIGITS = r"^-?\d+$"


def all_numbers(values: Sequence[str]) -> bool:
    """Whether the values are all numbers (absent ones apart; False where all are absent)."""
    filled = [value for value in values if not is_no_number(value)]
    try:
        for value in filled:
            float(value)
    except ValueError:
        return False
    return bool(filled)


def whole_numbers(column: pa.Array, *, cut: bool) -> pa.Array:
    """The numbers as int64; null for none.

    Args:
        column: integers, floats, decimals or texts.
        cut: whether a fraction is cut off (towards the lower number).

    Raises:
        pa.ArrowInvalid: a value is no number, has a fraction that is not to be cut, or is too large.
        pa.ArrowNotImplementedError: the column is of another type.
    """
    type_ = column.type
    if pa.types.is_string(type_) or pa.types.is_large_string(type_):
        return _from_text(column, cut)
    if pa.types.is_floating(type_):
        return _from_float(pc.cast(column, pa.float64()), cut)
    if pa.types.is_decimal(type_):
        return pc.cast(pc.floor(column) if cut else column, pa.int64())
    if not (pa.types.is_integer(type_) or pa.types.is_null(type_)):
        raise pa.ArrowNotImplementedError(f"{type_} is not a number")
    return pc.cast(column, pa.int64())


def _from_text(column: pa.Array, cut: bool) -> pa.Array:
    try:
        return pc.cast(column, pa.int64())
    except pa.ArrowInvalid:  # slower, for blanks and for numbers that are not digits alone
        texts = pc.replace_substring_regex(numbers_as_text(column), _WHOLE, r"\1")
    digits = pc.fill_null(pc.match_substring_regex(texts, _DIGITS), True)
    if pc.all(digits).as_py():
        return pc.cast(texts, pa.int64())
    none = pa.scalar(None, texts.type)
    whole = pc.cast(pc.if_else(digits, texts, none), pa.int64())
    return pc.coalesce(whole, _from_float(pc.cast(pc.if_else(digits, none, texts), pa.float64()), cut))


def _from_float(numbers: pa.Array, cut: bool) -> pa.Array:
    numbers = pc.if_else(pc.is_nan(numbers), pa.scalar(None, pa.float64()), numbers)
    return pc.cast(pc.floor(numbers) if cut else numbers, pa.int64())


def in_range(numbers: pa.Array, low: int, high: int) -> bool:
    """Whether all numbers lie from `low` to `high`, both included."""
    values = pc.drop_null(numbers).to_numpy(zero_copy_only=False)
    return bool(np.all((values >= low) & (values <= high)))
