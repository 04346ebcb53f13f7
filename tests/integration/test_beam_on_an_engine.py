"""Beam's stages give the same on an engine, with workers apart, as in one process.

The engine is Beam's own job server, to which a pipeline goes through the job API as to Flink's or Spark's.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from listening_log.errors import UserError
from models import names
from tests.integration.beam_engine import Engine, Python, running
from tests.integration.beam_stages import (
    EXAMPLE_GEN,
    STATISTICS,
    TRANSFORMS,
    Beam,
    StageOutputs,
    evaluate,
    make_log,
    save_model,
)
from tests.support.spans import cut_into_spans
from tfx_pipeline.config.beam import BeamConfig

STAGES = (*STATISTICS, *TRANSFORMS)
"""And those that they need: SpanValidator, ListeningLogExampleGen."""
JOBS = 7
"""The six stages, and the evaluation."""
HERE: Beam = {}
SPANS = "2"
NOTE = "a file that a job brings along"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log without spans: nothing is there to compare with, and SpanValidator passes without a job."""
    return make_log(tmp_path_factory.mktemp("log") / "data")


@pytest.fixture(scope="module")
def spans(log: Path) -> Path:
    """The same log in two spans."""
    folder = log.with_name("spans")
    cut_into_spans(log, folder, [14])
    return folder


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with running(tmp_path_factory.mktemp("engine") / "work") as engine:
        yield engine


@pytest.fixture(scope="module")
def outputs(spans: Path, tmp_path_factory: pytest.TempPathFactory) -> StageOutputs:
    """What this process makes of the spans."""
    return StageOutputs.by(STAGES, spans, tmp_path_factory.mktemp("here") / "home", HERE, SPANS)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    save_model(folder)
    return folder


@pytest.fixture(scope="module")
def figures(outputs: StageOutputs, model: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    """TFMA's, taken in this process."""
    folder = tmp_path_factory.mktemp("evaluation")
    return evaluate(outputs.output(EXAMPLE_GEN, "examples"), model, folder, BeamConfig())


def on(engine: Engine, *more: str) -> Beam:
    return {"runner": "PortableRunner", "flags": [*engine.flags, *more]}


def assert_same_examples(one: StageOutputs, other: StageOutputs) -> None:
    assert set(one.examples()) == {names.TRAIN, names.EVAL, names.TEST, names.ALL}
    assert other.examples() == one.examples()
    assert other.examples("catalog") == one.examples("catalog")
    assert other.summary() == one.summary()


def assert_same(one: StageOutputs, other: StageOutputs) -> None:
    assert_same_examples(one, other)
    assert other.validation() == one.validation()
    windows = {split: sum(records.values()) for split, records in one.examples().items()}
    assert other.counts("LogStatistics") == one.counts("LogStatistics") == windows
    items = sum(one.examples("catalog")[names.CATALOG].values())
    assert other.counts("CatalogStatistics") == {names.CATALOG: items}
    for stage, records in (
        ("LogTransform", list(one.examples()[names.ALL])),
        ("CatalogTransform", list(one.examples("catalog")[names.CATALOG])),
    ):
        assert other.transformed(stage, records) == one.transformed(stage, records)


def test_examples_made_by_a_worker_pool_are_the_same(log: Path, engine: Engine, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text(NOTE)
    before = len(engine.workers.started())

    others = StageOutputs.by([EXAMPLE_GEN], log, tmp_path / "there", on(engine, f"--files_to_stage={note}"))

    assert_same_examples(StageOutputs.by([EXAMPLE_GEN], log, tmp_path / "here", HERE), others)
    started = engine.workers.started()[before:]
    assert {parent for _, parent in started} == {engine.pool}
    assert not {own for own, _ in started} & {os.getpid(), engine.server, engine.pool}
    assert NOTE in [path.read_text() for path in engine.staged.rglob("*note.txt")]


@pytest.mark.long
def test_every_stage_runs_on_the_worker_pool(
    outputs: StageOutputs, figures: dict[str, float], model: Path, engine: Engine, spans: Path, tmp_path: Path
) -> None:
    before = len(engine.workers.started())

    others = StageOutputs.by(STAGES, spans, tmp_path / "home", on(engine), SPANS)
    beam = BeamConfig(runner="PortableRunner", flags=tuple(engine.flags))
    measured = evaluate(others.output(EXAMPLE_GEN, "examples"), model, tmp_path / "evaluation", beam)

    assert_same(outputs, others)
    assert measured == pytest.approx(figures)
    started = engine.workers.started()[before:]
    assert {parent for _, parent in started} == {engine.pool}
    assert len({own for own, _ in started}) >= JOBS


@pytest.mark.long
def test_two_processes_of_the_direct_runner_give_the_same(
    outputs: StageOutputs,
    figures: dict[str, float],
    model: Path,
    spans: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    python = Python.in_folder(tmp_path / "bin")
    monkeypatch.setattr(sys, "executable", str(python.path))  # with it the runner starts its workers

    others = StageOutputs.by(STAGES, spans, tmp_path / "home", {"workers": 2}, SPANS)
    beam = BeamConfig(workers=2)
    measured = evaluate(others.output(EXAMPLE_GEN, "examples"), model, tmp_path / "evaluation", beam)

    assert_same(outputs, others)
    assert measured == pytest.approx(figures)
    own = {pid for pid, _ in python.started()}
    assert len(own) >= 2 * JOBS
    assert os.getpid() not in own


@pytest.mark.long
def test_what_is_wrong_with_the_log_is_told_by_a_worker_in_one_line(
    tiny_log: Path, engine: Engine, tmp_path: Path
) -> None:
    with (tiny_log / "events.csv").open("a") as file:
        file.write("ann,a,yesterday,200000\n")

    with pytest.raises(UserError) as error:
        StageOutputs.by([EXAMPLE_GEN], tiny_log, tmp_path / "home", on(engine))

    assert "events.csv" in str(error.value)
    assert "yesterday" in str(error.value)
    assert "\n" not in str(error.value)
