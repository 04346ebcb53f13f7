"""The counting evidence that the served ranker adds to the transformer.

It is the blend of `models.baselines`, cut to each item's strongest neighbours so that it fits into a served graph.

TensorFlow is imported where a graph is built and where files may lie in a cloud, not before.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse

from models.baselines import (
    EASE_DECAY,
    TOP_OF_ROW,
    TRANSITION_DECAY,
    Interactions,
    ease_weights,
    transition_weights,
)

if TYPE_CHECKING:
    import tensorflow as tf

NEIGHBOURS = 256
MAX_ENTRIES = 16_000_000
"""Cells of one table (64 MB each of indices and weights): a very large catalogue keeps fewer neighbours."""
EASE_EVENTS = 50
TRANSITION_EVENTS = 12
"""How many of the newest events each part reads: what the decay leaves of older ones is below 1%."""
_ROWS_AT_ONCE = 4096


class Neighbours(NamedTuple):
    """Each item's strongest neighbours: `neighbours` int32 and `weights` float32, both [N + 1, K].

    Row 0 and places without a neighbour hold 0 in both.
    """

    neighbours: np.ndarray
    weights: np.ndarray


@dataclass(frozen=True)
class CountingEvidence:
    """EASE and transitions over one catalogue of N items."""

    ease: Neighbours
    transitions: Neighbours

    @property
    def n_items(self) -> int:
        """Number of items, N."""
        return len(self.ease.neighbours) - 1

    def save(self, path: str) -> None:
        """Writes one `.npz` file, wherever tf.io.gfile can."""
        import tensorflow as tf

        content = io.BytesIO()
        np.savez(
            content,
            ease_neighbours=self.ease.neighbours,
            ease_weights=self.ease.weights,
            transition_neighbours=self.transitions.neighbours,
            transition_weights=self.transitions.weights,
        )
        with tf.io.gfile.GFile(path, "wb") as file:
            file.write(content.getvalue())

    @classmethod
    def load(cls, path: str) -> CountingEvidence:
        """Reads what `save` wrote."""
        import tensorflow as tf

        with tf.io.gfile.GFile(path, "rb") as file:
            arrays = np.load(io.BytesIO(file.read()), allow_pickle=False)
        return cls(
            Neighbours(arrays["ease_neighbours"], arrays["ease_weights"]),
            Neighbours(arrays["transition_neighbours"], arrays["transition_weights"]),
        )


def fit_counting(interactions: Interactions, *, neighbours: int = NEIGHBOURS) -> CountingEvidence:
    """Counts `interactions` and keeps, for each item, the `neighbours` of largest absolute weight."""
    size = interactions.n_items + 1
    count = max(1, min(neighbours, interactions.n_items, MAX_ENTRIES // size))
    kept, weights = ease_weights(interactions)
    return CountingEvidence(
        _strongest_of_dense(kept, weights, size, count),
        _strongest_of_sparse(transition_weights(interactions), count),
    )


class CountingLayer:
    """Scores the whole catalogue with the blend of EASE and transitions.

    Its tables are constants that any number of graphs share.
    """

    def __init__(self, evidence: CountingEvidence) -> None:
        import tensorflow as tf

        self._ease = tuple(tf.constant(table) for table in evidence.ease)
        self._transitions = tuple(tf.constant(table) for table in evidence.transitions)

    def __call__(self, history: tf.Tensor) -> tf.Tensor:
        """Computes the scores.

        Args:
            history: int32 [B, L] item indices, oldest first; 0 = none, ignored wherever it stands.

        Returns:
            float32 [B, N + 1]: about 1 for the best items of a row, 0 at index 0 and in a row without history.
        """
        ease = _table_scores(history, *self._ease, decay=EASE_DECAY, events=EASE_EVENTS)
        transitions = _table_scores(
            history, *self._transitions, decay=TRANSITION_DECAY, events=TRANSITION_EVENTS
        )
        return 0.5 * (_scaled(ease) + _scaled(transitions))


def _strongest_of_dense(kept: np.ndarray, weights: np.ndarray, size: int, count: int) -> Neighbours:
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


def _strongest_of_sparse(weights: sparse.csr_matrix, count: int) -> Neighbours:
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


def _table_scores(
    history: tf.Tensor, neighbours: tf.Tensor, weights: tf.Tensor, *, decay: float, events: int
) -> tf.Tensor:
    """Sums the weights of the `events` newest items of each row, faded by `decay`: float32 [B, N + 1]."""
    import tensorflow as tf

    rows, length = tf.unstack(tf.shape(history))
    size = neighbours.shape[0]
    # places count from 1, so the largest are the newest events and 0 is none
    place = tf.where(history > 0, tf.range(1, length + 1)[None, :], 0)
    newest = tf.math.top_k(place, tf.minimum(events, length)).values
    item = tf.gather(history, tf.maximum(newest - 1, 0), batch_dims=1)
    item = tf.where(newest > 0, item, 0)  # row 0 of the tables adds nothing
    fade = tf.pow(tf.constant(decay), tf.range(tf.shape(item)[1], dtype=tf.float32))
    added = tf.gather(weights, item) * fade[None, :, None]
    cell = tf.gather(neighbours, item) + size * tf.range(rows)[:, None, None]
    flat = tf.math.unsorted_segment_sum(added, cell, rows * size)
    return tf.ensure_shape(tf.reshape(flat, [rows, size]), [None, size])


def _scaled(scores: tf.Tensor) -> tf.Tensor:
    """Divides each row by the mean of its ten highest, as `by_top` does; zeros where none is positive."""
    import tensorflow as tf

    highest = tf.nn.relu(tf.math.top_k(scores[:, 1:], min(TOP_OF_ROW, scores.shape[1] - 1)).values)
    return tf.math.divide_no_nan(scores, tf.reduce_mean(highest, axis=1, keepdims=True))
