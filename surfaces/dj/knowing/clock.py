"""Calendars and clocks: seasons where the listener is, years of release, and parts of the day of past plays."""

from typing import Final

import numpy as np
import numpy.typing as npt

from models import names
from surfaces.common.catalogue import Catalogue
from surfaces.common.columns import Bools
from surfaces.common.moment import PARTS_OF_DAY, Moment

DAY: Final = 86_400
SOUTH: Final = frozenset({
    "AO", "AR", "AU", "BO", "BR", "BW", "CL", "FJ", "LS", "MG", "MU", "MW", "MZ", "NA", "NZ", "PE",
    "PY", "SZ", "UY", "ZA", "ZM", "ZW",
})  # fmt: skip
"""Countries whose summer is December to February."""
SEASONS: Final = ("winter", "spring", "summer", "autumn")


def season_of(month: int, country: str) -> str:
    """The season of a month, 1 to 12, in a country; the northern one where the country is unknown."""
    return SEASONS[(month % 12 // 3 + (2 if country in SOUTH else 0)) % 4]


def release_years(catalogue: Catalogue) -> npt.NDArray[np.int64]:
    """[N] the year in which each item came out, 0 where nobody knows."""
    days = catalogue.release_days
    years = days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    return np.where(days == names.RELEASE_UNKNOWN, 0, years)


def in_this_part(moment: Moment, times: npt.NDArray[np.int64]) -> Bools:
    """[n] whether unix seconds lie in the moment's part of the day, by its offset; unknown times don't."""
    starts = [first for _, first in PARTS_OF_DAY] + [24]
    at = [part for part, _ in PARTS_OF_DAY].index(moment.part_of_day)
    offset = moment.local.utcoffset()
    hours = (times + int(offset.total_seconds() if offset else 0)) % DAY // 3600
    return (times > 0) & (hours >= starts[at]) & (hours < starts[at + 1])
