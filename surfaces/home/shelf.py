"""A shelf of Home before and after its place on the page is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from surfaces.service.fallback import Offer

MOST_OFFERS: Final = 40
"""Offers of a shelf: enough to choose from, for any mix and whatever stands above it."""


@dataclass(frozen=True)
class Shelf:
    """What a shelf could show, best first: more than it will."""

    id: str
    title: str
    offers: Sequence[Offer]


@dataclass(frozen=True)
class PlacedShelf:
    """What a shelf shows at its place on the page.

    Attributes:
        shelf: which one.
        offers: what it shows.
        propensity: how probable it was that it would stand here, given the mix and the shelves above it.
        choices: how many shelves could have stood here.
    """

    shelf: Shelf
    offers: Sequence[Offer]
    propensity: float
    choices: int
