"""One way to fit a model on windows: a budget in events, early stopping on `eval`, progress."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from components.common import progress
from components.trainer.history import History, Logs
from components.trainer.resume import Resume
from components.trainer.weight_average import WeightAverage
from models.layers import Batch
from models.lazy_adam import LazyAdam

FINAL_SHARE = 0.25
"""A final fit that goes on from the first one does so for this share of the epochs that `eval` found best."""
ANEW_POSITIONS = 8_000_000
"""Where the best epochs read no more events than this, the final fit begins anew for as many (decision 0036)."""
WARM_RATE = 0.3
"""Share of the learning rate for a model that starts from the one in production."""
CLIP_NORM = 5.0
"""Largest norm of a variable's gradient."""
RISE = 0.005
"""Averages of weights go on rising a little for very long: a smaller share of the best figure counts as no rise."""
_LOGARITHM = "log_figure"
_SMALLEST = 1e-9  # of a figure, which may be 0
_UNREPORTED = (_LOGARITHM, "regularization_loss", "total_loss")  # TFRS: nothing here is regularised by a loss


def make_repeatable(seed: int) -> None:
    """Seeds Python, numpy and TensorFlow and makes TensorFlow's parallel sums ordered."""
    tf.keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()


def epochs_within(max_epochs: int, max_positions: int, positions: int) -> int:
    """Counts the epochs that the budget of events allows, at least one."""
    return max(1, min(max_epochs, max_positions // max(positions, 1)))


@dataclass(frozen=True)
class FitRun:
    """What a fit reads, and where its progress and its state go."""

    windows: tf.data.Dataset
    """One epoch."""
    steps: int
    """Batches of an epoch."""
    stage: str
    """The stage that reports progress."""
    seed: int = 0
    checkpoint: str | None = None
    """Folder of the fit's state, from which one that was killed goes on (`Resume`); None keeps no state."""


class _Progress(tf.keras.callbacks.Callback):
    def __init__(self, run: FitRun, epochs: int, history: History) -> None:
        super().__init__()
        self._stage, self._steps, self._epochs, self._history = run.stage, run.steps, epochs, history
        self._epoch = 0

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        if batch % 10 == 0:
            progress.report(
                self._stage, step=self._epoch * self._steps + batch, steps=self._epochs * self._steps
            )

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        metrics = {key: float(value) for key, value in (logs or {}).items() if key not in _UNREPORTED}
        self._history.epochs.append(metrics)
        progress.report(self._stage, epoch=epoch + 1, epochs=self._epochs, metrics=metrics)


class _Evaluate(tf.keras.callbacks.Callback):
    """Puts the figure of the averages on `eval`, and its logarithm, into the logs, where the callbacks read them."""

    def __init__(self, measure: Callable[[], float], history: History, average: WeightAverage) -> None:
        super().__init__()
        self._measure, self._history, self._average = measure, history, average

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        with self._average.in_place():
            value = self._measure()
        if logs is not None:
            logs[self._history.monitor] = value
            logs[_LOGARITHM] = math.log(max(value, _SMALLEST))
        if epoch == 0 or value > self._history.best:
            self._history.best, self._history.best_epoch = value, epoch + 1
            self._average.keep()


class _Keep(tf.keras.callbacks.Callback):
    """Keeps the averages of the newest epoch."""

    def __init__(self, average: WeightAverage) -> None:
        super().__init__()
        self._average = average

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        self._average.keep()


def first_fit(
    model: tf.keras.Model,
    run: FitRun,
    *,
    epochs: int,
    learning_rate: float,
    patience: int,
    monitor: str,
    measure: Callable[[], float],
) -> History:
    """Fits until `measure` (higher is better) has not risen by `RISE` in `patience` epochs; keeps the best weights.

    What is measured and kept is the average of the newest steps' weights (`WeightAverage`).
    """
    history, average = History(monitor), WeightAverage(run.steps)
    _compile(model, learning_rate)
    callbacks = [
        average,
        _Evaluate(measure, history, average),
        tf.keras.callbacks.ReduceLROnPlateau(monitor, factor=0.3, patience=max(patience // 2, 1), mode="max"),
        tf.keras.callbacks.EarlyStopping(_LOGARITHM, min_delta=RISE, patience=patience, mode="max"),
        _Progress(run, epochs, history),
    ]
    _fit(model, run, epochs, callbacks, history, average)
    return history


def final_fit(model: tf.keras.Model, run: FitRun, *, best_epochs: int, learning_rate: float) -> History:
    """Goes on from the first fit over more of the log, with a learning rate that falls from that of the start to 0.

    With half that rate the last events are hardly learnt (docs/decisions/0025-rehearsed-final-fit.md).
    """
    epochs = max(1, math.ceil(FINAL_SHARE * best_epochs))
    history = History("loss")
    schedule = tf.keras.optimizers.schedules.PolynomialDecay(learning_rate, epochs * run.steps, 0.0)
    _compile(model, schedule)
    _fit(model, run, epochs, [_Progress(run, epochs, history)], history)
    history.best_epoch = epochs
    return history


def fit_anew(model: tf.keras.Model, run: FitRun, *, best_epochs: int, learning_rate: float) -> History:
    """Does over more of the log what the first fit did, for as many epochs as `eval` found best there."""
    epochs = max(1, best_epochs)
    history, average = History("loss"), WeightAverage(run.steps)
    _compile(model, learning_rate)
    _fit(model, run, epochs, [average, _Keep(average), _Progress(run, epochs, history)], history, average)
    history.best_epoch = epochs
    return history


def _compile(
    model: tf.keras.Model, learning_rate: float | tf.keras.optimizers.schedules.LearningRateSchedule
) -> None:
    """Gives a model its optimizer, with its moments: made in the first step they would have it traced twice."""
    model.compile(optimizer=LazyAdam(learning_rate, clipnorm=CLIP_NORM))
    model.optimizer.build(model.trainable_variables)


def _fit(
    model: tf.keras.Model,
    run: FitRun,
    epochs: int,
    callbacks: list[tf.keras.callbacks.Callback],
    history: History,
    average: WeightAverage | None = None,
) -> None:
    def load_state() -> Resume:
        return Resume(run.checkpoint, run.seed, run.stage, history, callbacks, average)

    resume = load_state()
    resume.pass_over(run.windows)
    if resume.step:  # the rest of that epoch first: Keras assumes that all epochs are as long
        rest, until = run.windows.skip(resume.step), resume.epoch + 1
        model.fit(rest, initial_epoch=resume.epoch, epochs=until, verbose=0, callbacks=[*callbacks, resume])
        resume = load_state()
    start = resume.initial_epoch(epochs)
    model.fit(run.windows, initial_epoch=start, epochs=epochs, verbose=0, callbacks=[*callbacks, resume])


def concatenate(dataset: tf.data.Dataset, values: Callable[[Batch], tf.Tensor]) -> np.ndarray:
    """Computes `values` of every batch and joins them, one after the other."""
    return np.concatenate([values(batch).numpy() for batch in dataset] or [np.zeros(0)])
