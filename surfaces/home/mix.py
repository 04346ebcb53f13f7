"""How much talk a page has beside its music, and how near that is to what was wanted."""

from dataclasses import dataclass
from math import log
from typing import Final

TALK_SHARES: Final = (0.0, 0.15, 0.35, 0.6, 1.0)
"""The mixes from which a page's is chosen: the share of talk among its items."""
_SMOOTHING: Final = 0.01
_HALF: Final = 0.5 - 1e-9
"""Rounds half of an item up, whatever the last bit of a product."""


@dataclass(frozen=True)
class Tally:
    """How many items a page has so far, and how many of them are talk."""

    items: int = 0
    talk: int = 0

    @property
    def share(self) -> float:
        """The share of talk, 0 of an empty page."""
        return self.talk / self.items if self.items else 0.0

    def wants_talk(self, share: float) -> bool:
        """Whether the next item should be talk, so that the page keeps as near to `share` as whole items can."""
        return share * (self.items + 1) - self.talk >= _HALF

    def plus(self, is_talk: bool) -> "Tally":
        """The tally with one item more."""
        return Tally(self.items + 1, self.talk + is_talk)


def divergence(wanted: float, shown: float) -> float:
    """The Kullback-Leibler divergence of a page's share of talk from the wanted one, in nats.

    The page's is smoothed by a hundredth of the wanted one, so that it is always finite (Steck 2018, "Calibrated
    recommendations", equation 4).
    """
    near = (1 - _SMOOTHING) * shown + _SMOOTHING * wanted
    pairs = ((wanted, near), (1 - wanted, 1 - near))
    return sum(p * log(p / q) for p, q in pairs if p > 0)
