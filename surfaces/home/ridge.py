"""What is known of a choice's reward in a context: a ridge regression, kept as sums that only grow.

Rewards are known of chosen arms alone, and an arm was chosen more often where it seemed good. Each of them is
therefore weighted by the inverse of its propensity, which makes the regression the one that uniform choices would
have given, whatever policy chose (importance-weighted regression: Bietti, Agarwal, Langford 2021, "A contextual
bandit bake-off", section 2.3; on the shelves of a Home page: McInerney et al. 2018, "Explore, exploit, explain",
section 3.3). Weights are relative to the uniform choice, so 1 in the mean, and clipped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from surfaces.store.records import Json

Floats = npt.NDArray[np.float64]

HEAVIEST: Final = 10.0
"""The greatest weight of one reward: beyond it variance costs more than the bias that clipping brings."""
STRENGTH: Final = 20.0
"""How many rewards the prior counts for, in each direction."""
MEMORY: Final = 20_000.0
"""Sums of more weight than this are shrunk to it: old rewards fade, as tastes and models change."""


@dataclass(frozen=True)
class Sums:
    """The weighted sums of one arm's rewards: `outer` [d, d] of x x', `inner` [d] of x r, `weight` of 1."""

    outer: Floats
    inner: Floats
    weight: float = 0.0

    @classmethod
    def zero(cls, size: int) -> "Sums":
        """The sums before the first reward, of `size` features."""
        return cls(np.zeros((size, size)), np.zeros(size))

    def plus(self, features: Floats, reward: float, propensity: float, choices: int) -> "Sums":
        """The sums with one reward more, of an arm that was chosen among `choices` with this propensity."""
        weight = min(1 / (propensity * choices), HEAVIEST)
        return Sums(
            self.outer + weight * np.outer(features, features),
            self.inner + weight * reward * features,
            self.weight + weight,
        )

    def faded(self) -> "Sums":
        """The sums with no more weight than is remembered."""
        share = min(1.0, MEMORY / self.weight) if self.weight else 1.0
        return Sums(self.outer * share, self.inner * share, self.weight * share)

    def coefficients(self, prior: Floats) -> Floats:
        """The regression's coefficients [d], drawn towards `prior` [d] where little is known."""
        return np.linalg.solve(
            self.outer + STRENGTH * np.eye(len(prior)), self.inner + STRENGTH * prior
        ).astype(np.float64)

    def to_json(self) -> Json:
        """The sums as the store keeps them: of the symmetric ones, the upper half."""
        upper = self.outer[np.triu_indices(len(self.inner))]
        return {"outer": _short(upper), "inner": _short(self.inner), "weight": round(self.weight, 4)}

    @classmethod
    def from_json(cls, content: Json | None, size: int) -> "Sums":
        """The sums that were kept; zero where none were, or of other features than today's."""
        if content is None or len(content["inner"]) != size:
            return cls.zero(size)
        outer = np.zeros((size, size))
        outer[np.triu_indices(size)] = content["outer"]
        outer = outer + np.triu(outer, 1).T
        return cls(outer, np.array(content["inner"], np.float64), float(content["weight"]))


def _short(values: Floats) -> Sequence[float]:
    return [float(f"{value:.7g}") for value in values]
