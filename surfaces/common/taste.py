"""What a listener plays: how their plays of a time spread over genres, creators, kinds and other values."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from surfaces.common.catalogue import Catalogue
from surfaces.common.columns import Column, ManyColumn
from surfaces.common.plays import Ints, Plays

Floats = npt.NDArray[np.float64]

WINDOW_DAYS: Final = 91
"""Three months."""
HALF_LIFE_DAYS: Final = 30.0
"""A play so many days ago counts half as much as one of today."""
HALF_LIFE_PLAYS: Final = 100.0
"""A play so many plays ago counts half as much as the newest, where times aren't known."""
_DAY: Final = 86_400


@dataclass(frozen=True)
class Taste:
    """The plays of a window that weren't skipped [n], oldest first, and how much each counts.

    Attributes:
        catalogue: where the items stand.
        plays: the plays.
        weights: [n], summing to 1; the newest count most.
    """

    catalogue: Catalogue
    plays: Plays
    weights: Floats

    @cached_property
    def genres(self) -> Floats:
        """The share of each of the catalogue's genres, by its code."""
        return self.shares(self.catalogue.genres)

    @cached_property
    def creators(self) -> Floats:
        """The share of each of the catalogue's creators, by its code."""
        return self.shares(self.catalogue.creators)

    @cached_property
    def kinds(self) -> Floats:
        """The share of each of the catalogue's kinds, by its code."""
        return self.shares(self.catalogue.kinds)

    def shares(self, column: Column | ManyColumn) -> Floats:
        """How the plays spread over the values of a column: [values], all 0 where no play has any.

        A play of an item with several values counts for each of them in equal parts; one without any doesn't
        count. So the shares sum to 1.
        """
        total = column.shares[self.plays.items].T @ self.weights
        return total / (total.sum() or 1.0)


def taste(
    catalogue: Catalogue,
    plays: Plays,
    unix: int,
    *,
    days: float = WINDOW_DAYS,
    half_life_days: float = HALF_LIFE_DAYS,
    has_times: bool = True,
) -> Taste:
    """What a listener played in the last days before a time, without what they skipped.

    Where nothing was played in those days, the window ends with the last play before them. Plays without times
    all count, and fade by their places instead.

    Args:
        catalogue: where the items stand.
        plays: of the listener, oldest first.
        unix: seconds at which the window ends; plays after it count as if they were of that second.
        days: the window's length.
        half_life_days: after so many days a play counts half.
        has_times: whether the log's times are real; else they count as unknown.
    """
    kept = plays.kept
    if not len(kept) or not has_times or not kept.times.all():
        ages = np.arange(len(kept))[::-1] / HALF_LIFE_PLAYS
    else:
        end = unix if unix - kept.times[-1] < days * _DAY else int(kept.times[-1])
        kept = kept.since(int(end - days * _DAY))
        ages = np.maximum(end - kept.times, 0) / _DAY / half_life_days
    weights = 0.5**ages
    return Taste(catalogue, kept, weights / (weights.sum() or 1.0))


def count_plays(column: Column | ManyColumn, plays: Plays) -> Ints:
    """How many of some plays are of items with each value of a column: [values]."""
    return np.asarray(column.matrix[plays.items].sum(axis=0)).ravel().astype(np.int64)
