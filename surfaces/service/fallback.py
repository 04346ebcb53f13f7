"""What a destination offers while the models don't answer: the listener's favourites, and what is popular."""

from collections.abc import Collection
from itertools import chain, zip_longest
from typing import Final, NamedTuple

import numpy as np

from surfaces.common.columns import Bools
from surfaces.common.facts import Fact, Popular
from surfaces.common.visit import Visit
from surfaces.service.service import Service


class Offer(NamedTuple):
    """An item by its place in the catalogue, and why it is offered."""

    place: int
    because: list[Fact]


_NOBODY: Final[tuple[int, ...]] = ()


def fallback(
    service: Service,
    visit: Visit,
    count: int,
    *,
    exclude: Collection[int] = _NOBODY,
    allowed: Bools | None = None,
) -> list[Offer]:
    """Offers items without the models: a favourite of the listener, then a popular item, in turn.

    Args:
        service: what the destinations share.
        visit: whose; explicit items and other countries' are left out as the visit says.
        count: how many at most; fewer only where the catalogue has no more.
        exclude: places that must not be offered, as all that was heard where only the unheard will do.
        allowed: [N] which items may be offered at all, as those of one kind; None for any.

    Returns:
        Different items, the same for the same visit.
    """
    eligible = visit.eligible(service.catalogue)
    if allowed is not None:
        eligible &= allowed
    eligible[list(exclude)] = False
    turns = zip_longest(favourites(visit, eligible), popular(service, visit, eligible, count))
    first: dict[int, Offer] = {}
    for offer in chain.from_iterable(turns):
        if offer is not None:
            first.setdefault(offer.place, offer)
    return list(first.values())[:count]


def favourites(visit: Visit, eligible: Bools) -> list[Offer]:
    """What the listener has played most, without skipping; of equals the one played last first."""
    last = visit.plays.last_times
    places = [place for place in visit.plays.counts if eligible[place]]
    counts = visit.plays.counts
    places.sort(key=lambda place: (-counts[place], -last[place], place))
    return [Offer(place, [visit.played(place)]) for place in places]


def popular(service: Service, visit: Visit, eligible: Bools, count: int) -> list[Offer]:
    """What was played most in the last days of the log, where the listener is if that is known.

    Items without a play there come last, without a fact.
    """
    popularity = service.log.popularity
    country = visit.country if visit.country in popularity.by_country else ""
    plays = popularity.by_country[country] if country else popularity.everywhere
    scores = np.where(eligible, plays, -1)
    last = np.partition(scores, -count)[-count] if 0 < count < len(scores) else 0
    best = np.flatnonzero(scores >= last)
    order = best[np.argsort(-scores[best], kind="stable")][:count]
    return [
        Offer(
            int(place),
            [Popular(plays=int(plays[place]), days=popularity.days, country=country)] if plays[place] else [],
        )
        for place in order
        if eligible[place]
    ]
