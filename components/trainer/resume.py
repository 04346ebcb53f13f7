"""A fit that goes on where it was: saves its whole state as it goes, and starts from what was saved."""

import dataclasses
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypedDict, cast

import numpy as np
import tensorflow as tf

from components.common import progress
from components.trainer import checkpoints
from components.trainer.history import History, Logs
from components.trainer.weight_average import WeightAverage

SECONDS_BETWEEN_SAVES: Final = 600.0
"""Within an epoch; at its end there is always one."""
_WEIGHTS, _OPTIMIZER, _AVERAGES, _BEST = "weights", "optimizer", "averages", "best"
_ATTRIBUTES: Final = {
    "EarlyStopping": ("wait", "best", "best_epoch", "stopped_epoch"),
    "ReduceLROnPlateau": ("wait", "best", "cooldown_counter"),
}
"""The attributes in which Keras' callbacks remember what they have seen."""
_LOG = logging.getLogger("upnext")


class FitState(TypedDict, total=False):
    """Where a fit was, beside its arrays."""

    epoch: int
    """Finished epochs."""
    step: int
    """Finished steps of the epoch that follows."""
    ended: bool
    """Whether training had ended."""
    callbacks: dict[str, dict[str, float]]
    history: dict[str, object]


class Resume(tf.keras.callbacks.Callback):
    """Saves model, optimizer, schedule, early stopping and history; restores them when training begins.

    It is the last of a fit's callbacks, so it saves what the others have done after an epoch. The windows of each
    epoch come in the order in which they would have come. Random draws (negatives, masks, dropout) go on from
    another seed, so the numbers of a fit that was interrupted differ from those of one that was not.

    Args:
        folder: where the state is saved; None saves nothing.
        seed: of the training.
        stage: the stage that reports progress.
        history: saved and restored too.
        others: Keras' callbacks of the same fit.
        average: of the weights, where the fit keeps one; saved and restored too.
        clock: seconds that only rise.
    """

    def __init__(
        self,
        folder: str | None,
        seed: int,
        stage: str,
        history: History,
        others: list[tf.keras.callbacks.Callback],
        average: WeightAverage | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._folder = Path(folder) if folder else None
        self._seed, self._stage, self._history, self._clock = seed, stage, history, clock
        self._average = average
        self._others = {
            type(other).__name__: other for other in others if type(other).__name__ in _ATTRIBUTES
        }
        self._arrays: dict[str, np.ndarray] = {}
        self._state: FitState = {}
        if self._folder and (saved := checkpoints.load(self._folder)):
            self._arrays, self._state = saved[0], cast(FitState, saved[1])
        self._saved_at = clock()
        self._steps_before = self.step

    @property
    def epoch(self) -> int:
        """Finished epochs."""
        return self._state.get("epoch", 0)

    @property
    def step(self) -> int:
        """Finished steps of the epoch that follows."""
        return self._state.get("step", 0)

    def initial_epoch(self, epochs: int) -> int:
        """Where `fit` starts: at its end if training had ended."""
        return epochs if self._state.get("ended") else min(self.epoch, epochs)

    def pass_over(self, windows: tf.data.Dataset) -> None:
        """Moves the shuffles' seeds on by the passes that finished epochs have made, and reports it."""
        for _ in range(self.epoch):
            iter(windows)
        if self._state:
            message = f"resumed after epoch {self.epoch}" + (f", step {self.step}" if self.step else "")
            _LOG.info("stage %s %s", self._stage, message)
            progress.report(self._stage, note=message, result=message)

    def on_train_begin(self, logs: Logs = None) -> None:
        """Restores what was saved."""
        if not self._state:
            return
        variables = [*self.model.weights, *self._optimizer_variables()]
        values = [*self._saved_arrays(_WEIGHTS), *self._saved_arrays(_OPTIMIZER)]
        for variable, array in zip(variables, values, strict=True):
            variable.assign(array)
        for name, other in self._others.items():
            for attribute, number in self._state["callbacks"][name].items():
                setattr(other, attribute, number)
        if self._average:
            self._average.values = list(self._saved_arrays(_AVERAGES))
            self._average.best = list(self._saved_arrays(_BEST))
        for field, value in self._state["history"].items():
            setattr(self._history, field, value)
        # The kernels of random operations start their sequences anew: with another seed, at other numbers.
        tf.random.set_seed(self._seed + 7919 * (int(self.model.optimizer.iterations) + 1))
        self._arrays = {}

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Saves within a long epoch."""
        if self._clock() - self._saved_at >= SECONDS_BETWEEN_SAVES:
            self._save(self.epoch, self._steps_before + batch + 1, ended=False)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Saves after each epoch."""
        self._steps_before = 0
        self._save(epoch + 1, 0, ended=bool(self.model.stop_training))

    def _save(self, epoch: int, step: int, ended: bool) -> None:
        self._state = {
            "epoch": epoch,
            "step": step,
            "ended": ended,
            "callbacks": {
                name: {attribute: _plain(getattr(other, attribute)) for attribute in _ATTRIBUTES[name]}
                for name, other in self._others.items()
            },
            "history": dataclasses.asdict(self._history),
        }
        if self._folder:
            arrays = {
                _WEIGHTS: self.model.get_weights(),
                _OPTIMIZER: [variable.numpy() for variable in self._optimizer_variables()],
            }
            if self._average:
                arrays |= {_AVERAGES: self._average.values, _BEST: self._average.best}
            named = {
                f"{kind}_{n}": value for kind, values in arrays.items() for n, value in enumerate(values)
            }
            checkpoints.save(self._folder, named, self._state)
        self._saved_at = self._clock()

    def _optimizer_variables(self) -> list[tf.Variable]:
        """Returns the optimizer's moments and steps, and the learning rate, which Keras doesn't count among them."""
        return [*self.model.optimizer.variables, self.model.optimizer.learning_rate]

    def _saved_arrays(self, kind: str) -> Iterator[np.ndarray]:
        number = 0
        while f"{kind}_{number}" in self._arrays:
            yield self._arrays[f"{kind}_{number}"]
            number += 1


def _plain(value: float | np.generic) -> float:
    return value.item() if isinstance(value, np.generic) else value
