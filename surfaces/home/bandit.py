"""The contextual bandit of Home: which mix of talk and music, and which shelf stands next.

Both are softmax choices of expected rewards over a floor of exploration, so each propensity is exact. A page's mix is
one choice (as on Spotify's Home: Feijer et al. 2025, "Calibrated recommendations with contextual bandits"): before
anything is learnt, the mix nearest to what the listener plays at such hours is the likeliest, and rewards move it
from there. Shelves follow one after another, each among those that are left: a Plackett-Luce order. A shelf that
would carry the page away from its mix loses by the divergence that it leaves (the greedy calibration of Steck 2018,
of shelves in place of items).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from surfaces.home.context import SIZE
from surfaces.home.draw import probabilities
from surfaces.home.learnt import SHELVES, Learnt, mix_features, shelf_features
from surfaces.home.ridge import Floats

SHARPNESS: Final = 32.0
"""Nats for a reward: the softmax's inverse temperature."""
CALIBRATION: Final = 2.0
"""Nats that a nat of divergence from the mix costs a shelf."""
_PRIORS: Final[Mapping[str, float]] = {arm: 0.5 - 0.1 * place for place, arm in enumerate(SHELVES)}
"""The reward that each shelf is expected to bring before anything is known: enough to set the order."""
_NEARNESS: Final = 0.5
"""The reward that a mix is expected to lose, before anything is known, for being all talk where none is played."""


@dataclass(frozen=True)
class Candidate:
    """A shelf that could stand next.

    Attributes:
        id: of the shelf.
        filled: the share of a full shelf that it would show.
        divergence: of the page from its mix, with this shelf on it.
    """

    id: str
    filled: float
    divergence: float


class Policy(Protocol):
    """What decides over a page; its answers are the exact probabilities of the draws that follow."""

    def mixes(self, context: Floats, shares: Sequence[float]) -> Floats:
        """The probability of each share of talk."""

    def shelves(self, context: Floats, candidates: Sequence[Candidate], position: int) -> Floats:
        """The probability of each shelf to stand at a position, 1 the first."""


class Bandit:
    """The policy that follows what was learnt."""

    def __init__(self, learnt: Learnt) -> None:
        nearness = np.zeros(SIZE + 1)
        nearness[-1] = _NEARNESS
        self._shelves = {arm: sums.coefficients(_constant(arm)) for arm, sums in learnt.shelves.items()}
        self._mixes = {share: sums.coefficients(nearness) for share, sums in learnt.mixes.items()}

    def mixes(self, context: Floats, shares: Sequence[float]) -> Floats:
        """The probability of each share of talk; a single one needs nothing learnt."""
        if len(shares) == 1:
            return np.ones(1)
        rewards = [self._mixes[share] @ mix_features(context, share) for share in shares]
        return probabilities(SHARPNESS * np.array(rewards))

    def shelves(self, context: Floats, candidates: Sequence[Candidate], position: int) -> Floats:
        """The probability of each shelf to stand at a position, 1 the first."""
        rewards = np.array(
            [self._shelves[one.id] @ shelf_features(context, one.filled, position) for one in candidates]
        )
        lost = np.array([one.divergence for one in candidates])
        return probabilities(SHARPNESS * rewards - CALIBRATION * lost)


def _constant(arm: str) -> Floats:
    prior = np.zeros(SIZE + 2)
    prior[0] = _PRIORS[arm]
    return prior
