"""Which of a listener's plays were at times such as this: in this part of the day, on this kind of day."""

import numpy as np

from surfaces.common.columns import Bools
from surfaces.common.moment import PARTS_OF_DAY, Moment
from surfaces.common.plays import Plays

_DAY, _HOUR = 86_400, 3_600
_SATURDAY = 5


def at_such_times(plays: Plays, moment: Moment) -> Bools:
    """[n] whether each play began in the moment's part of the day, on a working day or at a weekend as it does.

    The plays' own clock is taken for that of the moment. Plays without a time are at no such time.
    """
    local = plays.times + int(moment.local.utcoffset().total_seconds())  # type: ignore[union-attr]
    starts = np.array([hour for _, hour in PARTS_OF_DAY])
    part = np.searchsorted(starts, local % _DAY // _HOUR, side="right")
    weekday = (local // _DAY + 3) % 7  # 1970-01-01 was a Thursday
    now = int(np.searchsorted(starts, moment.hour, side="right"))
    weekend = moment.local.weekday() >= _SATURDAY
    return (plays.times > 0) & (part == now) & ((weekday >= _SATURDAY) == weekend)
