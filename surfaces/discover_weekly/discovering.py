"""Makes the lists of a week: the one function that the batch and a listener's first visit share."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from surfaces.common.calibration import calibrate
from surfaces.common.catalogue import Catalogue
from surfaces.common.plays import Ints
from surfaces.common.sequencing import sequence
from surfaces.common.taste import taste
from surfaces.discover_weekly.candidates import (
    COUNT,
    MOST_A_CREATOR,
    Ask,
    Pool,
    pool_of_popularity,
    pools_of_models,
)
from surfaces.discover_weekly.seeker import Seeker
from surfaces.discover_weekly.spares import choose_spares

STRETCH: Final = 5
"""So many items at least are put into a smooth order at a time: the best stay early, for few hear a list's end."""


@dataclass(frozen=True)
class Discoveries:
    """A week's list, in the order of playing.

    Attributes:
        places: of the items.
        ranks: at which place of its answer the models put each; 0 where no model was asked.
    """

    places: list[int]
    ranks: list[int]
    spares: list[int] = field(default_factory=list)
    """Places of clean items, best first, that stand in for the explicit ones."""
    spare_ranks: list[int] = field(default_factory=list)


def discover(catalogue: Catalogue, ask: Ask, seekers: Sequence[Seeker], monday: int) -> list[Discoveries]:
    """Makes the lists of some listeners for a week, each the same whoever else is among them.

    Args:
        catalogue: what the models rank.
        ask: the models.
        seekers: the listeners.
        monday: unix seconds at which the week begins, in UTC.

    Raises:
        UnavailableError: by `ask`.
    """
    return [_choose(catalogue, pool, monday) for pool in pools_of_models(catalogue, ask, seekers, monday)]


def discover_popular(catalogue: Catalogue, popularity: Ints, seeker: Seeker, monday: int) -> Discoveries:
    """Makes a list by the same rules without the models.

    Args:
        catalogue: of the items.
        popularity: [N] how often each was played of late.
        seeker: the listener.
        monday: unix seconds at which the week begins, in UTC.
    """
    return _choose(catalogue, pool_of_popularity(catalogue, popularity, seeker), monday)


def _choose(catalogue: Catalogue, pool: Pool, monday: int) -> Discoveries:
    """Chooses by score and genres, and orders what is chosen: creators whom the listener hasn't played first."""
    places = np.array(pool.places, np.int64)
    creators = catalogue.creators.codes[places]
    target = taste(catalogue, pool.seeker.plays, monday, has_times=pool.seeker.has_times).genres
    wanted = np.flatnonzero(target)
    chosen = calibrate(
        np.array(pool.scores),
        catalogue.genres.shares[places][:, wanted].toarray(),
        target[wanted],
        COUNT,
        groups=creators,
        most_a_group=MOST_A_CREATOR,
    )
    best, known = places[chosen], pool.known[creators[chosen]]
    order: list[int] = []
    for part in (best[~known], best[known]):
        for stretch in np.array_split(part, max(len(part) // STRETCH, 1)):
            order += sequence(catalogue, stretch.tolist(), after=order[-1] if order else None)
    rank = dict(zip(pool.places, pool.ranks, strict=True))
    spares = choose_spares(catalogue, order, pool.places, MOST_A_CREATOR)
    return Discoveries(order, [rank[place] for place in order], spares, [rank[place] for place in spares])
