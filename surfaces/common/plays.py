"""A listener's plays, from the log and from what was played since."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from models import names

Ints = npt.NDArray[np.int64]

MANY: Final = 20
"""So many plays say whether a listener plays anything twice."""


@dataclass(frozen=True)
class Plays:
    """Plays of one listener [n], oldest first.

    Attributes:
        items: int32, places in the catalogue.
        times: unix seconds, 0 = unknown. In a log without real times (`LogPlays.has_times`) they say the order.
        outcomes: int8, the codes of `models.names`.
        ms_played: -1 = unknown.
    """

    items: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    times: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    outcomes: npt.NDArray[np.int8] = field(default_factory=lambda: np.zeros(0, np.int8))
    ms_played: Ints = field(default_factory=lambda: np.zeros(0, np.int64))

    def __len__(self) -> int:
        return len(self.items)

    def at(self, chosen: npt.NDArray[np.bool_] | npt.NDArray[np.int64] | slice) -> "Plays":
        """Some of the plays."""
        return Plays(self.items[chosen], self.times[chosen], self.outcomes[chosen], self.ms_played[chosen])

    def before(self, unix: int) -> "Plays":
        """Those that began before a time; plays without a time count as earlier."""
        return self.at(self.times < unix)

    def until(self, unix: int) -> "Plays":
        """All of them, none later than a time: one that began after it counts as of that time."""
        return replace(self, times=np.minimum(self.times, unix))

    def since(self, unix: int) -> "Plays":
        """Those that began at a time or later."""
        return self.at(self.times >= unix)

    def then(self, later: "Plays") -> "Plays":
        """These and later ones, in the order of time; equals stay in their order."""
        whole = Plays(
            np.concatenate([self.items, later.items]).astype(np.int32),
            np.concatenate([self.times, later.times]).astype(np.int64),
            np.concatenate([self.outcomes, later.outcomes]).astype(np.int8),
            np.concatenate([self.ms_played, later.ms_played]).astype(np.int64),
        )
        return whole.at(np.argsort(whole.times, kind="stable"))

    @cached_property
    def kept(self) -> "Plays":
        """Those that weren't skipped."""
        return self.at(self.outcomes != names.SKIPPED)

    @cached_property
    def counts(self) -> Mapping[int, int]:
        """How often each item was played and not skipped, by its place."""
        places, counts = np.unique(self.kept.items, return_counts=True)
        return dict(zip(places.tolist(), counts.tolist(), strict=True))

    @cached_property
    def last_times(self) -> Mapping[int, int]:
        """When each item was last played and not skipped, by its place."""
        return dict(zip(self.kept.items.tolist(), self.kept.times.tolist(), strict=True))

    @property
    def never_twice(self) -> bool:
        """Whether there are many plays and no item was played again, as it is with films that are rated."""
        return len(self.kept) >= MANY and len(self.counts) == len(self.kept)

    @cached_property
    def heard(self) -> frozenset[int]:
        """Places of all items that were ever played, skipped ones too."""
        return frozenset(self.items.tolist())
