"""`select`: the items of a list, so that its bounds hold: how many, how long, and how many of a selection."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from surfaces.common.columns import NOBODY, Bools


@dataclass(frozen=True)
class Bounds:
    """What a list keeps to.

    Attributes:
        size: the most items.
        milliseconds: the most in all; None where any length will do.
        at_most: [N] which items are of a selection, and how many of them may be in the list.
        at_least: [N] which items are of a selection, and how many of them are to be in the list.
        by_a_creator: how many items by one creator come before others have had their turn.
    """

    size: int
    milliseconds: float | None = None
    at_most: Sequence[tuple[Bools, int]] = ()
    at_least: Sequence[tuple[Bools, int]] = ()
    by_a_creator: int = 3


def select(
    order: Sequence[int], creators: npt.NDArray[np.int32], durations: npt.NDArray[np.int64], bounds: Bounds
) -> list[int]:
    """Takes the best items that the bounds allow.

    Args:
        order: places of the catalogue, best first.
        creators: [N] codes, NOBODY for none.
        durations: [N] milliseconds.
        bounds: which hold exactly, but for `at_least` and `by_a_creator` where the items don't suffice.

    Returns:
        The chosen places, in the order of `order`.
    """
    filling = _Filling(creators, durations, bounds)
    for members, wanted in bounds.at_least:
        filling.fill(
            (place for place in order if members[place]), wanted - filling.count(members), bounds.by_a_creator
        )
        filling.fill((place for place in order if members[place]), wanted - filling.count(members))
    filling.fill(order, bounds.size, bounds.by_a_creator)
    filling.fill(order, bounds.size)
    return [place for place in order if place in filling.chosen]


@dataclass
class _Filling:
    creators: npt.NDArray[np.int32]
    durations: npt.NDArray[np.int64]
    bounds: Bounds
    chosen: set[int] = field(default_factory=set)
    length: float = 0.0

    def fill(self, order: Iterable[int], most: int, by_a_creator: int | None = None) -> None:
        """Adds at most so many items, in their order."""
        counts: dict[int, int] = {}
        for place in self.chosen:
            counts[int(self.creators[place])] = counts.get(int(self.creators[place]), 0) + 1
        for place in order:
            if most <= 0 or len(self.chosen) >= self.bounds.size:
                return
            creator = int(self.creators[place])
            full = by_a_creator is not None and creator != NOBODY and counts.get(creator, 0) >= by_a_creator
            if not full and self._fits(place):
                self.chosen.add(place)
                self.length += float(self.durations[place])
                counts[creator] = counts.get(creator, 0) + 1
                most -= 1

    def count(self, members: Bools) -> int:
        return sum(bool(members[place]) for place in self.chosen)

    def _fits(self, place: int) -> bool:
        limit = self.bounds.milliseconds
        if place in self.chosen or (limit is not None and self.length + self.durations[place] > limit):
            return False
        return all(not members[place] or self.count(members) < most for members, most in self.bounds.at_most)
