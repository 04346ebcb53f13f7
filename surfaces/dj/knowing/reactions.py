"""What the listener did with a session's items, and how it pulls the next segments towards or away from things."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from models import names
from surfaces.common.catalogue import Catalogue
from surfaces.common.columns import NOBODY, Bools
from surfaces.common.plays import Plays
from surfaces.common.taste import Floats
from surfaces.dj.knowing.session import Session

SKIP: Final = -1.0
PLAYED: Final = 0.6
CREATOR, GENRE, KIND = 1.0, 0.5, 0.4
"""How much of a reaction to an item goes to its creator, its genres and its kind."""
FADING: Final = 0.7
"""A reaction counts so much of the one to the segment after."""
_TIRED: Final = -0.9
"""A creator with such a pull is left out."""


@dataclass(frozen=True)
class Reactions:
    """What came of a session's items.

    Attributes:
        skipped: places, in the order of the session.
        played: places that were played to their end.
        latest: places that were skipped in the latest segment to which the listener reacted at all.
        creators: [creators] pulls.
        genres: [genres] pulls.
        kinds: [kinds] pulls.
        themes: pulls of the themes.
    """

    skipped: Sequence[int]
    played: Sequence[int]
    latest: Sequence[int]
    creators: Floats
    genres: Floats
    kinds: Floats
    themes: Mapping[str, float] = field(default_factory=dict)

    def pulls(self, catalogue: Catalogue, places: npt.NDArray[np.int64]) -> Floats:
        """How much each of some items gains: [n]."""
        return (
            _padded(self.creators)[catalogue.creators.codes[places]]
            + _padded(self.kinds)[catalogue.kinds.codes[places]]
            + np.asarray(catalogue.genres.shares[places] @ self.genres).ravel()
        )

    def tiring(self, catalogue: Catalogue) -> Bools:
        """[N] whether an item's creator was skipped, and not played since."""
        return (_padded(self.creators) <= _TIRED)[catalogue.creators.codes]


def reactions(catalogue: Catalogue, session: Session, plays: Plays) -> Reactions:
    """Reads the plays since the session began.

    Args:
        catalogue: the items.
        session: with its segments.
        plays: those that may belong to the session, oldest first; of other items they don't count.
    """
    outcome_of = dict(zip(plays.items.tolist(), plays.outcomes.tolist(), strict=True))
    creators = np.zeros(len(catalogue.creators.values))
    genres = np.zeros(len(catalogue.genres.values))
    kinds = np.zeros(len(catalogue.kinds.values))
    skipped, played, latest = list[int](), list[int](), list[int]()
    themes: dict[str, float] = {}
    for segment in session.segments:
        places = catalogue.places_of(segment.items).tolist()
        outcomes = [(place, outcome_of[place]) for place in places if place in outcome_of]
        if not outcomes:
            continue
        for pulls in (creators, genres, kinds):
            pulls *= FADING
        themes = {theme: FADING * pull for theme, pull in themes.items()}
        latest = [place for place, outcome in outcomes if outcome == names.SKIPPED]
        skipped += latest
        for place, outcome in outcomes:
            if outcome == names.PARTIAL:
                continue
            amount = SKIP if outcome == names.SKIPPED else PLAYED
            if amount > 0:
                played.append(place)
            creator, kind = catalogue.creators.codes[place], catalogue.kinds.codes[place]
            if creator != NOBODY:
                creators[creator] += CREATOR * amount
            if kind != NOBODY:
                kinds[kind] += KIND * amount / len(outcomes)
            codes = catalogue.genres.codes_at(place)
            genres[codes] += GENRE * amount
            themes[segment.theme] = themes.get(segment.theme, 0.0) + amount / len(outcomes)
    return Reactions(skipped, played, latest, creators, genres, kinds, themes)


def _padded(pulls: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Pulls by code, and 0 at the place of NOBODY, the last."""
    return np.append(pulls, 0.0)
