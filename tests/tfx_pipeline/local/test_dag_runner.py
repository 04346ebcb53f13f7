"""The runner tells how each stage ended, and stops at the first that fails."""

import sys
from pathlib import Path

import pytest

from listening_log.errors import UsageError, UserError
from tests.support.toy_stages import toy_pipeline
from tfx_pipeline.local.dag_runner import ObservedDagRunner, StageError


class Watched:
    """A runner, and the states that it reported."""

    def __init__(self, only: str | None = None) -> None:
        self.states: list[tuple[str, str]] = []
        self.runner = ObservedDagRunner(lambda stage, state, _: self.states.append((stage, state)), only)

    def run(self, home: Path, **settings) -> list[tuple[str, str]]:
        self.runner.run(toy_pipeline(home, **settings))
        return [(stage, state) for stage, state in self.states if state != "start"]


def test_stages_are_told_as_they_start_and_end(tmp_path: Path) -> None:
    watched = Watched()
    watched.run(tmp_path)
    assert watched.states == [
        ("First", "start"),
        ("First", "done"),
        ("Second", "start"),
        ("Second", "done"),
        ("Third", "start"),
        ("Third", "done"),
    ]


def test_an_unchanged_run_takes_all_from_the_cache_and_finds_the_same_outputs(tmp_path: Path) -> None:
    first, again = Watched(), Watched()
    first.run(tmp_path)
    assert again.run(tmp_path) == [("First", "cached"), ("Second", "cached"), ("Third", "cached")]
    assert again.runner.outputs == first.runner.outputs
    assert again.runner.executions == first.runner.executions
    assert (Path(again.runner.outputs["Second"]["blessing"]) / "seen.txt").read_text() == "a"


def test_a_change_runs_what_depends_on_it(tmp_path: Path) -> None:
    Watched().run(tmp_path)
    assert Watched().run(tmp_path, text="b") == [("First", "done"), ("Second", "done"), ("Third", "done")]


def test_a_stage_behind_a_condition_that_fails_is_skipped(tmp_path: Path) -> None:
    assert Watched().run(tmp_path, blessed=0)[-1] == ("Third", "skipped")


def test_one_stage_runs_with_what_it_needs_and_no_more(tmp_path: Path) -> None:
    assert Watched(only="second").run(tmp_path) == [("First", "done"), ("Second", "done")]
    assert Watched(only="First").run(tmp_path) == [("First", "cached")]


def test_an_unknown_stage_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no stage 'Forth'; the stages are First, Second, Third"):
        Watched(only="Forth").run(tmp_path)


def test_a_failure_names_its_stage_and_keeps_its_cause(tmp_path: Path) -> None:
    watched = Watched()
    with pytest.raises(StageError) as failure:
        watched.run(tmp_path, fail="user")
    assert failure.value.stage == "First"
    assert isinstance(failure.value.__cause__, UserError)
    assert watched.states == [("First", "start"), ("First", "failed")]


def test_a_failed_stage_runs_again_once_it_is_mended(tmp_path: Path) -> None:
    with pytest.raises(StageError):
        Watched().run(tmp_path, fail="user")
    assert Watched().run(tmp_path)[0] == ("First", "done")


def test_the_commands_own_arguments_do_not_reach_beam(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["upnext", "run", "--data", "here"]
    monkeypatch.setattr(sys, "argv", arguments)
    seen = []
    ObservedDagRunner(lambda *_: seen.append(list(sys.argv))).run(toy_pipeline(tmp_path))
    assert seen[0] == ["upnext"]
    assert sys.argv == arguments
