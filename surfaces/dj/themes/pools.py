"""What themes draw from: the likeliest of what is allowed, and one of several by chance."""

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from surfaces.common.columns import Bools
from surfaces.dj.knowing.desk import Desk
from surfaces.dj.knowing.plan import Plan, Topic

Theme = Callable[[Desk], Plan | None]

POOL: Final = 150
"""Places of which the models are asked for the order."""
LOVED: Final = 3
"""Plays that make a favourite."""
FEWEST: Final = 3
"""Items of a segment at least."""


def pooled(
    desk: Desk,
    theme: str,
    allowed: Bools,
    *,
    topic: Topic | None = None,
    openers: tuple[int, ...] | list[int] = (),
    size: int = 4,
) -> Plan:
    """A plan over a pool: the likeliest of what is allowed."""
    return Plan(
        theme,
        allowed,
        history=desk.visit.plays,
        pool=likely(desk, allowed, POOL),
        openers=list(openers),
        size=size,
        topic=topic or Topic(),
    )


def likely(desk: Desk, allowed: Bools, count: int) -> npt.NDArray[np.int64]:
    """The places of what is allowed that are likeliest by plays, tastes and popularity."""
    places = np.flatnonzero(allowed)
    if len(places) <= count:
        return places
    merit = desk.counts[places] + desk.likings[places]
    return places[np.argpartition(-merit, count)[:count]]


def only(desk: Desk, places: npt.NDArray[np.int64] | npt.NDArray[np.int32]) -> Bools:
    """[N] whether an item is one of some places."""
    chosen = np.zeros(desk.catalogue.size, bool)
    chosen[places] = True
    return chosen


def draw(desk: Desk, possible: Bools, weights: npt.NDArray[np.int64] | npt.NDArray[np.float64]) -> int | None:
    """One of the possible codes or places by chance, as often as its weight says; None where none is possible."""
    codes = np.flatnonzero(possible)
    if not len(codes):
        return None
    return int(desk.random.choices(codes.tolist(), weights=(weights[codes] + 1e-9).tolist())[0])
