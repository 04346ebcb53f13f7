"""What a title can say of items: their genres, how lively they are, the decade they came out in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from scipy.sparse import csr_matrix, hstack

from models import names
from surfaces.common.catalogue import Catalogue
from surfaces.common.columns import Bools
from surfaces.common.energy import energies
from surfaces.common.moment import PARTS_OF_DAY, WEEKDAYS

MELLOW, LIVELY = "mellow", "lively"
MELLOW_UP_TO, LIVELY_FROM = 0.35, 0.65
"""The energies up to which and from which a mood is said."""
DECADES: Final = {
    "fifties": 1950,
    "sixties": 1960,
    "seventies": 1970,
    "eighties": 1980,
    "nineties": 1990,
    "2000s": 2000,
    "2010s": 2010,
    "2020s": 2020,
}
"""The first year of each."""
SAYS_NOTHING: Final = 0.4
"""A decade in which more of the catalogue came out than this share says nothing of a list."""
TIME_WORDS: Final = frozenset(" ".join([*WEEKDAYS, *(part for part, _ in PARTS_OF_DAY)]).split())
_MOOD, _DECADE, _GENRE = range(3)
_PLAIN: Final = re.compile(r"[^\W_][\w&'’+-]*( [\w&'’+-]+)*")


@dataclass(frozen=True)
class Descriptors:
    """All that a catalogue lets a title say [D].

    Attributes:
        texts: as a title says it, in lower case, of one word or more.
        order: where each stands in a title: moods first, then decades, then genres.
        bearing: [N, D] float64, 1 where it is true of an item.
    """

    texts: Sequence[str]
    order: Sequence[int]
    bearing: csr_matrix


@lru_cache(maxsize=2)
def descriptors(catalogue: Catalogue) -> Descriptors:
    """Reads the descriptors off a catalogue.

    A genre is left out that has a word of the clock in it, as "late night": a title would say it of the hour.
    """
    genres = [code for code, genre in enumerate(catalogue.genres.values) if _can_be_said(genre)]
    texts = [catalogue.genres.values[code].lower() for code in genres]
    energy, years = energies(catalogue), release_years(catalogue)
    moods = {MELLOW: energy <= MELLOW_UP_TO, LIVELY: energy >= LIVELY_FROM}
    decades = {text: (years >= first) & (years < first + 10) for text, first in DECADES.items()}
    telling = {text: bears for text, bears in decades.items() if bears.sum() <= SAYS_NOTHING * catalogue.size}
    others = {text: bears for text, bears in {**moods, **telling}.items() if text not in texts}
    columns = [catalogue.genres.matrix[:, genres], *(_column(bears) for bears in others.values())]
    return Descriptors(
        texts=[*texts, *others],
        order=[_GENRE] * len(texts) + [_MOOD if text in moods else _DECADE for text in others],
        bearing=hstack(columns).tocsr(),
    )


def release_years(catalogue: Catalogue) -> np.ndarray:
    """[N] the year in which each item came out; 0 for unknown."""
    days = catalogue.release_days
    years = days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    return np.where(days == names.RELEASE_UNKNOWN, 0, years)


def _can_be_said(genre: str) -> bool:
    return bool(_PLAIN.fullmatch(genre)) and len(genre) <= 24 and not TIME_WORDS & set(genre.lower().split())


def _column(bears: Bools) -> csr_matrix:
    return csr_matrix(bears.astype(np.float64)[:, None])
