"""Fits that differ in one choice: how choices are read, that each is fitted, and the table's lines."""

from pathlib import Path

import pytest

from benchmarks.ablation import NOISE, Choice, Curves, Log, choices_of, fit_choice, line_of, main, read_log
from components.trainer.sequences import read_sequences
from listening_log.errors import UserError
from models import names
from models.config import RankerConfig
from tests.components.trainer.tiny_inputs import MAX_LENGTH, tiny_inputs

CONFIG = RankerConfig(dimension=8, blocks=1, batch_size=64)
CYCLES = [[1 + (start + step) % 5 for step in range(6)] for start in range(5)] * 8
"""Each item of five follows the one before it."""


def test_each_value_is_a_choice_beside_the_defaults() -> None:
    choices = choices_of(["softmax_items=2,64", "begin=noise"], CONFIG)

    assert choices == [
        Choice("defaults", CONFIG),
        Choice("softmax_items 2", CONFIG.model_copy(update={"softmax_items": 2})),
        Choice("softmax_items 64", CONFIG.model_copy(update={"softmax_items": 64})),
        Choice("begin noise", CONFIG, NOISE),
    ]


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("blocks", "--vary blocks: expected KEY=VALUE"),
        ("block=1", "--vary block: expected one of dimension, blocks, "),
        ("begin=zero", "--vary begin=zero: expected factors or noise"),
        ("blocks=0", "--vary blocks=0: Input should be greater than or equal to 1"),
        ("blocks=two", "--vary blocks=two: Input should be a valid integer"),
    ],
)
def test_what_is_no_choice_is_refused(word: str, message: str) -> None:
    with pytest.raises(UserError) as refusal:
        choices_of([word], CONFIG)
    assert message in str(refusal.value)


def test_a_home_without_a_run_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UserError, match="ListeningLogExampleGen has no examples there"):
        read_log(tmp_path)
    with pytest.raises(SystemExit):
        main(["--home", str(tmp_path)])
    assert "Traceback" not in capsys.readouterr().err


def test_a_fit_has_a_figure_an_epoch_of_both_weights(tmp_path: Path) -> None:
    inputs = tiny_inputs(tmp_path, train=CYCLES, eval=CYCLES[:5])
    log = Log(inputs, read_sequences(inputs, names.TRAIN), MAX_LENGTH)

    curves = fit_choice(log, Choice("rate", CONFIG.model_copy(update={"learning_rate": 0.02})), 30, seed=1)

    assert [len(values) for values in (curves.averaged, curves.last_step, curves.cpu)] == [30] * 3
    assert max(curves.averaged) == pytest.approx(1.0)
    assert curves.averaged != curves.last_step


def test_a_line_has_the_best_epoch_of_each_seed() -> None:
    fits = [
        Curves([0.1, 0.3, 0.2], [0.1, 0.2, 0.25], [4.0, 4.0, 4.0]),
        Curves([0.1, 0.2], [0.2, 0.1], [6, 6]),
    ]

    assert line_of("blocks 1", fits) == "| blocks 1 | 0.2500 | 0.3000 0.2000 | 0.2250 | 2 2 | 4 |"
