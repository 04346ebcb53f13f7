"""A fit that was interrupted goes on where it was, and one that was not is what it always was."""

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from components.trainer import checkpoints, fit, resume
from components.trainer.history import History

EPOCHS, STEPS = 4, 5


class Killed(BaseException):
    """Stands for SIGKILL: nothing catches it."""


class Line(tf.keras.Model):
    """w · x by least squares, and what it was shown."""

    def __init__(self) -> None:
        super().__init__()
        self.w = self.add_weight("w", [], initializer="zeros")
        self.seen: list[tuple[int, int]] = []
        self.kill_at = 0

    def record(self, x: np.ndarray, draw: np.ndarray) -> np.float32:
        self.seen.append((int(x), int(draw)))
        if len(self.seen) == self.kill_at:
            raise Killed
        return np.float32(0)

    def train_step(self, x: tf.Tensor) -> dict[str, tf.Tensor]:
        draw = tf.random.uniform([], maxval=1_000_000, dtype=tf.int32)
        nothing = tf.numpy_function(self.record, [x[0], draw], tf.float32)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((self.w - tf.cast(x, tf.float32)) ** 2) + nothing
        self.optimizer.minimize(loss, self.trainable_variables, tape)
        return {"loss": loss}


def windows() -> tf.data.Dataset:
    return tf.data.Dataset.range(STEPS).shuffle(STEPS, seed=5).batch(1)


def run(stage: str, checkpoint: Path | None) -> fit.FitRun:
    folder = str(checkpoint) if checkpoint else None
    return fit.FitRun(windows(), steps=STEPS, stage=stage, seed=1, checkpoint=folder)


def first_fit(
    model: Line, checkpoint: Path | None, measure: Callable[[], float] | None = None, patience: int = 9
) -> History:
    return fit.first_fit(
        model,
        run("Trainer", checkpoint),
        epochs=EPOCHS,
        learning_rate=0.1,
        patience=patience,
        monitor="eval",
        measure=measure or (lambda: float(model.w)),
    )


def fresh() -> Line:
    fit.make_repeatable(1)
    return Line()


def killed_after(steps: int, checkpoint: Path) -> None:
    """A fit that ends in the step that follows."""
    model = fresh()
    model.kill_at = steps + 1
    with pytest.raises((Killed, tf.errors.OpError)):
        first_fit(model, checkpoint)


@pytest.fixture
def whole() -> tuple[Line, History]:
    """A fit that nothing interrupted, without a checkpoint."""
    model = fresh()
    return model, first_fit(model, None)


def test_keeping_the_state_changes_nothing(whole: tuple[Line, History], tmp_path: Path) -> None:
    model, (expected, history) = fresh(), whole
    assert first_fit(model, tmp_path) == history
    assert model.seen == expected.seen
    assert float(model.w) == float(expected.w)


@pytest.mark.parametrize("epochs", [1, 3])
def test_finished_epochs_are_not_repeated(whole: tuple[Line, History], tmp_path: Path, epochs: int) -> None:
    killed_after(epochs * STEPS + 2, tmp_path)
    model = fresh()
    history = first_fit(model, tmp_path)

    expected, uninterrupted = whole
    shown = [x for x, _ in expected.seen]
    assert [x for x, _ in model.seen] == shown[epochs * STEPS :]  # the order of data goes on
    assert float(model.w) == float(expected.w)  # so do weights, optimizer and schedule
    assert history == uninterrupted
    draws = {draw for _, draw in expected.seen}
    assert not draws & {draw for _, draw in model.seen}  # random draws are others, not the first ones again


def test_a_fit_can_be_interrupted_again_and_again(whole: tuple[Line, History], tmp_path: Path) -> None:
    killed_after(STEPS + 1, tmp_path)
    killed_after(STEPS + 1, tmp_path)  # one epoch further
    killed_after(STEPS + 1, tmp_path)
    model = fresh()
    assert first_fit(model, tmp_path) == whole[1]
    assert len(model.seen) == STEPS
    assert float(model.w) == float(whole[0].w)


def test_a_long_epoch_is_saved_within(
    whole: tuple[Line, History], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resume, "SECONDS_BETWEEN_SAVES", 0.0)
    killed_after(STEPS + 3, tmp_path)
    model = fresh()
    first_fit(model, tmp_path)
    shown = [x for x, _ in whole[0].seen]
    rest = [x for x, _ in model.seen]
    assert rest[:2] == shown[STEPS + 3 : 2 * STEPS]
    assert sorted(rest[2 : 2 + STEPS]) == sorted(rest[2 + STEPS :]) == list(range(STEPS))


def test_early_stopping_and_its_best_weights_survive(tmp_path: Path) -> None:
    figures = [0.5, 0.9, 0.8, 0.7]
    measures = {name: iter(figures) for name in ("whole", "killed")}
    expected = fresh()
    history = first_fit(expected, None, lambda: next(measures["whole"]), patience=2)
    assert history.best_epoch == 2

    model = fresh()
    model.kill_at = 3 * STEPS + 1
    with pytest.raises((Killed, tf.errors.OpError)):
        first_fit(model, tmp_path, lambda: next(measures["killed"]), patience=2)
    model = fresh()
    assert first_fit(model, tmp_path, lambda: next(measures["killed"]), patience=2) == history
    assert len(model.seen) == STEPS
    assert float(model.w) == float(expected.w)


def test_small_rises_end_a_fit_and_its_best_weights_are_kept() -> None:
    figures = iter([0.1, 0.1002, 0.1004, 0.2])
    history = first_fit(fresh(), None, lambda: next(figures), patience=2)
    assert (len(history.epochs), history.best_epoch, history.best) == (3, 3, 0.1004)
    assert set(history.epochs[0]) == {"loss", "eval", "lr"}


def test_small_rises_add_up() -> None:
    figures = iter([0.1, 0.1004, 0.1008, 0.1008])
    assert len(first_fit(fresh(), None, lambda: next(figures), patience=2).epochs) == EPOCHS


def test_a_fit_that_had_ended_trains_no_further(tmp_path: Path) -> None:
    figures = iter([0.5, 0.4])
    first = fresh()
    history = first_fit(first, tmp_path, lambda: next(figures), patience=1)
    assert len(history.epochs) == 2  # stopped early

    model = fresh()
    assert first_fit(model, tmp_path, lambda: next(figures), patience=1) == history
    assert model.seen == []
    assert float(model.w) == float(first.w)


@pytest.mark.parametrize(
    ("final_fit", "best_epochs"), [(fit.final_fit, 8), (fit.fit_anew, 2)], ids=["going on", "anew"]
)
def test_the_final_fit_resumes_too(
    tmp_path: Path, final_fit: Callable[..., History], best_epochs: int
) -> None:
    def last(model: Line, checkpoint: Path | None) -> History:
        return final_fit(model, run("FinalTrainer", checkpoint), best_epochs=best_epochs, learning_rate=0.1)

    expected, model = fresh(), fresh()
    history = last(expected, None)
    assert history.best_epoch == len(history.epochs) == 2
    model.kill_at = STEPS + 3
    with pytest.raises((Killed, tf.errors.OpError)):
        last(model, tmp_path)
    model = fresh()
    assert last(model, tmp_path) == history
    assert len(model.seen) == STEPS
    assert float(model.w) == float(expected.w)


def test_a_fit_that_begins_anew_leaves_the_average_that_the_first_fit_would() -> None:
    first = fresh()
    best = first_fit(first, None).best_epoch
    anew = fresh()
    fit.fit_anew(anew, run("FinalTrainer", None), best_epochs=best, learning_rate=0.1)
    assert best == EPOCHS
    assert float(anew.w) == float(first.w)


def test_progress_says_where_it_resumed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    killed_after(3 * STEPS + 1, tmp_path)
    with caplog.at_level(logging.INFO):
        first_fit(fresh(), tmp_path)
    assert "stage Trainer resumed after epoch 3" in caplog.text


def test_a_damaged_checkpoint_is_a_fresh_start(whole: tuple[Line, History], tmp_path: Path) -> None:
    killed_after(2 * STEPS, tmp_path)
    (tmp_path / "fit.npz").write_bytes(b"")
    assert checkpoints.load(tmp_path) is None
    model = fresh()
    assert first_fit(model, tmp_path) == whole[1]
    assert len(model.seen) == EPOCHS * STEPS
