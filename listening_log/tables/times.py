"""Times as whole seconds since 1970 in UTC, out of numbers, dates, timestamps and ISO 8601 texts.

A fraction of a second is cut off. What has no zone is taken as UTC, and can be counted.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from listening_log.tables.no_value import numbers_as_text
from listening_log.tables.numbers import whole_numbers

_ISO: Final = (
    r"^(?P<date>\d{4}-\d{2}-\d{2})"
    r"(?:[Tt ](?P<minute>\d{2}:\d{2})(?P<second>:\d{2})?(?:[.,]\d+)?"
    r" ?(?P<zone>[Zz]|UTC|GMT|(?P<sign>[+-])(?P<hours>\d{2})(?::?(?P<minutes>\d{2}))?)?)?$"
)


def as_seconds(column: pa.Array) -> pa.Array:
    """Seconds since 1970, int64; null for none.

    Args:
        column: numbers of seconds (or finer: they stay as they are), dates, timestamps, or texts of these.

    Raises:
        pa.ArrowInvalid: a value is no time.
        pa.ArrowNotImplementedError: the column is of another type.
    """
    type_ = column.type
    if pa.types.is_timestamp(type_) or pa.types.is_date(type_):
        return pc.cast(pc.cast(column, pa.timestamp("s"), safe=False), pa.int64())
    if not _is_text(type_):
        return whole_numbers(column, cut=True)
    try:
        return pc.cast(column, pa.int64())
    except pa.ArrowInvalid:
        texts = numbers_as_text(column)
    iso = pc.extract_regex(texts, _ISO)
    if iso.null_count == len(iso):
        return whole_numbers(texts, cut=True)
    numbers = pc.if_else(iso.is_valid(), pa.scalar(None, texts.type), texts)
    return pc.coalesce(whole_numbers(numbers, cut=True), _from_iso(iso))


def without_zone(column: pa.Array) -> npt.NDArray[np.bool_]:
    """Tells which rows [n] are dates or times of which nothing says the zone."""
    type_ = column.type
    if pa.types.is_timestamp(type_) or pa.types.is_date(type_):
        naive = pa.types.is_date(type_) or type_.tz is None
        return column.is_valid().to_numpy(False) & naive
    if not _is_text(type_) or not pc.any(pc.match_substring(column, "-")).as_py():
        return np.zeros(len(column), bool)
    iso = pc.extract_regex(pc.utf8_trim_whitespace(column), _ISO)
    return pc.fill_null(pc.equal(_part(iso, "zone"), ""), False).to_numpy(False)


def _from_iso(iso: pa.StructArray) -> pa.Array:
    date, minute, second = (_part(iso, name) for name in ("date", "minute", "second"))
    minute = _filled(minute, "00:00")
    clock = pc.binary_join_element_wise(date, " ", minute, _filled(second, ":00"), "")
    seconds = pc.cast(pc.cast(clock, pa.timestamp("s")), pa.int64())
    if not pc.any(pc.not_equal(_part(iso, "sign"), "")).as_py():
        return seconds
    hours, minutes = (pc.cast(_filled(_part(iso, name), "0"), pa.int64()) for name in ("hours", "minutes"))
    offset = pc.multiply(pc.add(pc.multiply(hours, 60), minutes), 60)
    return pc.subtract(seconds, pc.if_else(pc.equal(_part(iso, "sign"), "-"), pc.negate(offset), offset))


def _part(iso: pa.StructArray, name: str) -> pa.Array:
    """A group of the pattern: "" where the text leaves it out, null where the text is no date."""
    return pc.struct_field(iso, [iso.type.get_field_index(name)])


def _filled(texts: pa.Array, default: str) -> pa.Array:
    return pc.if_else(pc.equal(texts, ""), default, texts)


def _is_text(type_: pa.DataType) -> bool:
    return pa.types.is_string(type_) or pa.types.is_large_string(type_)
