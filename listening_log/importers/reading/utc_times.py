"""Times of a service that writes them in UTC, where one that is none is dropped and not a reason to stop."""

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

_UTC: Final = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z| ?UTC|\+00:00)?$"


def utc_seconds(texts: pa.Array) -> pa.Array:
    """Unix seconds [n] int64 of texts [n] such as `2021-03-04T17:12:33Z`; null where it is no such time."""
    seconds = pc.if_else(
        pc.match_substring_regex(texts, "^.{16}:"), pc.utf8_slice_codeunits(texts, 16, 19), ":00"
    )
    minutes = pc.replace_substring(pc.utf8_slice_codeunits(texts, 0, 16), "T", " ")
    plain = pc.binary_join_element_wise(minutes, seconds, "")
    plain = pc.if_else(pc.match_substring_regex(texts, _UTC), plain, pa.scalar(None, pa.string()))
    return pc.strptime(plain, format="%Y-%m-%d %H:%M:%S", unit="s", error_is_null=True).cast(pa.int64())
