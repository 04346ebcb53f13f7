"""The mean of a fit's weights over its newest steps, which is evaluated and kept in place of the last step's."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import numpy as np
import tensorflow as tf

from components.trainer.history import Logs

EVERY: Final = 8
"""Steps from one update to the next: each one reads all weights, whatever a step has touched."""
_POWER: Final = 4.0
"""An update of number t counts in proportion to t to this power: about the newest sixth of all steps."""


class WeightAverage(tf.keras.callbacks.Callback):
    """Averages the weights by a power of the time (https://arxiv.org/abs/2312.02696, section 3).

    A learning rate that stays high moves the weights about a good place without reaching it; their mean is there.
    The span grows with the training, so short fits and long ones need no settings.

    Args:
        steps: of an epoch; each has an update at least.
    """

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.best: list[np.ndarray] = []
        """The averages that were kept, in the order of the model's weights."""
        self._every = min(EVERY, steps)
        self._averages: list[tf.Variable] = []

    def on_train_begin(self, logs: Logs = None) -> None:
        """Begins with the weights as they are."""
        self._averages = [tf.Variable(weight, trainable=False) for weight in self.model.weights]
        self._update = tf.function(self._move, autograph=False)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Moves the averages towards the weights."""
        update, rest = divmod(int(self.model.optimizer.iterations), self._every)
        if not rest:
            self._update(tf.constant(1.0 - (1.0 - 1.0 / update) ** (_POWER + 1.0), tf.float32))

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Gives the model the averages meanwhile."""
        last = self.model.get_weights()
        self.model.set_weights(self.values)
        yield
        self.model.set_weights(last)

    def keep(self) -> None:
        """Keeps the averages as the best so far."""
        self.best = self.values

    def on_train_end(self, logs: Logs = None) -> None:
        """Leaves the model with the best averages."""
        if self.best:
            self.model.set_weights(self.best)

    @property
    def values(self) -> list[np.ndarray]:
        """The averages, in the order of the model's weights."""
        return [average.numpy() for average in self._averages]

    @values.setter
    def values(self, values: list[np.ndarray]) -> None:
        for average, value in zip(self._averages, values, strict=True):
            average.assign(value)

    def _move(self, share: tf.Tensor) -> None:
        for average, weight in zip(self._averages, self.model.weights, strict=True):
            average.assign_add(share * (weight - average))
