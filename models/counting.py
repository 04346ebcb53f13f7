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


class NamedItems(NamedTuple):
    """The counting scores of the items that evidence names for each history, and of the candidates asked for."""

    items: tf.Tensor
    """int32 [B, U], distinct within a row; 0 = none, any number of times."""
    scores: tf.Tensor
    """float32 [B, U]; 0 where there is no item."""
    candidates: tf.Tensor
    """float32 [B, C]."""


class CountingLayer:
    """Scores items with the blend of EASE and transitions.

    Its tables are variables that any number of graphs share. A module that is saved with such a graph must
    track `tables`.
    """

    def __init__(self, evidence: CountingEvidence) -> None:
        import tensorflow as tf

        self.tables = tf.Module()
        self.tables.ease = [tf.Variable(table, trainable=False) for table in evidence.ease]
        self.tables.transitions = [tf.Variable(table, trainable=False) for table in evidence.transitions]
        self._size = evidence.n_items + 1

    def __call__(self, history: tf.Tensor) -> tf.Tensor:
        """Computes the scores of the whole catalogue.

        Args:
            history: int32 [B, L] item indices, oldest first; 0 = none, ignored wherever it stands.

        Returns:
            float32 [B, N + 1]: about 1 for the best items of a row, 0 at index 0 and in a row without history.
        """
        import tensorflow as tf

        rows, size = tf.shape(history)[0], self._size

        def scores(part: _Named) -> tf.Tensor:
            cell = part.items + size * tf.range(rows)[:, None]
            sums = tf.math.unsorted_segment_sum(part.weights, cell, rows * size)
            sums = tf.ensure_shape(tf.reshape(sums, [rows, size]), [None, size])
            return _scaled(sums, size)

        ease, transitions = self._parts(history)
        return 0.5 * (scores(ease) + scores(transitions))

    def named(self, history: tf.Tensor, candidates: tf.Tensor) -> NamedItems:
        """Computes the same scores for the neighbours of the history's items alone, whatever the catalogue's size.

        Args:
            history: as `__call__` takes it.
            candidates: int32 [B, C] items whose scores are wanted too, 0 = none.
        """
        import tensorflow as tf

        ease, transitions = self._parts(history)
        none = tf.zeros([tf.shape(history)[0], 1], tf.int32)
        items = tf.concat([none, candidates, ease.items, transitions.items], axis=1)
        place, width = _places_of_distinct(items, self._size)
        rows = tf.shape(items)[0]
        at_candidates, at_ease, at_transitions = tf.split(
            place[:, 1:], [tf.shape(part)[1] for part in (candidates, ease.items, transitions.items)], axis=1
        )

        def scores(weights: tf.Tensor, at: tf.Tensor) -> tf.Tensor:
            sums = tf.math.unsorted_segment_sum(weights, at, rows * width)
            return _scaled(tf.reshape(sums, [rows, width]), self._size)

        merged = 0.5 * (scores(ease.weights, at_ease) + scores(transitions.weights, at_transitions))
        distinct = tf.math.unsorted_segment_max(items, place, rows * width)
        return NamedItems(
            tf.maximum(tf.reshape(distinct, [rows, width]), 0),
            merged,
            tf.gather(tf.reshape(merged, [-1]), at_candidates),
        )

    def _parts(self, history: tf.Tensor) -> tuple[_Named, _Named]:
        tables = self.tables
        return (
            _neighbours_of(history, *tables.ease, decay=EASE_DECAY, events=EASE_EVENTS),
            _neighbours_of(history, *tables.transitions, decay=TRANSITION_DECAY, events=TRANSITION_EVENTS),
        )


class _Named(NamedTuple):
    """What one table says for each row's history: item int32 and weight float32 of each cell, both [B, any]."""

    items: tf.Tensor
    weights: tf.Tensor


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


def _neighbours_of(
    history: tf.Tensor, neighbours: tf.Tensor, weights: tf.Tensor, *, decay: float, events: int
) -> _Named:
    """Finds the neighbours of the `events` newest items of each row, their weights faded by `decay`."""
    import tensorflow as tf

    rows, length = tf.unstack(tf.shape(history))
    # places count from 1, so the largest are the newest events and 0 is none
    place = tf.where(history > 0, tf.range(1, length + 1)[None, :], 0)
    newest = tf.math.top_k(place, tf.minimum(events, length)).values
    item = tf.gather(history, tf.maximum(newest - 1, 0), batch_dims=1)
    item = tf.where(newest > 0, item, 0)  # row 0 of the tables adds nothing
    fade = tf.pow(tf.constant(decay), tf.range(tf.shape(item)[1], dtype=tf.float32))
    weight = tf.gather(weights, item) * fade[None, :, None]
    cells = tf.shape(item)[1] * neighbours.shape[1]
    return _Named(tf.reshape(tf.gather(neighbours, item), [rows, cells]), tf.reshape(weight, [rows, cells]))


def _places_of_distinct(items: tf.Tensor, size: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Gives each distinct item of a row a place of its own, in the order in which they first stand there.

    Args:
        items: int32 [B, M], M at least 1, below `size`.
        size: of the catalogue, 0 included.

    Returns:
        int32 [B, M], the place of each cell in a flat [B, W], and int32 W, at least `TOP_OF_ROW`.
    """
    import tensorflow as tf

    rows = tf.shape(items)[0]
    cell = tf.cast(items, tf.int64) + size * tf.range(tf.cast(rows, tf.int64))[:, None]
    number = tf.reshape(tf.unique(tf.reshape(cell, [-1])).idx, tf.shape(items))
    end = tf.reduce_max(number, axis=1) + 1  # rows have no cell in common, and come one after the other
    start = tf.concat([tf.zeros_like(end[:1]), end[:-1]], axis=0)
    width = tf.maximum(tf.reduce_max(end - start), TOP_OF_ROW)
    return number + (width * tf.range(rows) - start)[:, None], width


def _scaled(scores: tf.Tensor, size: int) -> tf.Tensor:
    """Divides each row by the mean of its ten highest, as `by_top` does; zeros where none is positive.

    Args:
        scores: float32 [B, any], 0 where there is no item.
        size: of the catalogue, 0 included.
    """
    import tensorflow as tf

    top = min(TOP_OF_ROW, size - 1)
    highest = tf.nn.relu(tf.math.top_k(scores, top).values)
    return tf.math.divide_no_nan(scores, tf.reduce_mean(highest, axis=1, keepdims=True))
