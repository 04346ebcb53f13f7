"""Losses of next-item prediction: a softmax over the whole catalogue, or over a sample of it."""

from collections.abc import Callable
from typing import Final

import numpy as np
import tensorflow as tf

CHUNK_LOGITS: Final = 2**20
"""Logits that are computed at once: 4 MiB."""

NO_LOGIT = np.float32(-1e9)
"""Logit of what is no negative. Finite: -inf would make the gradients NaN where nothing else is left."""


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
    positive = target_logits(queries, items, bias, target)
    itself = tf.stack([tf.range(tf.size(target)), target], axis=1)
    return softmax_in_chunks(queries, positive, items, bias, itself)


def target_logits(queries: tf.Tensor, items: tf.Tensor, bias: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
    """Computes each query's logit of its own target: float32 [Q]; the arguments are those of `full_softmax`."""
    return tf.reduce_sum(queries * tf.gather(items, target), axis=-1) + tf.gather(bias, target)


def softmax_in_chunks(
    queries: tf.Tensor, positive: tf.Tensor, negatives: tf.Tensor, bias: tf.Tensor, hits: tf.Tensor
) -> tf.Tensor:
    """Computes the cross-entropy of each query's target among itself and the negatives, some queries at a time.

    The logits of all queries at once would be the largest values of a step by far: they would come from memory at
    each of some ten passes, where a chunk stays in the processor's cache. The gradients are computed with the loss,
    as the exponentials of the logits are all that they need: with the bias as one more dimension of the vectors,
    what is left are two products of matrices.

    Args:
        queries: float32 [Q, D].
        positive: float32 [Q], the target's logit.
        negatives: float32 [V, D].
        bias: float32 [V], added to the negatives' logits; `NO_LOGIT` for those that are none.
        hits: int32 [H, 2], rising: the pairs of a query and a negative that is none of its own.

    Returns:
        float32 [], the mean over the queries; 0 if there are none.
    """
    count = tf.shape(queries)[0]
    end = tf.maximum(count, 1)  # no query is a chunk too, an empty one
    size = tf.maximum(1, CHUNK_LOGITS // tf.shape(negatives)[0])

    @tf.custom_gradient
    def total(
        queries: tf.Tensor, positive: tf.Tensor, negatives: tf.Tensor, bias: tf.Tensor
    ) -> tuple[tf.Tensor, Callable[[tf.Tensor], list[tf.Tensor]]]:
        rows = tf.concat([queries, tf.ones([count, 1])], axis=1)
        columns = tf.concat([negatives, bias[:, None]], axis=1)

        def add_chunk(
            start: tf.Tensor,
            loss: tf.Tensor,
            by_row: tf.TensorArray,
            by_positive: tf.TensorArray,
            by_column: tf.Tensor,
        ) -> tuple[tf.Tensor, tf.Tensor, tf.TensorArray, tf.TensorArray, tf.Tensor]:
            row, own = rows[start : start + size], positive[start : start + size]
            first, last = tf.unstack(tf.searchsorted(hits[:, 0], [start, start + size]))
            logits = tf.tensor_scatter_nd_update(
                tf.matmul(row, columns, transpose_b=True),
                hits[first:last] - [[start, 0]],
                tf.fill([last - first], NO_LOGIT),
            )
            highest = tf.maximum(tf.reduce_max(logits, axis=1), own)
            others, itself = tf.exp(logits - highest[:, None]), tf.exp(own - highest)
            share = 1.0 / (tf.reduce_sum(others, axis=1) + itself)
            return (
                start + size,
                loss + tf.reduce_sum(highest - own - tf.math.log(share)),
                by_row.write(start // size, tf.matmul(others, columns) * share[:, None]),
                by_positive.write(start // size, itself * share - 1.0),
                by_column + tf.matmul(others, row * share[:, None], transpose_a=True),
            )

        def parts(*shape: int) -> tf.TensorArray:
            chunks = -(-end // size)
            return tf.TensorArray(tf.float32, chunks, infer_shape=False, element_shape=[None, *shape])

        _, loss, by_row, by_positive, by_column = tf.while_loop(
            lambda start, *_: start < end,
            add_chunk,
            (0, 0.0, parts(rows.shape[1]), parts(), tf.zeros_like(columns)),
            parallel_iterations=1,
        )
        gradients = [by_row.concat()[:, :-1], by_positive.concat(), by_column[:, :-1], by_column[:, -1]]
        return loss, lambda upstream: [upstream * gradient for gradient in gradients]

    loss = total(queries, positive, negatives, bias)
    return tf.math.divide_no_nan(loss, tf.cast(count, tf.float32))


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


def hits_of(target: tf.Tensor, sampled: tf.Tensor) -> tf.Tensor:
    """Lists what `accidental_hits` marks: int32 [H, 2], rising.

    Args:
        target: int32 [Q].
        sampled: int32 [S]; an item may be there more than once.
    """
    order = tf.argsort(sampled, stable=True)
    items = tf.gather(sampled, order)
    first = tf.searchsorted(items, target)
    count = tf.searchsorted(items, target, side="right") - first
    row = tf.repeat(tf.range(tf.size(target)), count)
    place = tf.range(tf.size(row)) + tf.repeat(first - tf.cumsum(count, exclusive=True), count)
    return tf.stack([row, tf.gather(order, place)], axis=1)


def mean_or_zero(values: tf.Tensor) -> tf.Tensor:
    """Computes the mean of float32 [Q], 0 if Q is 0."""
    return tf.math.divide_no_nan(tf.reduce_sum(values), tf.cast(tf.size(values), tf.float32))
