"""Losses of next-item prediction: a softmax over the whole catalogue, or over a sample of it."""

import numpy as np
import tensorflow as tf

NO_LOGIT = np.float32(-1e9)
"""Of what is no negative. Finite: -inf would make the gradients NaN where nothing else is left."""


def full_softmax(logits: tf.Tensor, target: tf.Tensor, *, excluded: tf.Tensor | None = None) -> tf.Tensor:
    """Computes the cross-entropy of the target among all items.

        loss = full_softmax(tf.matmul(queries, items, transpose_b=True), target)

    Args:
        logits: float32 [Q, N + 1].
        target: int32 [Q], a column of `logits`.
        excluded: bool [N + 1] or [Q, N + 1], the items that are no negatives; None for none.

    Returns:
        float32 [], the mean over the queries; 0 if there are none.
    """
    if excluded is not None:
        logits = tf.where(excluded, NO_LOGIT, logits)
    return mean_or_zero(tf.nn.sparse_softmax_cross_entropy_with_logits(target, logits))


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
