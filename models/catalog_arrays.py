"""The catalogue as arrays that the models are built around."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class CatalogArrays:
    """All items, in the order of their index: item `i` (1..N) stands at place `i - 1` of the lists.

    Index 0 is "none": padding, an empty string, an unknown id.
    """

    item_ids: Sequence[bytes]
    """Ids, [N], sorted and unique."""
    content: npt.NDArray[np.int32]
    """Content tokens [N + 1, T] of each item (1..content_size), right-padded with 0; row 0 is zeros."""
    content_size: int
    """Largest content token."""
    tokens: Sequence[bytes]
    """Distinct item tokens [F] that a request may filter by, sorted."""
    token_splits: npt.NDArray[np.int64]
    """Where each token's items begin in `token_items`, [F + 1]."""
    token_items: npt.NDArray[np.int32]
    """Items of each token, one after the other, ascending within a token."""

    @property
    def size(self) -> int:
        """Number of items, N."""
        return len(self.item_ids)


def invert_tokens(
    item_tokens: Sequence[Sequence[bytes]],
) -> tuple[list[bytes], npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Turns the tokens of each item ([N] lists) into `tokens`, `token_splits`, `token_items` of `CatalogArrays`."""
    lengths = np.fromiter((len(t) for t in item_tokens), np.int64, len(item_tokens))
    flat = np.array([token for tokens in item_tokens for token in tokens], dtype=object)
    items = np.repeat(np.arange(1, len(item_tokens) + 1, dtype=np.int32), lengths)
    if not flat.size:
        return [], np.zeros(1, np.int64), np.zeros(0, np.int32)
    names, codes = np.unique(flat, return_inverse=True)
    pairs = np.unique(np.stack([codes.astype(np.int64), items], axis=1), axis=0)
    splits = np.searchsorted(pairs[:, 0], np.arange(len(names) + 1))
    return list(names), splits.astype(np.int64), pairs[:, 1].astype(np.int32)
