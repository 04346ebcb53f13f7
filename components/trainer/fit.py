"""One way to fit a model on windows: a budget in events, early stopping on `eval`, progress."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import tensorflow as tf

from components.common import progress
from components.common.records import TrainingHistory
from components.trainer.resume import Resume

FINAL_SHARE = 0.25
"""The final fit continues from the first one for this share of the epochs that `eval` found best."""
WARM_RATE = 0.3
"""Share of the learning rate for a model that starts from the one in production."""


_UNTOLD = ("regularization_loss", "total_loss")  # of TFRS: nothing here is regularised by a loss


@dataclass
class History:
    """What training did, epoch by epoch."""

    monitor: str
    best_epoch: int = 0
    best: float = 0.0
    epochs: list[dict[str, float]] = field(default_factory=list)

    def as_record(self) -> TrainingHistory:
        """The history as other stages read it."""
        return TrainingHistory.model_validate(self, from_attributes=True)


def make_repeatable(seed: int) -> None:
    """Seeds Python, numpy and TensorFlow and makes TensorFlow's parallel sums ordered."""
    tf.keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()


def epochs_within(max_epochs: int, max_positions: int, positions: int) -> int:
    """Epochs that the budget of events allows, at least one."""
    return max(1, min(max_epochs, max_positions // max(positions, 1)))


class _Progress(tf.keras.callbacks.Callback):
    def __init__(self, stage: str, epochs: int, steps: int, history: History) -> None:
        super().__init__()
        self._stage, self._epochs, self._steps, self._history = stage, epochs, steps, history
        self._epoch = 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if batch % 10 == 0:
            progress.report(
                self._stage, step=self._epoch * self._steps + batch, steps=self._epochs * self._steps
            )

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        metrics = {key: float(value) for key, value in (logs or {}).items() if key not in _UNTOLD}
        self._history.epochs.append(metrics)
        progress.report(self._stage, epoch=epoch + 1, epochs=self._epochs, metrics=metrics)


class _Evaluate(tf.keras.callbacks.Callback):
    """Puts the figure on `eval` into the logs, where early stopping and the schedule read it."""

    def __init__(self, measure: Callable[[], float], history: History) -> None:
        super().__init__()
        self._measure, self._history = measure, history

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        value = self._measure()
        if logs is not None:
            logs[self._history.monitor] = value
        if epoch == 0 or value > self._history.best:
            self._history.best, self._history.best_epoch = value, epoch + 1


def first_fit(
    model: tf.keras.Model,
    windows: tf.data.Dataset,
    *,
    stage: str,
    steps: int,
    epochs: int,
    learning_rate: float,
    patience: int,
    monitor: str,
    measure: Callable[[], float],
    checkpoint: str | None = None,
    seed: int = 0,
) -> History:
    """Fits until `measure` (higher is better) has not risen for `patience` epochs; keeps the best weights.

    With a folder `checkpoint` it goes on from what a fit that was killed has left there (`Resume`).
    """
    history = History(monitor)
    model.compile(optimizer=tf.keras.optimizers.Adam(learning_rate, clipnorm=5.0))
    callbacks = [
        _Evaluate(measure, history),
        tf.keras.callbacks.ReduceLROnPlateau(monitor, factor=0.3, patience=max(patience // 2, 1), mode="max"),
        tf.keras.callbacks.EarlyStopping(monitor, patience=patience, mode="max", restore_best_weights=True),
        _Progress(stage, epochs, steps, history),
    ]
    _fit(model, windows, epochs, callbacks, partial(Resume, checkpoint, seed, stage, history, callbacks))
    return history


def final_fit(
    model: tf.keras.Model,
    windows: tf.data.Dataset,
    *,
    stage: str,
    steps: int,
    best_epochs: int,
    learning_rate: float,
    checkpoint: str | None = None,
    seed: int = 0,
) -> History:
    """Goes on from the first fit over everything, with a learning rate that falls to zero."""
    epochs = max(1, math.ceil(FINAL_SHARE * best_epochs))
    history = History("loss")
    schedule = tf.keras.optimizers.schedules.PolynomialDecay(learning_rate / 2, epochs * steps, 0.0)
    model.compile(optimizer=tf.keras.optimizers.Adam(schedule, clipnorm=5.0))
    callbacks = [_Progress(stage, epochs, steps, history)]
    _fit(model, windows, epochs, callbacks, partial(Resume, checkpoint, seed, stage, history, callbacks))
    history.best_epoch = epochs
    return history


def _fit(
    model: tf.keras.Model,
    windows: tf.data.Dataset,
    epochs: int,
    callbacks: list[tf.keras.callbacks.Callback],
    resumed: Callable[[], Resume],
) -> None:
    resume = resumed()
    resume.pass_over(windows)
    if resume.step:  # the rest of that epoch first: Keras takes its length for that of all epochs
        rest, until = windows.skip(resume.step), resume.epoch + 1
        model.fit(rest, initial_epoch=resume.epoch, epochs=until, verbose=0, callbacks=[*callbacks, resume])
        resume = resumed()
    start = resume.initial_epoch(epochs)
    model.fit(windows, initial_epoch=start, epochs=epochs, verbose=0, callbacks=[*callbacks, resume])


def concatenate(dataset: tf.data.Dataset, values: Callable[[Any], tf.Tensor]) -> np.ndarray:
    """`values` of every batch, one after the other."""
    return np.concatenate([values(batch).numpy() for batch in dataset] or [np.zeros(0)])
