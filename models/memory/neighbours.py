"""A memory as a table: each item's strongest neighbours."""

from typing import NamedTuple

import numpy as np
from scipy import sparse

_ROWS_AT_ONCE = 4096


class Neighbours(NamedTuple):
    """Each item's strongest neighbours: `neighbours` int32 and `weights` float32, both [N + 1, K].

    Row 0 and places without a neighbour hold 0 in both.
    """

    neighbours: np.ndarray
    weights: np.ndarray


class FadingTable(NamedTuple):
    """Neighbours of the `events` newest items of a history, which fade by `decay` from one to the one before."""

    neighbours: np.ndarray
    weights: np.ndarray
    decay: float
    events: int


def strongest_of_dense(kept: np.ndarray, weights: np.ndarray, size: int, count: int) -> Neighbours:
    """Keeps the `count` strongest of each row of `weights` [M, M] over the items `kept` [M]."""
    table = Neighbours(np.zeros((size, count), np.int32), np.zeros((size, count), np.float32))
    width = min(count, len(kept))
    for start in range(0, len(kept), _ROWS_AT_ONCE):  # argpartition's result is int64: not all rows at once
        rows = slice(start, start + _ROWS_AT_ONCE)
        strongest = np.argpartition(-np.abs(weights[rows]), width - 1, axis=1)[:, :width]
        table.neighbours[kept[rows], :width] = kept[strongest]
        table.weights[kept[rows], :width] = np.take_along_axis(weights[rows], strongest, axis=1)
    table.neighbours[table.weights == 0] = 0
    return table


def strongest_of_sparse(weights: sparse.csr_matrix, count: int) -> Neighbours:
    """Keeps the `count` strongest of each row of `weights` [N + 1, N + 1]."""
    size = weights.shape[0]
    table = Neighbours(np.zeros((size, count), np.int32), np.zeros((size, count), np.float32))
    for start in range(0, size, _ROWS_AT_ONCE):
        part = weights[start : start + _ROWS_AT_ONCE].tocoo()
        order = np.lexsort((-np.abs(part.data), part.row))  # by row, the strongest first
        begins = np.searchsorted(part.row[order], np.arange(part.shape[0]))
        place = np.arange(part.nnz) - begins[part.row[order]]
        order, place = order[place < count], place[place < count]
        table.neighbours[start + part.row[order], place] = part.col[order]
        table.weights[start + part.row[order], place] = part.data[order]
    return table


def themselves(size: int) -> Neighbours:
    """Makes each item its own only neighbour: the fading sum says how often and how lately it was played.

    That is the base-level activation of ACT-R with an exponential in place of a power of the age
    (https://arxiv.org/abs/2408.16578).

    Args:
        size: N + 1.
    """
    item = np.arange(size, dtype=np.int32)[:, None]
    return Neighbours(item, (item > 0).astype(np.float32))
