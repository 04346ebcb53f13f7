"""Times as logs write them: seconds, with fractions or exponents, ISO 8601, or dates."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_NUMBER: Final = r"^[+-]?\d+(\.\d*)?([eE][+-]?\d+)?$"
_ISO: Final = (
    r"^(?P<day>\d{4}-\d\d-\d\d)(?:[T ](?P<minute>\d\d:\d\d)(?P<second>:\d\d)?(?:\.\d+)?)?"
    r" ?(?P<zone>Z|UTC|[+-]\d\d:?\d\d)?$"
)
_NULL: Final = pa.scalar(None, pa.string())


def read_times(texts: pa.Array) -> tuple[pa.Array, npt.NDArray[np.bool_]]:
    """Unix seconds [n] int64 of each text [n], rounded down, null where it is no time; and where a zone lacks.

    A time without a zone is read as UTC.
    """
    texts = pc.utf8_trim_whitespace(texts)
    try:
        return pc.cast(texts, pa.int64()), np.zeros(
            len(texts), bool
        )  # the most usual, and by far the fastest
    except pa.ArrowInvalid:
        pass
    numbers = pc.cast(pc.if_else(pc.match_substring_regex(texts, _NUMBER), texts, _NULL), pa.float64())
    fits = pc.less(pc.abs(numbers), 2.0**63)
    seconds = pc.cast(pc.floor(pc.if_else(fits, numbers, pa.scalar(None, pa.float64()))), pa.int64())
    parts = pc.extract_regex(texts, _ISO)
    if parts.null_count == len(parts):
        return seconds, np.zeros(len(texts), bool)
    day, minute, second, zone = (
        pc.struct_field(parts, [parts.type.get_field_index(name)])
        for name in ("day", "minute", "second", "zone")
    )
    clock = pc.binary_join_element_wise(
        pc.if_else(pc.equal(minute, ""), "00:00", minute), pc.if_else(pc.equal(second, ""), ":00", second), ""
    )
    written = pc.binary_join_element_wise(day, clock, " ")
    moments = pc.strptime(written, format="%Y-%m-%d %H:%M:%S", unit="s", error_is_null=True)
    iso = pc.subtract(pc.cast(moments, pa.int64()), _seconds_ahead(zone))
    return pc.coalesce(seconds, iso), pc.fill_null(pc.equal(zone, ""), False).to_numpy(False)


def _seconds_ahead(zones: pa.Array) -> pa.Array:
    """How far each zone, `+05:30`, is ahead of UTC [n] int64; 0 without a sign."""
    signed = pc.match_substring_regex(zones, r"^[+-]")
    digits = pc.if_else(signed, pc.replace_substring_regex(zones, r"[+:-]", ""), "0000")
    hours, minutes = (pc.cast(pc.utf8_slice_codeunits(digits, at, at + 2), pa.int64()) for at in (0, 2))
    ahead = pc.add(pc.multiply(hours, 3600), pc.multiply(minutes, 60))
    return pc.if_else(pc.starts_with(zones, "-"), pc.negate(ahead), ahead)
