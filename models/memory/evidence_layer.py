"""The evidence in a graph: tables of neighbours, summed over the newest items of a history and mixed."""

from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf

from models.memory.counts import TOP_OF_ROW
from models.memory.evidence import COUNTS, Evidence, Shares
from models.memory.neighbours import FadingTable


class NamedItems(NamedTuple):
    """The scores of the items that the evidence names for each history, and of the candidates asked for."""

    items: tf.Tensor
    """int32 [B, U], distinct within a row; 0 = none, any number of times."""
    scores: tf.Tensor
    """float32 [B, U]; 0 where there is no item."""
    candidates: tf.Tensor
    """float32 [B, C]."""


class EvidenceLayer:
    """Scores items with a mix of memories.

    Its tables are variables that any number of graphs share; a memory without a share has none. A module that is
    saved with such a graph must track `tables`.

    Args:
        evidence: the memories.
        shares: of each memory in the mix.
    """

    def __init__(self, evidence: Evidence, shares: Shares = COUNTS) -> None:
        self._size = evidence.n_items + 1
        self._shares = {name: share for name, share in shares.items() if share}
        self._memories = [_MemoryTables(evidence.memories[name]) for name in self._shares]
        self.tables = tf.Module()
        self.tables.memories = [memory.variables for memory in self._memories]

    def __call__(self, history: tf.Tensor) -> tf.Tensor:
        """Computes the scores of the whole catalogue.

        Args:
            history: int32 [B, L] item indices, oldest first; 0 = none, ignored wherever it stands.

        Returns:
            float32 [B, N + 1]: about 1 for the best items of a row, 0 at index 0 and in a row without history.
        """
        rows, size = tf.shape(history)[0], self._size

        def scores(cells: _Cells) -> tf.Tensor:
            place = cells.items + size * tf.range(rows)[:, None]
            sums = tf.math.unsorted_segment_sum(cells.weights, place, rows * size)
            return _scaled(tf.ensure_shape(tf.reshape(sums, [rows, size]), [None, size]), size)

        return self._mix([scores(memory.cells(history)) for memory in self._memories])

    def named(self, history: tf.Tensor, candidates: tf.Tensor) -> NamedItems:
        """Computes the same scores for the neighbours of the history's items alone, whatever the catalogue's size.

        Args:
            history: as `__call__` takes it.
            candidates: int32 [B, C] items whose scores are wanted too, 0 = none.
        """
        memories = [memory.cells(history) for memory in self._memories]
        none = tf.zeros([tf.shape(history)[0], 1], tf.int32)
        parts = [none, candidates, *(cells.items for cells in memories)]
        items = tf.concat(parts, axis=1)
        place, width = _places_of_distinct(items, self._size)
        rows = tf.shape(items)[0]
        _, at_candidates, *at_memories = tf.split(place, [tf.shape(part)[1] for part in parts], axis=1)

        def scores(weights: tf.Tensor, at: tf.Tensor) -> tf.Tensor:
            sums = tf.math.unsorted_segment_sum(weights, at, rows * width)
            return _scaled(tf.reshape(sums, [rows, width]), self._size)

        mixed = self._mix(
            [scores(cells.weights, at) for cells, at in zip(memories, at_memories, strict=True)]
        )
        distinct = tf.math.unsorted_segment_max(items, place, rows * width)
        return NamedItems(
            tf.maximum(tf.reshape(distinct, [rows, width]), 0),
            mixed,
            tf.gather(tf.reshape(mixed, [-1]), at_candidates),
        )

    def _mix(self, scores: list[tf.Tensor]) -> tf.Tensor:
        return tf.add_n([share * part for share, part in zip(self._shares.values(), scores, strict=True)])


class _Cells(NamedTuple):
    """What a memory says for each row's history: item int32 and weight float32 of each cell, both [B, any]."""

    items: tf.Tensor
    weights: tf.Tensor


class _MemoryTables:
    """The tables of one memory."""

    def __init__(self, tables: Sequence[FadingTable]) -> None:
        self.variables = [
            [tf.Variable(table.neighbours, trainable=False), tf.Variable(table.weights, trainable=False)]
            for table in tables
        ]
        self._fading = [(table.decay, table.events) for table in tables]

    def cells(self, history: tf.Tensor) -> _Cells:
        """Finds what every table says of the newest items of each row."""
        parts = [
            _neighbours_of(history, neighbours, weights, decay=decay, events=events)
            for (neighbours, weights), (decay, events) in zip(self.variables, self._fading, strict=True)
        ]
        return _Cells(*(tf.concat(fields, axis=1) for fields in zip(*parts, strict=True)))


def _neighbours_of(
    history: tf.Tensor, neighbours: tf.Tensor, weights: tf.Tensor, *, decay: float, events: int
) -> _Cells:
    """Finds the neighbours of the `events` newest items of each row, their weights faded by `decay`."""
    rows, length = tf.unstack(tf.shape(history))
    # places count from 1, so the largest are the newest events and 0 is none
    place = tf.where(history > 0, tf.range(1, length + 1)[None, :], 0)
    newest = tf.math.top_k(place, tf.minimum(events, length)).values
    item = tf.gather(history, tf.maximum(newest - 1, 0), batch_dims=1)
    item = tf.where(newest > 0, item, 0)  # row 0 of the tables adds nothing
    fade = tf.pow(tf.constant(decay), tf.range(tf.shape(item)[1], dtype=tf.float32))
    weight = tf.gather(weights, item) * fade[None, :, None]
    cells = tf.shape(item)[1] * neighbours.shape[1]
    return _Cells(tf.reshape(tf.gather(neighbours, item), [rows, cells]), tf.reshape(weight, [rows, cells]))


def _places_of_distinct(items: tf.Tensor, size: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Gives each distinct item of a row a place of its own, in the order in which they first stand there.

    Args:
        items: int32 [B, M], M at least 1, below `size`.
        size: of the catalogue, 0 included.

    Returns:
        int32 [B, M], the place of each cell in a flat [B, W], and int32 W, at least `TOP_OF_ROW`.
    """
    rows = tf.shape(items)[0]

    def numbered(dtype: tf.DType) -> tf.Tensor:
        cell = tf.cast(items, dtype) + size * tf.range(tf.cast(rows, dtype))[:, None]
        return tf.unique(tf.reshape(cell, [-1])).idx

    # half the time where they fit
    fits = tf.cast(rows, tf.int64) * size <= tf.int32.max
    number = tf.cond(fits, lambda: numbered(tf.int32), lambda: numbered(tf.int64))
    number = tf.reshape(number, tf.shape(items))
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
    highest = tf.nn.relu(tf.math.top_k(scores, min(TOP_OF_ROW, size - 1)).values)
    return tf.math.divide_no_nan(scores, tf.reduce_mean(highest, axis=1, keepdims=True))
