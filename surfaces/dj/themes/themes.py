"""The themes: each a small function of a desk that proposes a segment, or None where it has nothing to offer."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from listening_log.cleaning.item_tokens import CREATOR, GENRE
from models import names
from surfaces.common.columns import Bools
from surfaces.common.taste import count_plays
from surfaces.dj.knowing.clock import DAY, in_this_part, season_of
from surfaces.dj.knowing.desk import Desk
from surfaces.dj.knowing.plan import Plan, Topic
from surfaces.dj.themes.pools import POOL, draw, likely, only, pooled

TALK_POOL: Final = 40
LOVED: Final = 3
"""Plays that make a favourite."""
REST_DAYS: Final = 14
LONG_DAYS: Final = 60
FRESH_DAYS: Final = (14, 30, 60, 120)
FEWEST: Final = 3
CHOICE: Final = 20
"""So many new items are enough to choose a segment from."""
COMMUTE_HOURS: Final = frozenset({6, 7, 8, 9, 16, 17, 18})

Theme = Callable[[Desk], Plan | None]


def old_favourite(desk: Desk) -> Plan | None:
    """A favourite that had a rest, and what the models play after it."""
    favourites = desk.music & (desk.counts >= LOVED)
    if desk.timed:
        rested = favourites & (desk.latest < desk.visit.moment.unix - REST_DAYS * DAY)
        favourites = rested if rested.any() else favourites
    favourite = draw(desk, favourites, desk.counts)
    if favourite is None:
        return None
    own = desk.visit.plays.kept
    return Plan(
        "old favourite",
        desk.music,
        history=own.at(own.items == favourite),
        wish=desk.wish(),
        openers=[favourite],
    )


def more_by_a_creator(desk: Desk) -> Plan | None:
    """Items that the listener never played by a creator whom they play."""
    creators = desk.catalogue.creators
    if not len(creators.values):
        return None
    plays = count_plays(creators, desk.visit.plays.kept)
    fresh = desk.music & ~desk.heard
    left = np.bincount(creators.codes[fresh & (creators.codes >= 0)], minlength=len(creators.values))
    chosen = draw(desk, (plays >= LOVED) & (left >= FEWEST), plays)
    if chosen is None:
        return None
    creator = creators.values[chosen]
    return Plan(
        "more by a creator",
        fresh & creators.having(creator),
        history=desk.visit.plays,
        wish=desk.wish(only=[f"{CREATOR}={creator}"], exclude=np.flatnonzero(desk.heard).tolist()),
        size=FEWEST,
        most_by_one=FEWEST,
        topic=Topic(creator=creator),
    )


def turn(desk: Desk) -> Plan | None:
    """A genre that the listener plays seldom these months, among those that they play at all or many play."""
    genres = desk.catalogue.genres
    if len(genres.values) < 2 or any(token.startswith(f"{GENRE}=") for token in desk.steers.only):
        return None
    here = np.asarray(genres.matrix[np.flatnonzero(desk.music)].sum(axis=0)).ravel()
    share = desk.taste.genres
    weight = np.sqrt(here) * (share + 0.01) * np.exp(2.0 * desk.reactions.genres)
    chosen = draw(desk, (here >= 2 * FEWEST) & (share < max(0.1, float(np.median(share)))), weight)
    if chosen is None:
        return None
    genre = genres.values[chosen]
    return Plan(
        "turn",
        desk.music & genres.having(genre),
        history=desk.visit.plays,
        wish=desk.wish(only=[f"{GENRE}={genre}"]),
        topic=Topic(genre=genre),
    )


def commute(desk: Desk) -> Plan | None:
    """An episode for the way to work and back, by the listener's clock, and music after it."""
    moment = desk.visit.moment
    if moment.hour not in COMMUTE_HOURS or moment.local.weekday() >= 5:
        return None
    return _with_talk(desk, "commute")


def talk(desk: Desk) -> Plan | None:
    """An episode at any time."""
    return _with_talk(desk, "talk")


def decade(desk: Desk) -> Plan | None:
    """What the models like best of a decade that the listener plays much."""
    decades = desk.years // 10 * 10
    plays = np.bincount(decades[desk.visit.plays.kept.items], minlength=3000).astype(np.float64)
    left = np.bincount(decades[desk.music], minlength=3000)
    chosen = draw(desk, (plays >= LOVED) & (left >= 2 * FEWEST) & (np.arange(len(plays)) > 0), plays)
    if chosen is None:
        return None
    return pooled(desk, "decade", desk.music & (decades == chosen), topic=Topic(decade=chosen))


def fresh(desk: Desk) -> Plan | None:
    """What came out in the last weeks, by the listener's own calendar."""
    age = desk.today - desk.catalogue.release_days
    for days in FRESH_DAYS:
        new = desk.music & (age >= 0) & (age <= days)
        if new.sum() >= FEWEST:
            return pooled(desk, "fresh", new, topic=Topic(fresh_days=days))
    return None


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


def popular(desk: Desk) -> Plan | None:
    """What is played most where the listener is."""
    played = desk.music & (desk.popular > 0)
    if played.sum() < FEWEST:
        return None
    places = np.flatnonzero(played)
    best = places[np.argpartition(-desk.popular[places], min(30, len(places) - 1))[:30]]
    return pooled(desk, "popular", only(desk, best))


def unheard(desk: Desk) -> Plan | None:
    """What the models rank first of all that the listener never played."""
    new = desk.music & ~desk.heard
    if new.sum() < FEWEST:
        return None
    wish = desk.wish(exclude=np.flatnonzero(desk.heard).tolist())
    return Plan("unheard", new, history=desk.visit.plays, wish=wish, most_by_one=1)


def new_creators(desk: Desk) -> Plan | None:
    """What the models rank first by creators whom the listener never played."""
    creators = desk.catalogue.creators
    if not len(creators.values) or not len(desk.visit.plays):
        return None
    known = np.zeros(len(creators.values) + 1, bool)
    known[creators.codes[desk.visit.plays.items]] = True
    new = desk.music & ~known[creators.codes] & (creators.codes >= 0)
    if new.sum() < FEWEST:
        return None
    wish = desk.wish(exclude=np.flatnonzero(desk.heard).tolist())
    return Plan(
        "new creators",
        new,
        history=desk.visit.plays,
        wish=wish,
        most_by_one=1,
    )


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


def anything(desk: Desk) -> Plan | None:
    """What comes next by the models; the last resort, whatever the listener's wishes leave."""
    if not desk.allowed.any():
        return None
    return pooled(desk, "anything", desk.music if desk.music.sum() >= FEWEST else desk.allowed, size=5)


THEMES: Final[Mapping[str, tuple[Theme, float]]] = MappingProxyType(
    {
        "old favourite": (old_favourite, 1.6),
        "more by a creator": (more_by_a_creator, 0.9),
        "turn": (turn, 0.3),
        "commute": (commute, 1.6),
        "talk": (talk, 0.3),
        "decade": (decade, 0.7),
        "fresh": (fresh, 0.3),
        "last season": (last_season, 0.9),
        "popular": (popular, 0.4),
        "unheard": (unheard, 0.8),
        "new creators": (new_creators, 0.3),
        "long time": (long_time, 0.9),
        "this hour": (this_hour, 1.2),
    }
)
"""Each with how often it comes, before the listener's reactions. `anything` fills where these have nothing."""


def _with_talk(desk: Desk, theme: str) -> Plan | None:
    """One episode, begun or new, and music after it; episodes alone where the listener wants no music."""
    spoken = desk.allowed & desk.catalogue.is_talk
    if not spoken.any():
        return None
    new = spoken & ~desk.heard
    talk = new if new.any() else spoken
    music = desk.allowed & ~desk.catalogue.is_talk
    if not music.any():
        return pooled(desk, theme, talk, openers=_begun(desk, spoken), size=FEWEST)
    pool = np.union1d(likely(desk, talk, TALK_POOL), likely(desk, music, POOL - TALK_POOL))
    return Plan(
        theme,
        talk | music,
        history=desk.visit.plays,
        pool=pool,
        lead=talk,
        openers=_begun(desk, spoken),
    )


def _begun(desk: Desk, spoken: Bools) -> list[int]:
    """The talk that the listener began last and didn't finish, if any."""
    plays = desk.visit.plays
    chosen = spoken[plays.items] & (plays.outcomes == names.PARTIAL) & (plays.ms_played > 60_000)
    for place in reversed(plays.items[chosen].tolist()):
        if plays.outcomes[plays.items == place][-1] == names.PARTIAL:
            return [place]
    return []


def _in_season(desk: Desk, times: npt.NDArray[np.int64], season: str, year: int) -> Bools:
    """[n] whether unix seconds lie in a season that begins in a year, by the listener's calendar."""
    first = next(m for m in (12, 3, 6, 9) if season_of(m, desk.visit.country) == season)
    zone = desk.visit.moment.local.tzinfo
    begins = datetime(year, first, 1, tzinfo=zone).timestamp()
    over, month = divmod(first - 1 + 3, 12)
    ends = datetime(year + over, month + 1, 1, tzinfo=zone).timestamp()
    return (times >= begins) & (times < ends)
