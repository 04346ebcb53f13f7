"""Themes with an episode, and music after it."""

from typing import Final

import numpy as np

from models import names
from surfaces.common.columns import NOBODY, Bools
from surfaces.dj.knowing.desk import Desk
from surfaces.dj.knowing.plan import Plan
from surfaces.dj.themes.pools import FEWEST, POOL, likely, pooled

TALK_POOL: Final = 40
COMMUTE_HOURS: Final = frozenset({6, 7, 8, 9, 16, 17, 18})


def commute(desk: Desk) -> Plan | None:
    """An episode for the way to work and back, by the listener's clock, and music after it."""
    moment = desk.visit.moment
    if moment.hour not in COMMUTE_HOURS or moment.local.weekday() >= 5:
        return None
    return _with_talk(desk, "commute")


def talk(desk: Desk) -> Plan | None:
    """An episode at any time, for who plays shows: one that was begun, or a new one of these."""
    spoken = desk.allowed & desk.catalogue.is_talk
    own = _of_shows(desk, spoken & ~desk.heard)
    return _with_talk(desk, "talk") if own.any() or _begun(desk, spoken) else None


def _with_talk(desk: Desk, theme: str) -> Plan | None:
    """One episode, begun or new, and music after it; episodes alone where the listener wants no music.

    Of new ones those of shows that the listener plays come before others.
    """
    spoken = desk.allowed & desk.catalogue.is_talk
    if not spoken.any():
        return None
    new = spoken & ~desk.heard
    talk = new if new.any() else spoken
    music = desk.allowed & ~desk.catalogue.is_talk
    if not music.any():
        return pooled(desk, theme, talk, openers=_begun(desk, spoken), size=FEWEST)
    own = _of_shows(desk, new)
    talk = own if own.any() else talk
    pool = np.union1d(likely(desk, talk, TALK_POOL), likely(desk, music, POOL - TALK_POOL))
    return Plan(
        theme,
        talk | music,
        history=desk.visit.plays,
        pool=pool,
        lead=talk,
        openers=_begun(desk, spoken),
    )


def _of_shows(desk: Desk, spoken: Bools) -> Bools:
    """[N] which of some talk is of shows that the listener plays."""
    catalogue, kept = desk.catalogue, desk.visit.plays.kept.items
    shows = np.zeros(len(catalogue.creators.values) + 1, bool)
    shows[catalogue.creators.codes[kept[catalogue.is_talk[kept]]]] = True
    shows[NOBODY] = False
    return spoken & shows[catalogue.creators.codes]


def _begun(desk: Desk, spoken: Bools) -> list[int]:
    """The talk that the listener began last and didn't finish, if any."""
    plays = desk.visit.plays
    chosen = spoken[plays.items] & (plays.outcomes == names.PARTIAL) & (plays.ms_played > 60_000)
    for place in reversed(plays.items[chosen].tolist()):
        if plays.outcomes[plays.items == place][-1] == names.PARTIAL:
            return [place]
    return []
