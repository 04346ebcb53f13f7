"""What each choice of the transformer changes: fits that differ from the defaults in one choice each, on `eval`.

    python -m benchmarks.ablation --home HOME --vary softmax_items=256,1024 blocks=1,3 begin=noise

HOME has a run; its windows, split and Transform graphs are used, and nothing in it changes. Each fit is a number of
epochs long, at the learning rate of its start, without the memories. After each epoch NDCG@10 on `eval` is that of
the averaged weights, which a run keeps, and that of the last step's. `test` is not read.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import tensorflow as tf
from pydantic import ValidationError

from components.trainer.evidence_weights import Shortlister, ndcg_of_groups
from components.trainer.fit import CLIP_NORM, make_repeatable
from components.trainer.history import Logs
from components.trainer.inputs import Inputs
from components.trainer.ranker import FEW_REPEATS, adapted, build
from components.trainer.sequences import plays_of, read_sequences, repeat_share
from components.trainer.training_records import RankerTraining
from components.trainer.weight_average import WeightAverage
from listening_log.errors import UserError
from models import names
from models.config import RankerConfig
from models.lazy_adam import LazyAdam
from models.memory.factors import item_factors
from models.memory.interactions import Interactions
from tfx_pipeline.home.executions import executions
from tfx_pipeline.home.layout import Home
from tfx_pipeline.notebook.artifacts import Outputs, read_inputs, read_training

BEGIN: Final = "begin"
FACTORS, NOISE = "factors", "noise"
"""How item vectors begin: with the factors of the transitions, as a run's do, or as they are drawn."""
_INPUTS: Final = {
    "ListeningLogExampleGen": ("examples", "catalog", "summary"),
    "LogTransform": ("transform_graph",),
    "CatalogTransform": ("transform_graph",),
    "RankerTrainer": ("model",),
}


class Choice(NamedTuple):
    """What one fit does otherwise than a run with the defaults."""

    name: str
    config: RankerConfig
    begin: str = FACTORS


@dataclass
class Curves:
    """One fit, epoch by epoch."""

    averaged: list[float] = field(default_factory=list)
    """NDCG@10 of the averaged weights."""
    last_step: list[float] = field(default_factory=list)
    """NDCG@10 of the last step's weights."""
    cpu: list[float] = field(default_factory=list)
    """Seconds of CPU of the epoch's steps."""


class Log(NamedTuple):
    """A log as a run has split it."""

    inputs: Inputs
    interactions: Interactions
    """The positive plays of `train`."""
    max_length: int


class _Measure(tf.keras.callbacks.Callback):
    """Notes the figures after each epoch, and the CPU of its steps."""

    def __init__(self, measure: Callable[[], float], average: WeightAverage) -> None:
        super().__init__()
        self.curves = Curves()
        self._measure, self._average = measure, average

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._begin = time.process_time()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        self.curves.cpu.append(time.process_time() - self._begin)
        self.curves.last_step.append(self._measure())
        with self._average.in_place():
            self.curves.averaged.append(self._measure())


def main(argv: Sequence[str] | None = None) -> None:
    """Prints a line of the table after each choice."""
    parser = _parser()
    args = parser.parse_args(argv)
    try:
        log = read_log(args.home)
        windows = log.inputs.steps(names.TRAIN, batch_size=1)
        default = adapted(RankerConfig(), log.interactions, windows)
        choices = choices_of(args.vary, default)
    except UserError as error:
        parser.exit(1, f"{error}\n")
    print(f"| {args.home}: choice | ndcg@10 | by seed | last step | epoch | CPU s an epoch |")
    print("| --- | ---: | --- | ---: | ---: | ---: |", flush=True)
    for choice in choices:
        print(
            line_of(choice.name, [fit_choice(log, choice, args.epochs, seed) for seed in args.seeds]),
            flush=True,
        )


def read_log(home: Path) -> Log:
    """Reads what the newest run in HOME has trained on.

    Raises:
        UserError: no run in HOME has trained a ranker.
    """
    outputs = newest_outputs(Home(home))
    inputs = read_inputs(outputs)
    training = read_training(outputs["RankerTrainer"]["model"], RankerTraining)
    return Log(inputs, read_sequences(inputs, names.TRAIN), training.max_length)


def newest_outputs(home: Home) -> Outputs:
    """Returns the newest outputs of the stages that the fits read.

    Raises:
        UserError: a stage has none.
    """
    outputs: dict[str, dict[str, str]] = {}
    for stage, keys in _INPUTS.items():
        for key in keys:
            folders = executions(home.artifacts / stage / key)
            if not folders:
                raise UserError(
                    f"--home {home.path}: {stage} has no {key} there; give the HOME of a run that ended"
                )
            outputs.setdefault(stage, {})[key] = str(folders[-1])
    return outputs


def choices_of(words: Sequence[str], default: RankerConfig) -> list[Choice]:
    """Reads `key=value,value`: a setting of `ranker`, or `begin`, and what it is in place of its default.

    Args:
        words: of the command.
        default: the settings of a run.

    Returns:
        The defaults, then a choice for each value.

    Raises:
        UserError: there is no such setting, or it can't be so.
    """
    choices = [Choice("defaults", default)]
    for word in words:
        key, equals, values = word.partition("=")
        if not equals or not values:
            raise UserError(f"--vary {word}: expected KEY=VALUE[,VALUE …]")
        for value in values.split(","):
            choices.append(_choice(key, value, default))
    return choices


def _choice(key: str, value: str, default: RankerConfig) -> Choice:
    name = f"{key} {value}"
    if key == BEGIN:
        if value not in (FACTORS, NOISE):
            raise UserError(f"--vary {key}={value}: expected {FACTORS} or {NOISE}")
        return Choice(name, default, value)
    if key not in RankerConfig.model_fields:
        known = ", ".join([*RankerConfig.model_fields, BEGIN])
        raise UserError(f"--vary {key}: expected one of {known}")
    try:
        setting = json.loads(value)
    except ValueError:
        setting = value  # no number: the settings say what it should be
    try:
        return Choice(name, RankerConfig.model_validate({**default.model_dump(), key: setting}))
    except ValidationError as error:
        raise UserError(f"--vary {key}={value}: {error.errors()[0]['msg']}") from error


def fit_choice(log: Log, choice: Choice, epochs: int, seed: int) -> Curves:
    """Fits the transformer on `train` and measures it after each epoch."""
    tf.keras.backend.clear_session()
    make_repeatable(seed)
    inputs, config = log.inputs, choice.config
    model = build(inputs, plays_of(log.interactions), log.max_length, config)
    if choice.begin == FACTORS:
        model.items.begin_with(item_factors(log.interactions, config.dimension, seed))
    exclude_seen = repeat_share(log.interactions) < FEW_REPEATS
    shortlist, windows = Shortlister(model, [], exclude_seen), inputs.eval_windows(log.max_length)
    average = WeightAverage(inputs.steps(names.TRAIN, config.batch_size))
    measure = _Measure(lambda: ndcg_of_groups([shortlist(windows)], []), average)
    model.compile(optimizer=LazyAdam(config.learning_rate, clipnorm=CLIP_NORM))
    learnt = inputs.windows(names.TRAIN, batch_size=config.batch_size, shuffle_seed=seed)
    model.fit(learnt, epochs=epochs, verbose=0, callbacks=[average, measure])
    return measure.curves


def line_of(name: str, fits: Sequence[Curves]) -> str:
    """Makes a choice's line of the table from its fits, one a seed: each at its best epoch."""
    best = [max(fit.averaged) for fit in fits]
    cells = [
        name,
        f"{statistics.mean(best):.4f}",
        " ".join(f"{value:.4f}" for value in best),
        f"{statistics.mean(max(fit.last_step) for fit in fits):.4f}",
        " ".join(str(1 + int(np.argmax(fit.averaged))) for fit in fits),
        f"{statistics.median(cpu for fit in fits for cpu in fit.cpu):.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.ablation",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--home", type=Path, required=True, metavar="DIR", help="of a run, whose split and windows are used")
    add(
        "--vary", nargs="+", default=[], metavar="KEY=VALUE[,VALUE]", help="a setting of `ranker`, or `begin`"
    )
    add("--epochs", type=int, default=8, metavar="N", help="of each fit; default: 8")
    add("--seeds", type=int, nargs="+", default=[1], metavar="S", help="default: 1")
    return parser


if __name__ == "__main__":
    sys.exit(main())
