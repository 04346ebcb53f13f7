"""Policies to compare the bandit with, and one that writes down what another was asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from surfaces.home.bandit import Candidate, Policy
from surfaces.home.context import TALK_NOW
from surfaces.home.learnt import SHELVES
from surfaces.home.ridge import Floats

_ORDER: Final = {shelf: place for place, shelf in enumerate(SHELVES)}


class FixedOrder:
    """Shelves always in the order of `SHELVES`; the mix nearest to what the listener plays at such hours."""

    def mixes(self, context: Floats, shares: Sequence[float]) -> Floats:
        """All on the nearest mix."""
        return _all_on(len(shares), int(np.argmin(np.abs(np.array(shares) - context[TALK_NOW]))))

    def shelves(self, context: Floats, candidates: Sequence[Candidate], position: int) -> Floats:
        """All on the first shelf of the order."""
        return _all_on(len(candidates), int(np.argmin([_ORDER[one.id] for one in candidates])))


class Chance:
    """Every mix and every order alike."""

    def mixes(self, context: Floats, shares: Sequence[float]) -> Floats:
        """An equal part for each."""
        return np.full(len(shares), 1 / len(shares))

    def shelves(self, context: Floats, candidates: Sequence[Candidate], position: int) -> Floats:
        """An equal part for each."""
        return np.full(len(candidates), 1 / len(candidates))


class Greedy:
    """What another policy finds likeliest, without its exploration."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def mixes(self, context: Floats, shares: Sequence[float]) -> Floats:
        """All on the likeliest."""
        return _all_on(len(shares), int(np.argmax(self._policy.mixes(context, shares))))

    def shelves(self, context: Floats, candidates: Sequence[Candidate], position: int) -> Floats:
        """All on the likeliest."""
        return _all_on(len(candidates), int(np.argmax(self._policy.shelves(context, candidates, position))))


class Between:
    """At each draw one policy's choice or another's, as a coin falls."""

    def __init__(self, one: Policy, other: Policy) -> None:
        self._one, self._other = one, other

    def mixes(self, context: Floats, shares: Sequence[float]) -> Floats:
        """The mean of both."""
        return (self._one.mixes(context, shares) + self._other.mixes(context, shares)) / 2

    def shelves(self, context: Floats, candidates: Sequence[Candidate], position: int) -> Floats:
        """The mean of both."""
        return (
            self._one.shelves(context, candidates, position)
            + self._other.shelves(context, candidates, position)
        ) / 2


@dataclass
class Recorded:
    """A policy, with every question that it was asked for one page and the probabilities that it gave."""

    policy: Policy
    shares: Sequence[float] = ()
    chances: list[Floats] = field(default_factory=list)
    candidates: list[Sequence[Candidate]] = field(default_factory=list)

    def mixes(self, context: Floats, shares: Sequence[float]) -> Floats:
        """The policy's own answer."""
        self.shares = shares
        self.chances.append(self.policy.mixes(context, shares))
        return self.chances[-1]

    def shelves(self, context: Floats, candidates: Sequence[Candidate], position: int) -> Floats:
        """The policy's own answer."""
        self.candidates.append(candidates)
        self.chances.append(self.policy.shelves(context, candidates, position))
        return self.chances[-1]


def _all_on(count: int, chosen: int) -> Floats:
    chances = np.zeros(count)
    chances[chosen] = 1
    return chances
