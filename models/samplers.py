"""Samplers of negatives: each draws one sample of played items for all targets of a batch.

A sampler is called with the targets int32 [Q] and returns a `Sample`, so that a model can take either.
"""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

_LEAST_CHANCE = 1e-6  # bounds the correction of an item that is hardly ever drawn


class Sample(NamedTuple):
    """Sampled items and their logQ corrections for `models.losses.sampled_softmax`."""

    items: tf.Tensor
    """int32 [S]; an item may be there more than once."""
    log_q: tf.Tensor
    """float32 [S] or []."""
    target_log_q: tf.Tensor
    """float32 [Q] or []."""


class UniformSampler:
    """Draws played items, each with the same chance, with replacement.

    A target is not drawn: it stands for itself, without a correction.

        sampler = UniformSampler(plays, count=1024)
        items = sampler(target).items  # int32 [1024]

    Args:
        plays: int [N + 1], positive plays of each item.
        count: items in a sample.
    """

    def __init__(self, plays: np.ndarray, count: int) -> None:
        played = np.flatnonzero(plays > 0)
        self.count, self.played_items = count, len(played)
        self._played = tf.constant(played, tf.int32)

    def __call__(self, target: tf.Tensor) -> Sample:
        """Draws the sample."""
        del target
        log_q = -np.float32(np.log(self.played_items / self.count))
        return Sample(self.draw(), tf.constant(log_q), tf.constant(0.0))

    def draw(self) -> tf.Tensor:
        """Draws the items: int32 [count]."""
        places = tf.random.uniform([self.count], maxval=self.played_items, dtype=tf.int32)
        return tf.gather(self._played, places)


class MixedSampler:
    """Takes the targets of the batch and adds uniform draws.

    In-batch negatives come as often as they are played, uniform ones reach the items that no batch holds:
    mixed negative sampling, https://dl.acm.org/doi/10.1145/3366424.3386195.

        sampler = MixedSampler(plays, uniform=1024)
        items = sampler(target).items  # int32 [Q + 1024], the targets first

    Args:
        plays: int [N + 1], positive plays of each item.
        uniform: items that are drawn.
    """

    def __init__(self, plays: np.ndarray, uniform: int) -> None:
        self._uniform = UniformSampler(plays, uniform)
        self._share = tf.constant(plays / max(plays.sum(), 1), tf.float32)

    def __call__(self, target: tf.Tensor) -> Sample:
        """Draws the sample; its first Q items are `target`."""
        items = tf.concat([target, self._uniform.draw()], axis=0)
        in_batch, uniform = tf.cast(tf.size(target), tf.float32), float(self._uniform.count)
        expected = in_batch * tf.gather(self._share, items) + uniform / self._uniform.played_items
        log_q = tf.math.log(tf.clip_by_value(expected / (in_batch + uniform), _LEAST_CHANCE, 1.0))
        return Sample(items, log_q, log_q[: tf.size(target)])
