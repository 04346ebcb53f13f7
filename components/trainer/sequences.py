"""Whole histories put together again from windows, as item indices, for counting."""

import numpy as np
import tensorflow as tf

from components.common.example_files import read_split
from components.trainer.inputs import Inputs
from models import names
from models.memory.interactions import Interactions

MAX_EVENTS = 20_000_000
"""Counting reads at most so many events (int32: 80 MB), the first listeners' in the order of the shards."""

_FEATURES = {
    names.WINDOW_START: tf.io.FixedLenFeature([1], tf.int64),
    names.ITEM_IDS: tf.io.RaggedFeature(tf.string, row_splits_dtype=tf.int64),
    names.OUTCOMES: tf.io.RaggedFeature(tf.int64, row_splits_dtype=tf.int64),
    names.TARGETS: tf.io.RaggedFeature(tf.int64, row_splits_dtype=tf.int64),
}


def read_sequences(inputs: Inputs, split: str) -> Interactions:
    """Reads the positive events of `train`, `known` or `all`, each once, a listener's in order.

    The windows of a listener follow each other in the files; all but the first begin with an event that the
    window before has ended with.
    """

    def parse(serialized: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        window = tf.io.parse_example(serialized, _FEATURES)
        start = window[names.WINDOW_START][:, 0]
        items = tf.cast(inputs.items.lookup(window[names.ITEM_IDS]), tf.int32)
        rows = items.value_rowids()
        # a later window's first event has ended the window before
        later = tf.gather(tf.cast(start > 0, tf.int64), rows)
        place = tf.range(tf.size(items.flat_values, tf.int64)) - tf.gather(items.row_starts(), rows)
        keep = (
            (window[names.OUTCOMES].flat_values != names.SKIPPED) & (items.flat_values > 0) & (place >= later)
        )
        if split == names.KNOWN:
            keep &= window[names.TARGETS].flat_values < names.TARGET_OF[names.TEST]
        lengths = tf.math.unsorted_segment_sum(tf.cast(keep, tf.int32), rows, items.nrows())
        return tf.boolean_mask(items.flat_values, keep), tf.stack([tf.cast(start, tf.int32), lengths], axis=1)

    flat, windows, total = [], [], 0
    for items, shape in read_split(inputs.examples_uri, split).batch(1024).map(parse).as_numpy_iterator():
        flat.append(items)
        windows.append(shape)
        total += len(items)
        if total >= MAX_EVENTS:
            break
    begins, lengths = np.concatenate(windows).T
    ends = np.cumsum(lengths, dtype=np.int64)
    listener_begins = (ends - lengths)[begins == 0]
    offsets = np.append(listener_begins, ends[-1])
    return Interactions(np.concatenate(flat), offsets, inputs.catalog.size)


def plays_of(interactions: Interactions) -> np.ndarray:
    """Counts the positive plays of each item: int64 [N + 1], 0 at index 0."""
    return np.bincount(interactions.items, minlength=interactions.n_items + 1)


def repeat_share(interactions: Interactions) -> float:
    """Computes the share of the plays that play an item again."""
    listener = np.repeat(np.arange(len(interactions.offsets) - 1), np.diff(interactions.offsets))
    pairs = listener.astype(np.int64) * (interactions.n_items + 1) + interactions.items
    return 1.0 - len(np.unique(pairs)) / max(len(pairs), 1)
