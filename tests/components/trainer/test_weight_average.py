"""The average of a fit's weights: what counts in it, and what a fit leaves of it."""

import numpy as np
import pytest
import tensorflow as tf

from components.trainer import fit
from components.trainer.weight_average import WeightAverage


class Steps(tf.keras.Model):
    """A weight that is 1 after the first step, 2 after the second and so on, or swings between 0 and 2."""

    def __init__(self, swings: bool = False) -> None:
        super().__init__()
        self.w = self.add_weight("w", [], initializer="zeros")
        self._swings = swings

    def train_step(self, x: tf.Tensor) -> dict[str, tf.Tensor]:
        step = tf.cast(self.optimizer.iterations.assign_add(1), tf.float32)
        self.w.assign(2 * (step % 2) if self._swings else step)
        return {"loss": step}


def averages_after(epochs: int, steps: int, swings: bool = False) -> tuple[Steps, WeightAverage]:
    model, average = Steps(swings), WeightAverage(steps)
    model.compile(optimizer=tf.keras.optimizers.Adam())
    model.fit(tf.data.Dataset.range(steps).batch(1), epochs=epochs, verbose=0, callbacks=[average])
    return model, average


def test_the_newest_sixth_of_all_steps_counts() -> None:
    steps = 4000
    _, average = averages_after(1, steps)
    assert float(average.values[0]) == pytest.approx(steps * (1 - 1 / 6), rel=0.01)


def test_weights_that_swing_have_their_middle_as_average() -> None:
    _, average = averages_after(200, 7, swings=True)
    assert float(average.values[0]) == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("steps", [1, 5, 30])
def test_the_first_epoch_has_an_average_of_its_own_steps(steps: int) -> None:
    _, average = averages_after(1, steps)
    assert 1 <= float(average.values[0]) <= steps


def test_the_model_has_the_averages_meanwhile_alone() -> None:
    model, average = averages_after(1, 30)
    with average.in_place():
        assert float(model.w) == float(average.values[0]) < 30
    assert float(model.w) == 30


def test_a_fit_leaves_the_averages_that_measured_best() -> None:
    model, figures, measured = Steps(), iter([0.1, 0.3, 0.2]), []

    def measure() -> float:
        measured.append(float(model.w))
        return next(figures)

    run = fit.FitRun(tf.data.Dataset.range(30).batch(1), steps=30, stage="Trainer")
    history = fit.first_fit(
        model, run, epochs=3, learning_rate=0.1, patience=9, monitor="eval", measure=measure
    )

    assert history.best_epoch == 2
    assert float(model.w) == measured[1]
    assert np.all(np.diff(measured) > 0)
