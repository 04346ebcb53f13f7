"""Candidates for a week's list: by the models, for many listeners at a time, or by popularity."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np

from listening_log.cleaning.item_tokens import COUNTRY, CREATOR, KIND
from models import names
from surfaces.common.catalogue import Catalogue
from surfaces.common.columns import NOBODY, Bools
from surfaces.common.model_server import Ranked, Wish
from surfaces.common.plays import Ints, Plays
from surfaces.discover_weekly.seeker import Seeker, is_music

Ask: TypeAlias = Callable[[Sequence[Plays], Sequence[Wish]], list[Ranked]]
"""Asks the models what comes next, for several listeners in one call: the best 100 of each."""

COUNT: Final = 30
"""Items of a list."""
MOST_A_CREATOR: Final = 2
ROOM: Final = 3
"""How many times the wanted number of items there should be to choose from."""
ROUNDS: Final = 5
"""How often the models are asked at most."""
SURFACE: Final = "discover-weekly"


@dataclass
class Pool:
    """Candidates of one listener, in the order in which they came.

    Attributes:
        seeker: the listener.
        known: [creators + 1] which creators they have played.
        places: of the candidates.
        scores: of the models, or how popular each is.
        ranks: at which place each came in its answer, 1 the first; 0 where no model was asked.
        wants_new: whether creators whom the listener hasn't played are asked for alone.
        full: whether nothing more is asked for.
    """

    seeker: Seeker
    known: Bools
    places: list[int] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    ranks: list[int] = field(default_factory=list)
    wants_new: bool = True
    full: bool = False

    def add(self, answer: Ranked, catalogue: Catalogue) -> None:
        """Takes in an answer, and settles what is asked for next."""
        seen, allowed = set(self.places), self.seeker.allowed(catalogue)
        for rank, (place, score) in enumerate(zip(answer.places, answer.scores, strict=True), start=1):
            if place not in seen and allowed[place]:
                self.places.append(place)
                self.scores.append(score)
                self.ranks.append(rank)
        enough, short = self._usable(catalogue) >= ROOM * COUNT, len(answer.places) < names.ANSWERS
        if self.wants_new:
            self.wants_new = not (enough or short)
        else:
            self.full = enough or short

    def enough_of(self, catalogue: Catalogue) -> list[int]:
        """Codes of the creators of whom no further item is wanted."""
        codes = catalogue.creators.codes[self.places]
        sizes = np.bincount(codes[codes != NOBODY], minlength=len(self.known) - 1)
        enough = sizes >= MOST_A_CREATOR
        if self.wants_new:
            enough |= self.known[:-1]
        return np.flatnonzero(enough).tolist()

    def _usable(self, catalogue: Catalogue) -> int:
        """How many of the candidates a list could have."""
        codes = catalogue.creators.codes[self.places]
        sizes = np.bincount(codes[codes != NOBODY])
        return int(np.minimum(sizes, MOST_A_CREATOR).sum() + np.sum(codes == NOBODY))


def pools_of_models(catalogue: Catalogue, ask: Ask, seekers: Sequence[Seeker], monday: int) -> list[Pool]:
    """Asks the models for each listener: for creators whom they haven't played, and then for any.

    Each round leaves out the creators of whom there is enough.

    Args:
        catalogue: what the models rank.
        ask: the models; called a few times, each time for those listeners who need more.
        seekers: the listeners.
        monday: unix seconds at which the week begins.

    Raises:
        UnavailableError: by `ask`.
    """
    pools = [Pool(seeker, seeker.knows_creator(catalogue)) for seeker in seekers]
    for _ in range(ROUNDS):
        wanting = [pool for pool in pools if not pool.full]
        if not wanting:
            break
        wishes = [_wish(catalogue, pool, monday) for pool in wanting]
        answers = ask([pool.seeker.plays for pool in wanting], wishes)
        for pool, answer in zip(wanting, answers, strict=True):
            pool.add(answer, catalogue)
    return pools


def pool_of_popularity(catalogue: Catalogue, popularity: Ints, seeker: Seeker) -> Pool:
    """What is popular among what a list can have: creators whom the listener hasn't played, and as many others."""
    known = seeker.knows_creator(catalogue)
    allowed = np.flatnonzero(seeker.allowed(catalogue))
    order = allowed[np.argsort(-popularity[allowed], kind="stable")]
    order = order[_places_within(catalogue.creators.codes[order]) < MOST_A_CREATOR]
    of_known = known[catalogue.creators.codes[order]]
    few = np.r_[order[~of_known][: ROOM * COUNT], order[of_known][: ROOM * COUNT]]
    return Pool(seeker, known, few.tolist(), popularity[few].astype(float).tolist(), [0] * len(few))


def _wish(catalogue: Catalogue, pool: Pool, monday: int) -> Wish:
    seeker = pool.seeker
    without = [f"{CREATOR}={catalogue.creators.values[code]}" for code in pool.enough_of(catalogue)]
    without += seeker.away
    if not is_music(catalogue).all():
        without += [f"{KIND}={kind}" for kind in catalogue.kinds.values if kind in names.TALK_KINDS]
    at_home = seeker.country in catalogue.countries.code_of
    latest = int(seeker.plays.times[-1]) if len(seeker.plays) else 0
    return Wish(
        exclude=sorted(seeker.banned | set(pool.places)),
        only=[f"{COUNTRY}={seeker.country}"] if at_home else [],
        without=without,
        context=[*seeker.tokens, f"surface={SURFACE}"],
        unix=max(monday, latest),
    )


def _places_within(codes: np.ndarray) -> Ints:
    """How many earlier items have the same code [n]; 0 for NOBODY."""
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    first = np.searchsorted(ordered, ordered)
    within = np.empty(len(codes), np.int64)
    within[order] = np.where(ordered == NOBODY, 0, np.arange(len(codes)) - first)
    return within
