"""What the bandit has learnt, as a value: sums for each shelf and for each mix, kept in the store as JSON."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np

from surfaces.home.context import SIZE, TALK_NOW
from surfaces.home.mix import TALK_SHARES
from surfaces.home.ridge import Floats, Sums
from surfaces.store.records import Json

SHELVES: Final = (
    "jump-back-in",
    "made-for-you",
    "because-you-played",
    "new-from-creators",
    "your-shows",
    "talk-to-try",
    "popular",
    "daylist",
    "discoveries",
)
"""All shelves, in the order in which a page shows them before anything is known."""

Arm = TypeVar("Arm", str, float)


@dataclass(frozen=True)
class Rewarded:
    """A choice and what came of it: the arm's features, its reward, and how probable it was among how many."""

    features: Floats
    reward: float
    propensity: float
    choices: int


@dataclass(frozen=True)
class Learnt:
    """The sums of each shelf by its id, and of each mix by its share of talk."""

    shelves: Mapping[str, Sums]
    mixes: Mapping[float, Sums]

    @classmethod
    def from_json(cls, content: Json) -> "Learnt":
        """What the store keeps; {} is nothing yet."""
        shelves, mixes = content.get("shelves", {}), content.get("mixes", {})
        return cls(
            {arm: Sums.from_json(shelves.get(arm), SIZE + 2) for arm in SHELVES},
            {share: Sums.from_json(mixes.get(str(share)), SIZE + 1) for share in TALK_SHARES},
        )

    def to_json(self) -> Json:
        """What the store is to keep."""
        return {
            "shelves": {arm: sums.to_json() for arm, sums in self.shelves.items()},
            "mixes": {str(share): sums.to_json() for share, sums in self.mixes.items()},
        }

    def plus(
        self, shelves: Iterable[tuple[str, Rewarded]], mixes: Iterable[tuple[float, Rewarded]]
    ) -> "Learnt":
        """This and further rewards, of shelves and of mixes."""
        return Learnt(_plus(self.shelves, shelves), _plus(self.mixes, mixes))


def shelf_features(context: Floats, filled: float, position: int) -> Floats:
    """What a shelf's reward is regressed on [SIZE + 2]: the context, how full it is, how high it stands."""
    return np.concatenate([context, [filled, 1 / position]])


def mix_features(context: Floats, share: float) -> Floats:
    """What a mix's reward is regressed on [SIZE + 1]: the context, and how near it is to what is played now."""
    return np.concatenate([context, [-abs(share - context[TALK_NOW])]])


def _plus(sums: Mapping[Arm, Sums], rewards: Iterable[tuple[Arm, Rewarded]]) -> dict[Arm, Sums]:
    grown = dict(sums)
    for arm, one in rewards:
        if arm in grown:
            grown[arm] = grown[arm].plus(one.features, one.reward, one.propensity, one.choices)
    return {arm: of_arm.faded() for arm, of_arm in grown.items()}
