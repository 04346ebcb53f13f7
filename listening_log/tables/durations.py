"""Durations as whole milliseconds, out of numbers of them, of durations, times of day, and texts of these."""

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from listening_log.tables.no_value import numbers_as_text
from listening_log.tables.numbers import whole_numbers

_CLOCK: Final = (
    r"^(?:(?P<days>\d+) days?,? )?(?:(?P<hours>\d+):)?(?P<minutes>\d{1,2}):(?P<seconds>\d{2}(?:\.\d+)?)$"
)
_UNITS: Final = {"days": 86_400_000, "hours": 3_600_000, "minutes": 60_000, "seconds": 1000}


def as_milliseconds(column: pa.Array) -> pa.Array:
    """Milliseconds, int64; null for none; a fraction is cut off.

    Args:
        column: numbers of milliseconds, durations or times of day of Arrow, or texts as `3:20`, `0 days 00:03:20.5`.

    Raises:
        pa.ArrowInvalid: a value is no duration.
        pa.ArrowNotImplementedError: the column is of another type.
    """
    type_ = column.type
    if pa.types.is_duration(type_):
        return pc.cast(pc.cast(column, pa.duration("ms"), safe=False), pa.int64())
    if pa.types.is_time(type_):
        return pc.cast(pc.cast(pc.cast(column, pa.time32("ms"), safe=False), pa.int32()), pa.int64())
    if not (pa.types.is_string(type_) or pa.types.is_large_string(type_)):
        return whole_numbers(column, cut=True)
    try:
        return pc.cast(column, pa.int64())
    except pa.ArrowInvalid:
        texts = numbers_as_text(column)
    clock = pc.extract_regex(texts, _CLOCK)
    numbers = pc.if_else(clock.is_valid(), pa.scalar(None, texts.type), texts)
    return pc.coalesce(whole_numbers(numbers, cut=True), _from_clock(clock))


def _from_clock(clock: pa.StructArray) -> pa.Array:
    total = pa.scalar(0.0)
    for index, name in enumerate(_UNITS):
        part = pc.struct_field(clock, [index])
        number = pc.cast(pc.if_else(pc.equal(part, ""), "0", part), pa.float64())
        total = pc.add(total, pc.multiply(number, float(_UNITS[name])))
    return pc.cast(pc.floor(pc.add(total, 1e-6)), pa.int64())
