"""Release dates as days: a year, a year and month, or an ISO date."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from models.names import RELEASE_UNKNOWN

_DATE = r"^\s*(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2})(?:[T ].*)?)?)?(?:\.0)?\s*$"


def release_days(dates: pa.Array) -> npt.NDArray[np.int64]:
    """Days since 1970-01-01 [n] of `1995`, `1995-03` or `1995-03-22` [n] string (its first day, if a period).

    What is neither gives `RELEASE_UNKNOWN`.
    """
    parts = pc.extract_regex(dates, _DATE)
    year, month, day = (_number(parts, name) for name in ("year", "month", "day"))
    is_date = (year > 0) & (month >= 1) & (month <= 12) & (day >= 1)
    months = np.where(is_date, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    first = months.astype("datetime64[D]").astype(np.int64)
    length = (months + 1).astype("datetime64[D]").astype(np.int64) - first
    return np.where(is_date & (day <= length), first + day - 1, RELEASE_UNKNOWN)


def _number(parts: pa.StructArray, name: str) -> npt.NDArray[np.int64]:
    """A part of the date: 0 where the text is no date, 1 where the date leaves it out."""
    text = pc.struct_field(parts, [parts.type.get_field_index(name)])
    number = pc.cast(pc.if_else(pc.equal(text, ""), "1", text), pa.int64())
    return pc.fill_null(number, 0).to_numpy()
