"""What a made listener does with a page: looks from the top, plays what they truly want, skips what they don't like.

A shelf is looked at with a chance that falls with its position, an item with one that falls along its shelf. What is
seen is played with a chance that grows with its true chance to be the next play; then it is skipped, or heard, by the
world's own law of skips. What stands below never changes what happens above.
"""

from typing import Final

import numpy as np

from benchmarks.home.visits import TrueVisit
from surfaces.home.learning import SKIP_COST
from surfaces.home.page import MOST_ITEMS, MOST_SHELVES, Page

NEXT_SHELF: Final = 0.8
"""The chance to look at the next shelf."""
NEXT_ITEM: Final = 0.93
"""The chance to look at the next item of a shelf."""
GAIN: Final = 8.0
"""How eager listeners are: an item seen is played with the chance 1 - exp(-GAIN times its true chance)."""


def respond(page: Page, visit: TrueVisit, rng: np.random.Generator) -> dict[str, float]:
    """What each shelf earns: items heard, less a part of those skipped; shelves not looked at are left out."""
    shelves = int(rng.geometric(1 - NEXT_SHELF))
    along = rng.random((MOST_SHELVES, MOST_ITEMS)) < NEXT_ITEM
    wants, keeps = rng.random((2, len(visit.wanted)))
    earned: dict[str, float] = {}
    for number, placed in enumerate(page.shelves[:shelves]):
        places = [offer.place for offer in placed.offers]
        seen = np.cumprod(along[number, : len(places)]).astype(bool)
        played = seen & (wants[places] < 1 - np.exp(-GAIN * visit.wanted[places]))
        heard = played & (keeps[places] < visit.kept[places])
        earned[placed.shelf.id] = float(heard.sum() - SKIP_COST * (played & ~heard).sum())
    return earned
