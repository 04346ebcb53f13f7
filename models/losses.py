"""Losses of next-item prediction: a softmax over the whole catalogue, or over a sample of it."""

from collections.abc import Callable
from typing import Final

import numpy as np
import tensorflow as tf

CHUNK_LOGITS: Final = 2**20
"""Logits that are computed at once: 4 MiB."""

NO_LOGIT = np.float32(-1e9)
"""Logit of what is no negative. Finite: -inf would make the gradients NaN where nothing else is left."""

LossOf = Callable[[list[tf.Tensor], tf.Tensor, list[tf.Tensor]], tf.Tensor]


def full_softmax(queries: tf.Tensor, items: tf.Tensor, bias: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
    """Computes the cross-entropy of the target among all items.

    Args:
        queries: float32 [Q, D].
        items: float32 [V, D].
        bias: float32 [V], added to the items' logits; `NO_LOGIT` for those that are no negatives.
        target: int32 [Q], a row of `items` each.

    Returns:
        float32 [], the mean over the queries; 0 if there are none.
    """

    def loss_of(rows: list[tf.Tensor], target: tf.Tensor, shared: list[tf.Tensor]) -> tf.Tensor:
        logits = tf.matmul(rows[0], shared[0], transpose_b=True) + shared[1]
        return tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(target, logits))

    return mean_in_chunks(loss_of, [queries], target, [items, bias])


def sampled_softmax(
    positive: tf.Tensor,
    negatives: tf.Tensor,
    *,
    positive_log_q: tf.Tensor | float = 0.0,
    negative_log_q: tf.Tensor | float = 0.0,
    hits: tf.Tensor | None = None,
) -> tf.Tensor:
    """Computes the cross-entropy of the target among itself and sampled negatives.

    The logQ correction (https://dl.acm.org/doi/10.1145/3298689.3346996) subtracts the log of how often a sample
    is expected to hold an item. The sum over the sample then estimates the sum over the catalogue, and the loss
    the full softmax.

        sample = sampler(target)
        hits = accidental_hits(target, sample.items)
        loss = sampled_softmax(positive, negatives, negative_log_q=sample.log_q, hits=hits)

    Args:
        positive: float32 [Q], the target's logit.
        negatives: float32 [Q, S], logits of the sampled items.
        positive_log_q: float32 [Q]; 0 where the target is not drawn but always there.
        negative_log_q: float32 [S]; 0 for no correction.
        hits: bool [Q, S], sampled items that are no negatives of a query; None for none.

    Returns:
        float32 [], the mean over the queries; 0 if there are none.
    """
    positive = positive - positive_log_q
    negatives = negatives - negative_log_q
    if hits is not None:
        negatives = tf.where(hits, NO_LOGIT, negatives)
    logits = tf.concat([positive[:, None], negatives], axis=1)
    return mean_or_zero(tf.reduce_logsumexp(logits, axis=1) - positive)


def accidental_hits(target: tf.Tensor, sampled: tf.Tensor) -> tf.Tensor:
    """Marks the places of `sampled` int32 [S] that hold a query's own `target` int32 [Q]: bool [Q, S]."""
    return target[:, None] == sampled[None, :]


def mean_or_zero(values: tf.Tensor) -> tf.Tensor:
    """Computes the mean of float32 [Q], 0 if Q is 0."""
    return tf.math.divide_no_nan(tf.reduce_sum(values), tf.cast(tf.size(values), tf.float32))


def mean_in_chunks(
    loss_of: LossOf, rows: list[tf.Tensor], target: tf.Tensor, shared: list[tf.Tensor]
) -> tf.Tensor:
    """Computes the mean of a loss that is a sum over rows, and its gradients with it, some rows at a time.

    The logits of all queries at once would be the largest values of a step by far: they would come from memory at
    each of some ten passes, where a chunk stays in the processor's cache.

    Args:
        loss_of: from some rows, their targets and `shared` to the sum of their losses.
        rows: float32 [Q, ...] each.
        target: int32 [Q].
        shared: float32 [V, ...] each, what all rows are compared with.

    Returns:
        float32 []; 0 if Q is 0.
    """
    count = tf.shape(target)[0]
    end = tf.maximum(count, 1)  # no query is a chunk too, an empty one
    size = tf.maximum(1, CHUNK_LOGITS // tf.shape(shared[0])[0])
    places = len(rows)

    @tf.custom_gradient
    def total(*values: tf.Tensor) -> tuple[tf.Tensor, Callable[..., list[tf.Tensor]]]:
        rows, shared = list(values[:places]), list(values[places:])

        def add_chunk(
            start: tf.Tensor, loss: tf.Tensor, row_gradients: list[tf.TensorArray], gradients: list[tf.Tensor]
        ) -> tuple[tf.Tensor, tf.Tensor, list[tf.TensorArray], list[tf.Tensor]]:
            chunk = [values[start : start + size] for values in rows]
            with tf.GradientTape() as tape:
                tape.watch([*chunk, *shared])
                part = loss_of(chunk, target[start : start + size], shared)
            by_row, by_shared = tape.gradient(part, [chunk, shared])
            row_gradients = [
                array.write(start // size, value) for array, value in zip(row_gradients, by_row, strict=True)
            ]
            gradients = [a + tf.convert_to_tensor(b) for a, b in zip(gradients, by_shared, strict=True)]
            return start + size, loss + part, row_gradients, gradients

        arrays = [
            tf.TensorArray(
                tf.float32, -(-end // size), infer_shape=False, element_shape=[None, *value.shape[1:]]
            )
            for value in rows
        ]
        _, loss, arrays, sums = tf.while_loop(
            lambda start, *_: start < end,
            add_chunk,
            (0, 0.0, arrays, [tf.zeros_like(value) for value in shared]),
            parallel_iterations=1,
        )
        gradients = [*(array.concat() for array in arrays), *sums]
        return loss, lambda upstream: [upstream * value for value in gradients]

    return tf.math.divide_no_nan(total(*rows, *shared), tf.cast(count, tf.float32))
