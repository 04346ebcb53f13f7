"""What is kept of a page's decision: enough to learn from it, and to judge another policy by it."""

from collections.abc import Mapping

import numpy as np
from pydantic import BaseModel

from surfaces.home.learnt import Rewarded, mix_features, shelf_features
from surfaces.home.page import MOST_ITEMS, MOST_SHELVES, Page
from surfaces.home.ridge import Floats

MOST_REWARD = 3.0
"""A shelf's reward is no more: one listener who plays all night doesn't outweigh the others."""
LEAST_REWARD = -1.0
"""A shelf's reward is no less, however many of its items were skipped."""


class DecidedShelf(BaseModel):
    """A shelf of the page: how full, and how probable it was at its place among how many."""

    id: str
    filled: float
    propensity: float
    choices: int


class DecidedPage(BaseModel):
    """A page's context, its mix and its shelves from top to bottom."""

    context: list[float]
    talk: float
    propensity: float
    choices: int
    shelves: list[DecidedShelf]

    @classmethod
    def of(cls, page: Page, context: Floats) -> "DecidedPage":
        """What is kept of a page."""
        return cls(
            context=[round(float(value), 6) for value in context],
            talk=page.wanted,
            propensity=page.propensity,
            choices=page.choices,
            shelves=[
                DecidedShelf(
                    id=one.shelf.id,
                    filled=len(one.offers) / MOST_ITEMS,
                    propensity=one.propensity,
                    choices=one.choices,
                )
                for one in page.shelves
            ],
        )

    def rewarded(
        self, rewards: Mapping[str, float]
    ) -> tuple[list[tuple[str, Rewarded]], tuple[float, Rewarded]]:
        """What is to be learnt: each shelf's reward, and the mix's: the page's, by the shelves of a full page.

        Args:
            rewards: of the shelves by their id; 0 where nothing came of one.
        """
        context = np.array(self.context)
        each = [float(np.clip(rewards.get(one.id, 0.0), LEAST_REWARD, MOST_REWARD)) for one in self.shelves]
        shelves = [
            (
                one.id,
                Rewarded(shelf_features(context, one.filled, place), reward, one.propensity, one.choices),
            )
            for place, (one, reward) in enumerate(zip(self.shelves, each, strict=True), 1)
        ]
        mean = sum(each) / MOST_SHELVES
        return shelves, (
            self.talk,
            Rewarded(mix_features(context, self.talk), mean, self.propensity, self.choices),
        )
