"""Top candidates of queries: exact, or through a ScaNN searcher. Ties break by item index."""

import numpy as np
import tensorflow as tf

from models.config import IndexConfig

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


def join(index: tf.Tensor, more: tf.Tensor) -> tf.Tensor:
    """Joins two sets of item indices int32 [B, C] and [B, D] into one [B, C + D], ascending, a repeated one as 0."""
    return ascending(tf.concat([index, more], axis=1))[0]


def ascending(index: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Sorts item indices int32 [B, C]: ascending, a repeated one as 0; and the places int32 that they come from."""
    order = tf.argsort(index, axis=1)
    index = tf.gather(index, order, batch_dims=1)
    repeated = tf.concat([tf.zeros_like(index[:, :1], tf.bool), index[:, 1:] == index[:, :-1]], axis=1)
    return tf.where(repeated, 0, index), order


def build_searcher(vectors: np.ndarray, k: int, config: IndexConfig) -> tuple[tf.Module, str]:
    """Builds a ScaNN searcher by dot product (https://arxiv.org/abs/1908.10396).

    A catalogue too small to train the quantiser gets ScaNN's exact searcher: the op stays the same.

    Args:
        vectors: float32 [N, D].
        k: neighbours that a query finds.
        config: settings.

    Returns:
        The serialised searcher, and its kind: `brute_force` or `scann`.
    """
    from scann.scann_ops.py import scann_ops

    builder = scann_ops.builder(vectors, min(k, len(vectors)), "dot_product")
    if len(vectors) < config.brute_force_below:
        return builder.score_brute_force().build().serialize_to_module(), "brute_force"
    leaves = max(int(np.sqrt(len(vectors)) * config.leaves_per_sqrt), 2)
    share = max(config.search_share, min(config.search_items / len(vectors), 1.0))
    builder = builder.tree(
        num_leaves=leaves,
        num_leaves_to_search=int(np.ceil(leaves * share)),
        training_sample_size=min(len(vectors), 250_000),
        spherical=False,
    )
    builder = builder.score_ah(2, anisotropic_quantization_threshold=0.2)
    return builder.reorder(min(config.reorder, len(vectors))).build().serialize_to_module(), "scann"


def scann_top(
    searcher: tf.Module, queries: tf.Tensor, candidates: tf.Tensor, k: int
) -> tuple[tf.Tensor, tf.Tensor]:
    """Finds what ScaNN finds, rescored exactly, so that both builds agree; in the form of `exact_top`.

    Args:
        searcher: serialised: the graph makes the searcher from it, so that a SavedModel carries everything.
        queries: float32 [B, D].
        candidates: float32 [N + 1, D].
        k: places of the answer.
    """
    from scann.scann_ops.py import scann_ops

    neighbours, distances = scann_ops.searcher_from_module(searcher).search_batched(queries)
    index = tf.where(tf.math.is_finite(distances), tf.cast(neighbours, tf.int32) + 1, 0)
    index = tf.clip_by_value(index, 0, candidates.shape[0] - 1)
    scores = tf.einsum("bd,bcd->bc", queries, tf.gather(candidates, index))
    return best_first(index, scores, k)
