"""Whole histories put together again from windows, as item indices, for counting."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from components.common.example_files import read_split
from components.trainer.inputs import Inputs
from components.trainer.newcomers import are_newcomers
from models import names
from models.memory.interactions import Interactions

MAX_EVENTS = 20_000_000
"""Counting reads at most so many events (int32: 80 MB), the first listeners' in the order of the shards."""

WEEK: Final = 7
_DAY: Final = 86_400
_WINDOWS_AT_ONCE: Final = 1024
_FEATURES = {
    names.WINDOW_START: tf.io.FixedLenFeature([1], tf.int64),
    names.ITEM_IDS: tf.io.RaggedFeature(tf.string, row_splits_dtype=tf.int64),
    names.TIMESTAMPS: tf.io.RaggedFeature(tf.int64, row_splits_dtype=tf.int64),
    names.OUTCOMES: tf.io.RaggedFeature(tf.int64, row_splits_dtype=tf.int64),
    names.TARGETS: tf.io.RaggedFeature(tf.int64, row_splits_dtype=tf.int64),
}


class _Positives(NamedTuple):
    """The positive events of W windows."""

    items: npt.NDArray[np.int32]
    """[E] indices."""
    times: npt.NDArray[np.int64]
    """[E] Unix seconds."""
    windows: npt.NDArray[np.int32]
    """[W, 2] where each begins in its history, and how many of its events these are."""


def read_sequences(inputs: Inputs, split: str) -> Interactions:
    """Reads the positive events of `train`, `learnt`, `known` or `all`, each once, a listener's in order.

    The windows of a listener follow each other in the files; all but the first begin with an event that the
    window before has ended with.
    """
    flat, windows, total = [], [], 0
    for part in _positives(inputs, split):
        flat.append(part.items)
        windows.append(part.windows)
        total += len(part.items)
        if total >= MAX_EVENTS:
            break
    begins, lengths = np.concatenate(windows).T
    ends = np.cumsum(lengths, dtype=np.int64)
    listener_begins = (ends - lengths)[begins == 0]
    offsets = np.append(listener_begins, ends[-1])
    return Interactions(np.concatenate(flat), offsets, inputs.catalog.size)


def recent_plays(inputs: Inputs, split: str) -> npt.NDArray[np.int64]:
    """Counts the positive plays of each item in the newest seven days (of UTC) of a split: int64 [N + 1]."""
    plays = np.zeros((WEEK, inputs.catalog.size + 1), np.int64)  # day d is row d % WEEK
    newest = 0
    for part in _positives(inputs, split):
        days = part.times // _DAY
        before, newest = newest, int(days.max(initial=newest))
        plays[np.arange(max(before, newest - WEEK) + 1, newest + 1) % WEEK] = 0
        recent = days > newest - WEEK
        np.add.at(plays, (days[recent] % WEEK, part.items[recent]), 1)
    return plays.sum(axis=0)


def _positives(inputs: Inputs, split: str) -> Iterator[_Positives]:
    """Reads the positive events of a split, many windows at a time."""

    def parse(serialized: tf.Tensor) -> tuple[tf.Tensor, ...]:
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
        if split == names.LEARNT:
            keep &= ~tf.gather(are_newcomers(serialized), rows)
        lengths = tf.math.unsorted_segment_sum(tf.cast(keep, tf.int32), rows, items.nrows())
        return (
            tf.boolean_mask(items.flat_values, keep),
            tf.boolean_mask(window[names.TIMESTAMPS].flat_values, keep),
            tf.stack([tf.cast(start, tf.int32), lengths], axis=1),
        )

    for batch in (
        read_split(inputs.examples_uri, split).batch(_WINDOWS_AT_ONCE).map(parse).as_numpy_iterator()
    ):
        yield _Positives(*batch)


def plays_of(interactions: Interactions) -> np.ndarray:
    """Counts the positive plays of each item: int64 [N + 1], 0 at index 0."""
    return np.bincount(interactions.items, minlength=interactions.n_items + 1)


def repeat_share(interactions: Interactions) -> float:
    """Computes the share of the plays that play an item again."""
    listener = np.repeat(np.arange(len(interactions.offsets) - 1), np.diff(interactions.offsets))
    pairs = listener.astype(np.int64) * (interactions.n_items + 1) + interactions.items
    return 1.0 - len(np.unique(pairs)) / max(len(pairs), 1)
