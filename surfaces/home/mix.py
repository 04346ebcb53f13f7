"""How much talk a page has beside its music, and how near that is to what was wanted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from surfaces.common import calibration

TALK_SHARES: Final = (0.0, 0.1, 0.25, 0.5, 0.8)
"""The mixes from which a page's is chosen: the share of talk among its items."""
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


def possible_shares(talk: int, music: int, most: int) -> Sequence[float]:
    """Those of TALK_SHARES that a page can have.

    Args:
        talk: how many different items of talk there are for it.
        music: how many others.
        most: how many items it has at most.

    Returns:
        The shares for which there is enough of both; where none is, the share of what there is.
    """
    if not talk or not music:
        return [1.0 if talk else 0.0]
    size = min(most, (talk + music) / 2)  # shelves of a page show about half of what they could
    shares = [s for s in TALK_SHARES if s * size < talk + 0.5 and (1 - s) * size < music + 0.5]
    return shares or [talk / (talk + music)]


def divergence(wanted: float, shown: float) -> float:
    """The Kullback-Leibler divergence of a page's share of talk from the wanted one, in nats; always finite."""
    return calibration.divergence(np.array([wanted, 1 - wanted]), np.array([shown, 1 - shown]))
