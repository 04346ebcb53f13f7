"""Search of the nearest partitions of the items alone, in TensorFlow's own ops: for the build without ScaNN."""

import numpy as np
import tensorflow as tf

from models.search import rescored

ROUNDS = 3
"""Rounds of k-means; more of them find no better parts of a leaf, whose items lie together already."""


def split(vectors: np.ndarray, partition: np.ndarray, size: int) -> np.ndarray:
    """Splits partitions into parts of items that lie near one another, by k-means within each.

    Args:
        vectors: float32 [N, D].
        partition: int32 [N], the partition of each item.
        size: items of a part, on average; a smaller partition is one part.

    Returns:
        int32 [N], the part of each item, numbered from 0 without a gap.
    """
    draw = np.random.default_rng(0)
    parts = np.zeros(len(vectors), np.int64)
    order = np.argsort(partition, kind="stable")
    for items in np.split(order, np.flatnonzero(np.diff(partition[order])) + 1):
        own = vectors[items]
        number = max(1, round(len(items) / size))
        centres = own[draw.choice(len(items), number, replace=False)]
        for _ in range(ROUNDS):
            members = np.eye(number, dtype=np.float32)[_nearest(own, centres)]
            counts = members.sum(axis=0)[:, None]
            centres = np.where(counts > 0, members.T @ own / np.maximum(counts, 1), centres)
        parts[items] = parts.max() + 1 + _nearest(own, centres)
    return np.unique(parts, return_inverse=True)[1].astype(np.int32)


def _nearest(vectors: np.ndarray, centres: np.ndarray) -> np.ndarray:
    return np.argmax(vectors @ centres.T - 0.5 * (centres**2).sum(axis=1), axis=1)


class PartitionSearcher(tf.Module):
    """Compares queries with the centres of partitions, then with the items of the nearest ones, exactly.

        searcher = PartitionSearcher(vectors, partition_of_each_item, 200, searched=20)
        items, scores = searcher.top(queries, table, 200)

    Args:
        vectors: float32 [N, D] of items 1 to N.
        partition: int32 [N], the partition of each item.
        k: items that a query finds, at most.
        searched: how many partitions a query searches.
    """

    def __init__(self, vectors: np.ndarray, partition: np.ndarray, k: int, *, searched: int) -> None:
        super().__init__()
        self._k = k
        order = np.argsort(partition, kind="stable")
        _, begins, sizes = np.unique(partition[order], return_index=True, return_counts=True)
        centres = np.add.reduceat(vectors[order], begins) / sizes[:, None]
        self.centres = tf.Variable(centres.astype(np.float32), trainable=False)
        self.begins = tf.Variable(begins.astype(np.int32), trainable=False)
        self.sizes = tf.Variable(sizes.astype(np.int32), trainable=False)
        # a partition's items lie side by side: gathering them reads memory in order
        self.items = tf.Variable((order + 1).astype(np.int32), trainable=False)
        self.vectors = tf.Variable(vectors[order], trainable=False)
        self.searched = min(searched, len(sizes))

    def find(self, queries: tf.Tensor) -> tf.Tensor:
        """Finds the nearest items of the searched partitions.

        Args:
            queries: float32 [B, D].

        Returns:
            int32 [B, at most k], distinct, nearest first; 0 = none.
        """
        near = tf.math.top_k(tf.matmul(queries, self.centres, transpose_b=True), self.searched).indices
        begins, sizes = tf.gather(self.begins, near), tf.gather(self.sizes, near)
        cells = tf.ragged.range(tf.reshape(begins, [-1]), tf.reshape(begins + sizes, [-1])).flat_values
        rows = tf.RaggedTensor.from_row_lengths(cells, tf.reduce_sum(sizes, axis=1), validate=False)
        places = rows.to_tensor(default_value=-1)
        scores = tf.linalg.matvec(tf.gather(self.vectors, tf.maximum(places, 0)), queries)
        scores = tf.where(places >= 0, scores, -np.inf)
        best = tf.math.top_k(scores, tf.minimum(self._k, tf.shape(scores)[1]))
        items = tf.gather(self.items, tf.maximum(tf.gather(places, best.indices, batch_dims=1), 0))
        return tf.where(tf.math.is_inf(best.values), 0, items)

    def top(self, queries: tf.Tensor, candidates: tf.Tensor, k: int) -> tuple[tf.Tensor, tf.Tensor]:
        """Finds the same items with their scores; in the form of `search.exact_top`.

        Args:
            queries: float32 [B, D].
            candidates: float32 [N + 1, D].
            k: places of the answer.
        """
        return rescored(queries, candidates, self.find(queries), k)
