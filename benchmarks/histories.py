"""Made histories: ids of a made catalogue, and which of them a listener plays."""

from typing import Final

import numpy as np

TASTE: Final = 300
"""Items in a row that a history is drawn from."""


def item_ids(items: int) -> list[bytes]:
    """Returns the ids of a made catalogue, as long as those of real ones are."""
    return [b"track-%016d" % number for number in range(items)]


def near_places(items: int, rows: int, length: int, seed: int) -> np.ndarray:
    """Draws histories int64 [rows, length] of places in the catalogue, each around one place of its own."""
    draw = np.random.default_rng(seed)
    return (draw.integers(items, size=(rows, 1)) + draw.integers(TASTE, size=(rows, length))) % items
