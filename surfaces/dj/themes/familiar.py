"""Themes of what the listener knows: favourites, and what they played at such hours, in a season, of a decade."""

from datetime import datetime
from typing import Final

import numpy as np
import numpy.typing as npt

from surfaces.common.columns import Bools
from surfaces.dj.knowing.clock import DAY, in_this_part, season_of
from surfaces.dj.knowing.desk import Desk
from surfaces.dj.knowing.plan import Plan, Topic
from surfaces.dj.themes.pools import FEWEST, LOVED, draw, only, pooled

REST_DAYS: Final = 14
LONG_DAYS: Final = 60


def old_favourite(desk: Desk) -> Plan | None:
    """A favourite that had a rest, and what the models play for this listener after it."""
    favourites = desk.music & (desk.counts >= LOVED)
    if desk.timed:
        rested = favourites & (desk.latest < desk.visit.moment.unix - REST_DAYS * DAY)
        favourites = rested if rested.any() else favourites
    favourite = draw(desk, favourites, desk.counts)
    if favourite is None:
        return None
    return Plan(
        "old favourite",
        desk.music,
        history=desk.visit.plays.then(desk.one_play(favourite)),
        wish=desk.wish(),
        openers=[favourite],
    )


def decade(desk: Desk) -> Plan | None:
    """What the models like best of a decade that the listener plays much."""
    decades = desk.years // 10 * 10
    plays = np.bincount(decades[desk.visit.plays.kept.items], minlength=3000).astype(np.float64)
    left = np.bincount(decades[desk.music], minlength=3000)
    chosen = draw(desk, (plays >= LOVED) & (left >= 2 * FEWEST) & (np.arange(len(plays)) > 0), plays)
    if chosen is None:
        return None
    return pooled(desk, "decade", desk.music & (decades == chosen), topic=Topic(decade=chosen))


def last_season(desk: Desk) -> Plan | None:
    """What the listener played last summer, or in another season of the months before."""
    if not desk.timed:
        return None
    kept = desk.visit.plays.kept
    month, country = desk.visit.moment.local.month, desk.visit.country
    back_to = [divmod(desk.visit.moment.local.year * 12 + month - 1 - back, 12) for back in (12, 9, 6, 3)]
    for year, then in sorted(back_to, key=lambda one: season_of(one[1] + 1, country) != "summer"):
        season = season_of(then + 1, country)
        started = year - (then <= 1)
        own = kept.items[_in_season(desk, kept.times, season, started)]
        places = np.unique(own[desk.music[own]])
        if len(places) >= FEWEST:
            counts = np.bincount(own, minlength=desk.catalogue.size)
            first = int(places[np.argmax(counts[places])])
            return pooled(
                desk,
                "last season",
                only(desk, places),
                openers=[first],
                topic=Topic(season=(season, started)),
            )
    return None


def long_time(desk: Desk) -> Plan | None:
    """What the listener liked and hasn't played for two months."""
    if not desk.timed:
        return None
    rested = (desk.latest > 0) & (desk.latest < desk.visit.moment.unix - LONG_DAYS * DAY)
    places = desk.music & rested & (desk.counts >= 2)
    return pooled(desk, "long time", places) if places.sum() >= FEWEST else None


def this_hour(desk: Desk) -> Plan | None:
    """What the listener plays in this part of the day, familiar and near to it."""
    if not desk.timed:
        return None
    kept = desk.visit.plays.kept
    then = kept.at(in_this_part(desk.visit.moment, kept.times))
    if len(then) < 2 * FEWEST:
        return None
    return Plan("this hour", desk.music, history=then, wish=desk.wish())


def _in_season(desk: Desk, times: npt.NDArray[np.int64], season: str, year: int) -> Bools:
    """[n] whether unix seconds lie in a season that begins in a year, by the listener's calendar."""
    first = next(m for m in (12, 3, 6, 9) if season_of(m, desk.visit.country) == season)
    zone = desk.visit.moment.local.tzinfo
    begins = datetime(year, first, 1, tzinfo=zone).timestamp()
    over, month = divmod(first - 1 + 3, 12)
    ends = datetime(year + over, month + 1, 1, tzinfo=zone).timestamp()
    return (times >= begins) & (times < ends)
