"""Ranks of the targets of window batches, in the graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import tensorflow as tf

from models import names
from models.layers import Batch, as_served, positives

if TYPE_CHECKING:  # for types alone: an edit of one model must not retrain the other
    from models.ranker import Ranker
    from models.two_tower import TwoTower

ScoreTargets = Callable[[Batch, tf.Tensor, tf.Tensor], tf.Tensor]
"""From a batch, the targets' places int64 [Q, 2] and their histories int32 [Q, T] to scores float32 [Q, N + 1]."""


def target_places(batch: Batch) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Finds the targets of a batch.

    Returns:
        places int64 [Q, 2] (row, position), histories int32 [Q, T] (left-aligned, 0 from the target on) and
        targets int32 [Q].
    """
    places = tf.where(positives(batch))
    rows = tf.gather(batch[names.ITEM], places[:, 0])
    before = tf.range(tf.shape(rows)[1], dtype=tf.int64)[None, :] < places[:, 1:]
    return places, tf.where(before, rows, 0), tf.gather_nd(batch[names.ITEM], places)


def mask_seen(scores: tf.Tensor, history: tf.Tensor) -> tf.Tensor:
    """Sets `scores` float32 [Q, N + 1] to -inf at index 0 and at the items of `history` int32 [Q, T]."""
    rows = tf.repeat(tf.range(tf.shape(history)[0]), tf.shape(history)[1])
    places = tf.stack([rows, tf.reshape(history, [-1])], axis=1)
    return tf.tensor_scatter_nd_update(scores, places, tf.fill([tf.shape(places)[0]], float("-inf")))


def rank_of(scores: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
    """Ranks `target` int32 [Q] in `scores` float32 [Q, N + 1].

    Returns:
        int32 [Q], 0-based; ties break by item index, an excluded target comes last.
    """
    own = tf.gather(scores, target, batch_dims=1)[:, None]
    earlier = tf.range(tf.shape(scores)[1])[None, :] < target[:, None]
    ahead = (scores > own) | ((scores == own) & earlier)
    rank = tf.reduce_sum(tf.cast(ahead, tf.int32), axis=1)
    return tf.where(tf.math.is_inf(own[:, 0]), tf.shape(scores)[1], rank)


def ranker_scores(model: Ranker, table: tf.Tensor) -> ScoreTargets:
    """Returns how the ranker scores the whole catalogue when it serves, over item vectors float32 [N + 1, D]."""

    def score(batch: Batch, places: tf.Tensor, history: tf.Tensor) -> tf.Tensor:
        queries = tf.gather_nd(model.queries(as_served(batch), table), places)
        return model.score_all(queries, history, table)

    return score


def retrieval_scores(model: TwoTower, candidates: tf.Tensor) -> ScoreTargets:
    """Returns how the two towers score the catalogue exactly, over candidate vectors float32 [N + 1, D]."""

    def score(batch: Batch, places: tf.Tensor, history: tf.Tensor) -> tf.Tensor:
        del history
        return tf.matmul(tf.gather_nd(model.queries(batch), places), candidates, transpose_b=True)

    return score


def target_ranks(score: ScoreTargets, batch: Batch, *, exclude_seen: bool) -> tf.Tensor:
    """Ranks the batch's targets: int32 [Q], without what their histories hold if `exclude_seen`."""
    places, history, target = target_places(batch)
    scores = score(batch, places, history)
    return rank_of(mask_seen(scores, excluded_items(history, exclude_seen)), target)


def excluded_items(history: tf.Tensor, exclude_seen: bool) -> tf.Tensor:
    """Returns what `mask_seen` masks: the items of `history` int32 [Q, T], or none int32 [Q, 1]."""
    return history if exclude_seen else tf.zeros([tf.shape(history)[0], 1], tf.int32)
