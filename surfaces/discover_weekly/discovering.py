"""Makes the lists of a week: the one function that the batch and a listener's first visit share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from surfaces.common.calibration import calibrate
from surfaces.common.catalogue import Catalogue
from surfaces.common.plays import Ints
from surfaces.common.sequencing import sequence
from surfaces.common.taste import Floats, taste
from surfaces.discover_weekly.candidates import (
    COUNT,
    MOST_A_CREATOR,
    Ask,
    Pool,
    pool_of_popularity,
    pools_of_models,
)
from surfaces.discover_weekly.seeker import Seeker

STRENGTH: Final = 0.8
"""How much the genres count against the scores."""
NEW_CREATOR: Final = 1.5
"""How much higher an item stands for a creator whom the listener hasn't played; the scores differ by 1 at most."""


@dataclass(frozen=True)
class Discoveries:
    """A week's list, in the order of playing.

    Attributes:
        places: of the items.
        ranks: at which place of its answer the models put each; 0 where no model was asked.
    """

    places: list[int]
    ranks: list[int]


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
    """Chooses by genres and score, and orders what is chosen: creators whom the listener hasn't played first.

    Of items of the same genres those by such creators are chosen first too, whatever their scores.
    """
    places = np.array(pool.places, np.int64)
    creators = catalogue.creators.codes[places]
    known = pool.known[creators]
    target = taste(catalogue, pool.seeker.plays, monday, has_times=pool.seeker.has_times).genres
    wanted = np.flatnonzero(target)
    chosen = calibrate(
        _from_0_to_1(np.array(pool.scores)) + NEW_CREATOR * ~known,
        catalogue.genres.shares[places][:, wanted].toarray(),
        target[wanted],
        COUNT,
        strength=STRENGTH,
        groups=creators,
        most_a_group=MOST_A_CREATOR,
    )
    order = sequence(catalogue, [pool.places[n] for n in chosen if not known[n]])
    others = [pool.places[n] for n in chosen if known[n]]
    order += sequence(catalogue, others, after=order[-1] if order else None)
    rank = dict(zip(pool.places, pool.ranks, strict=True))
    return Discoveries(order, [rank[place] for place in order])


def _from_0_to_1(scores: Floats) -> Floats:
    """Scores, the lowest as 0 and the highest as 1."""
    return (scores - scores.min(initial=np.inf)) / (np.ptp(scores) or 1.0) if len(scores) else scores
