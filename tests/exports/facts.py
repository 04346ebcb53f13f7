"""What a right importer finds in an export."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

SAMPLED = 40


@dataclass(frozen=True)
class Play:
    """One event that must be found: who, which title, and when (unix seconds, both ends included).

    Where a layout gives the end of a play and its length, any time between start and end is right.
    """

    listener: str
    title: str
    earliest: int
    latest: int


@dataclass(frozen=True)
class Facts:
    """An export that lies in `source`, for the importer of `format`."""

    format: str
    source: Path
    events: int
    listeners: int
    items: int
    doubtful_events: int = 0
    """Rows that a lenient importer may take too: broken ones that can be mended, repeated ones."""
    doubtful_items: int = 0
    private: int = 0
    """Rows that must be left out, since the listener asked for privacy."""
    profiles: int = 0
    """Listeners with a row of their own; 0: the layout has no such table."""
    sample: Sequence[Play] = ()
    order: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Some listeners' first titles, oldest first, where times are absent or equal and the file's order tells."""
    genres: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Some titles' genres."""
    released: Mapping[str, str] = field(default_factory=dict)
    """Some titles' years."""
    creators: Mapping[str, str] = field(default_factory=dict)
    """Some titles' artists or shows."""
    kinds: Mapping[str, str] = field(default_factory=dict)
    """Some titles' kinds."""
    forbidden: frozenset[str] = frozenset()
    """What must stand nowhere in an import."""


def sampled(count: int, seed: int) -> np.ndarray:
    """Places of some rows out of `count`, int64, ascending."""
    rng = np.random.default_rng(seed)
    return np.sort(rng.choice(count, min(SAMPLED, count), replace=False))
