"""A tiny catalogue, and a transform that knows no times and no tokens, for tests of the models."""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from models import names
from models.catalog_arrays import CatalogArrays, invert_tokens
from models.layers import FeatureSizes

SIZES = FeatureSizes(context=3)


def catalog(items: int = 12) -> CatalogArrays:
    """Items i00, i01, …: even ones are tracks, odd ones episodes; the last is the only one by `creator=rare`."""
    item_ids = [f"i{n:02d}".encode() for n in range(items)]
    tokens = [[b"kind=track" if n % 2 == 0 else b"kind=episode"] for n in range(items)]
    tokens[-1].append(b"creator=rare")
    content = np.zeros((items + 1, 2), np.int32)
    content[1:, 0] = 1 + np.arange(items) % 2
    content[items, 1] = 3
    return CatalogArrays(item_ids, content, 3, *invert_tokens(tokens))


def plays(items: int = 12) -> np.ndarray:
    """Every item was played, but the last."""
    counts = np.arange(items + 1)[::-1] + 1
    counts[[0, items]] = 0
    return counts


def transform(features: Mapping[str, tf.SparseTensor]) -> dict[str, tf.SparseTensor]:
    """Adds zeros for what Transform adds, except that a gap is 1 where a time is known."""
    times, listener = features[names.TIMESTAMPS], features[names.LISTENER]
    zeros = tf.SparseTensor(times.indices, tf.zeros_like(times.values), times.dense_shape)
    context = features[names.CONTEXT]
    return {
        **features,
        names.GAP: tf.SparseTensor(times.indices, tf.cast(times.values > 0, tf.int64), times.dense_shape),
        names.HOUR: zeros,
        names.WEEKDAY: zeros,
        names.LISTENER: tf.SparseTensor(
            listener.indices, tf.ones(tf.shape(listener.values), tf.int64), listener.dense_shape
        ),
        names.CONTEXT: tf.SparseTensor(
            context.indices, tf.zeros(tf.shape(context.values), tf.int64), context.dense_shape
        ),
    }


def batch(rows: list[list[int]]) -> dict[str, tf.Tensor]:
    """Windows of item indices as a batch in which every event is a target with an unknown outcome."""
    item = tf.ragged.constant(rows, tf.int32).to_tensor()
    zeros = tf.zeros_like(item)
    return {
        names.ITEM: item,
        names.TARGET: tf.cast(item > 0, tf.int32),
        names.OUTCOME: zeros,
        names.SEEN_OUTCOME: zeros,
        names.GAP: zeros,
        names.HOUR: zeros,
        names.WEEKDAY: zeros,
        names.CONTEXT: zeros[..., None],
        names.LISTENER: zeros[:, :0],
    }
