"""Top candidates of queries by exact search, and how any candidates are ordered. Ties break by item index."""

import numpy as np
import tensorflow as tf

NO_SCORE = np.float32(-np.inf)


def best_first(index: tf.Tensor, scores: tf.Tensor, k: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Takes the best `k` of each row: scores fall, ties break by item index, places without an item are 0 and -inf.

    Args:
        index: int32 [B, C] item indices, distinct within a row; 0 = none, any number of times.
        scores: float32 [B, C].
        k: places of the answer.

    Returns:
        int32 [B, k] and float32 [B, k].
    """
    order = tf.argsort(index, axis=1, stable=True)
    index, scores = tf.gather(index, order, batch_dims=1), tf.gather(scores, order, batch_dims=1)
    return best_of_ascending(index, scores, k)


def best_of_ascending(index: tf.Tensor, scores: tf.Tensor, k: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Does what `best_first` does, for items that are in ascending order already."""
    scores = tf.where(index > 0, scores, NO_SCORE)
    missing = tf.maximum(k - tf.shape(index)[1], 0)
    index = tf.pad(index, [[0, 0], [0, missing]])
    scores = tf.pad(scores, [[0, 0], [0, missing]], constant_values=NO_SCORE)
    scores, place = tf.math.top_k(scores, k)  # of equals, top_k takes the earlier place first
    index = tf.where(tf.math.is_inf(scores), 0, tf.gather(index, place, batch_dims=1))
    return tf.ensure_shape(index, [None, k]), tf.ensure_shape(scores, [None, k])


def exact_top(
    queries: tf.Tensor, candidates: tf.Tensor, k: int, mask: tf.Tensor | None = None
) -> tuple[tf.Tensor, tf.Tensor]:
    """Finds the exact top `k` by dot product, in the form of `best_first`.

    Args:
        queries: float32 [B, D].
        candidates: float32 [N + 1, D].
        k: places of the answer.
        mask: bool [B, N + 1], the eligible items; None for all.

    Returns:
        int32 [B, k] and float32 [B, k].
    """
    scores = tf.matmul(queries, candidates, transpose_b=True)
    if mask is None:
        mask = tf.range(tf.shape(candidates)[0]) > 0
    scores = tf.where(mask, scores, NO_SCORE)
    width = min(k, candidates.shape[0])
    scores, index = tf.math.top_k(scores, width)
    index = tf.where(tf.math.is_inf(scores), 0, index)
    short = k - width
    return (
        tf.pad(index, [[0, 0], [0, short]]),
        tf.pad(scores, [[0, 0], [0, short]], constant_values=NO_SCORE),
    )


def rescored(
    queries: tf.Tensor, candidates: tf.Tensor, index: tf.Tensor, k: int
) -> tuple[tf.Tensor, tf.Tensor]:
    """Gives items that a search has found their exact scores, so that all builds agree on them.

    Args:
        queries: float32 [B, D].
        candidates: float32 [N + 1, D].
        index: int32 [B, C], as `best_first` takes it.
        k: places of the answer.

    Returns:
        int32 [B, k] and float32 [B, k], in the form of `best_first`.
    """
    return best_first(index, tf.linalg.matvec(tf.gather(candidates, index), queries), k)


def join(index: tf.Tensor, more: tf.Tensor) -> tf.Tensor:
    """Joins two sets of item indices int32 [B, C] and [B, D] into one [B, C + D], ascending, a repeated one as 0."""
    return ascending(tf.concat([index, more], axis=1))[0]


def ascending(index: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Sorts item indices int32 [B, C]: ascending, a repeated one as 0; and the places int32 that they come from."""
    order = tf.argsort(index, axis=1)
    index = tf.gather(index, order, batch_dims=1)
    repeated = tf.concat([tf.zeros_like(index[:, :1], tf.bool), index[:, 1:] == index[:, :-1]], axis=1)
    return tf.where(repeated, 0, index), order
