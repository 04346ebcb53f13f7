"""Masking of features in training, so that a request which lacks them ranks nearly as well."""

import tensorflow as tf

from models import names
from models.layers import Batch

TIMES = (names.GAP, names.HOUR, names.WEEKDAY)
CONTEXTS = (names.CONTEXT, names.LISTENER)


def mask_features(batch: Batch, *, times: float, context: float, outcomes: float) -> dict[str, tf.Tensor]:
    """Hides times, contexts and outcomes from the model, each in whole windows drawn at random.

    A window is served as a whole with or without a feature, so it is trained as a whole (compare DropoutNet,
    https://papers.nips.cc/paper/7081). Outcomes stay readable as labels: only what the history shows is hidden.

        batch = mask_features(batch, times=0.3, context=0.3, outcomes=0.5)

    Args:
        batch: int32 [B, ...] features.
        times: share of the windows without gap, hour and weekday.
        context: share of the windows without tokens of context and listener.
        outcomes: share of the windows whose history shows no outcomes.

    Returns:
        The batch with 0 in what is hidden, and `seen_outcome` int32 [B, T] set.
    """
    masked = dict(batch)
    rows = tf.shape(batch[names.ITEM])[0]
    for keys, share in ((TIMES, times), (CONTEXTS, context)):
        kept = _draw_kept(rows, share)
        for key in keys:
            further = tf.ones([tf.rank(batch[key]) - 1], tf.int32)
            masked[key] *= tf.reshape(kept, tf.concat([[rows], further], axis=0))
    masked[names.SEEN_OUTCOME] = batch[names.OUTCOME] * _draw_kept(rows, outcomes)[:, None]
    return masked


def _draw_kept(rows: tf.Tensor, share: float) -> tf.Tensor:
    """Draws int32 [rows]: 0 in about `share` of the rows, 1 in the others."""
    return tf.cast(tf.random.uniform([rows]) >= share, tf.int32)
