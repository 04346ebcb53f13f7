"""Shelves: groups of items in order of release, from which the popular and the fresh are picked.

An artist's tracks are a shelf, and so are a genre's and a show's episodes.
"""

from dataclasses import dataclass

import numpy as np

FRESH_DAYS = 21
FRESH_SHARE = 0.4  # of the picks from a shelf that holds something fresh


@dataclass(frozen=True)
class Shelves:
    """G shelves over M items; day 0 is the world's first."""

    order: np.ndarray  # [M] int32, items by shelf, within a shelf oldest first
    start: np.ndarray  # [G] int64, a shelf's first place in `order`
    reach: np.ndarray  # [M + 1] float64, sums of weights before each place
    released: np.ndarray  # [G, FRESH_DAYS + days + 1] int32, items out by day (column FRESH_DAYS is day 0)
    release_day: np.ndarray  # [M] int32, by place
    shelf: np.ndarray  # [M] int32, by place

    def count(self, shelf: np.ndarray, day: np.ndarray | int) -> np.ndarray:
        """How many items of the shelves are out on the days."""
        return self.released[shelf, day + FRESH_DAYS]

    def pick(self, shelf: np.ndarray, day: np.ndarray, chance: np.ndarray, fresh: np.ndarray) -> np.ndarray:
        """An item of each shelf by weight, -1 where nothing is out.

        All [n]; `chance` and `fresh` are uniform in [0, 1).
        """
        count, old = self.count(shelf, day), self.released[shelf, day]
        start, end = self.start[shelf], self.start[shelf] + count
        start = start + np.where((fresh < FRESH_SHARE) & (old < count), old, 0)
        low, high = self.reach[start], self.reach[end]
        place = np.searchsorted(self.reach, low + chance * (high - low), side="right") - 1
        place = np.clip(place, start, np.maximum(end - 1, start))
        return np.where(count > 0, self.order[np.minimum(place, len(self.order) - 1)], -1)

    def pick_chances(self, shelf_chance: np.ndarray, day: int, items: int) -> np.ndarray:
        """The chance of each of `items` items when shelves are chosen with `shelf_chance` [G]: [items].

        The chance of a shelf without a released item is missing from the sum.
        """
        weight = np.diff(self.reach) * (self.release_day <= day)
        fresh = weight * (self.release_day > day - FRESH_DAYS)
        shelves = len(self.start)
        every = np.bincount(self.shelf, weight, shelves)
        new = np.bincount(self.shelf, fresh, shelves)
        share = np.where((new > 0) & (new < every), FRESH_SHARE, 0.0)
        chance = (1 - share)[self.shelf] * weight / np.where(every > 0, every, 1)[self.shelf]
        chance += share[self.shelf] * fresh / np.where(new > 0, new, 1)[self.shelf]
        return np.bincount(self.order, chance * shelf_chance[self.shelf], items)


def fill_shelves(
    shelf: np.ndarray, weight: np.ndarray, release_day: np.ndarray, *, shelves: int, days: int
) -> Shelves:
    """Puts M items on shelves: `shelf`, `weight` and `release_day` are [M]."""
    order = np.lexsort((np.arange(len(shelf)), release_day, shelf)).astype(np.int32)
    sizes = np.bincount(shelf, minlength=shelves)
    column = np.clip(release_day.astype(np.int64) + FRESH_DAYS, 0, FRESH_DAYS + days)
    out = np.zeros((shelves, FRESH_DAYS + days + 1), np.int32)
    np.add.at(out, (shelf, column), 1)
    return Shelves(
        order=order,
        start=np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64),
        reach=np.concatenate([[0.0], np.cumsum(weight[order], dtype=np.float64)]),
        released=np.cumsum(out, axis=1, dtype=np.int32),
        release_day=release_day[order],
        shelf=shelf[order].astype(np.int32),
    )


def pick_by_row(weight: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """For each row of `weight` [n, m] the columns that `chance` [n, k], uniform in [0, 1), falls on."""
    reach = np.cumsum(weight, axis=1, dtype=np.float64)
    reach /= reach[:, -1:]
    rows = np.arange(len(weight))[:, None]
    place = np.searchsorted((reach + rows).ravel(), chance + rows, side="right") - rows * weight.shape[1]
    return np.clip(place, 0, weight.shape[1] - 1).astype(np.int32)
