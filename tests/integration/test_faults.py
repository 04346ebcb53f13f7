"""Whatever kills a run, and wherever: the next one goes on, and nobody is served half a model."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from models import names
from tests.integration.faulty import (
    SETTINGS,
    Run,
    Starter,
    executing,
    make_data,
    served_versions,
    unfinished_folders,
)
from tests.integration.whole import ROOT, environment
from tests.serving.running import free_port
from tests.support.small_disk import grow, small_disk

pytestmark = [pytest.mark.long, pytest.mark.timeout(7200)]

TRAINERS = ("RetrievalTrainer", "RankerTrainer", "RetrievalFinalTrainer", "RankerFinalTrainer")
KILOBYTES = (100, 600, 1200, 2500, 5000, 10_000, *range(16_000, 200_000, 12_000))
SECONDS_INTO = {  # a stage; the others are killed as they start
    "ListeningLogExampleGen": 2.0,
    "LogStatistics": 1.0,
    "LogTransform": 4.0,
    "CatalogTransform": 4.0,
    "RankingEvaluator": 3.0,
    "Evaluator": 3.0,
    "Composer": 6.0,
}


@pytest.fixture
def starter() -> Iterator[Starter]:
    """What takes long to load is loaded once a test, not once a run."""
    starter = Starter()
    yield starter
    starter.close()


def under_way(run: Run, stage: str) -> bool:
    """Waits until a stage is in the middle of its work; False if the run ended before."""
    if not run.wait_for(lambda run: (stage, "start") in states(run)):
        return False
    if stage in TRAINERS[:2]:
        return run.wait_for(
            lambda run: bool(list(run.home.glob(f"artifacts/{stage}/.checkpoints/*/fit.npz")))
        )
    if stage == "ServingCheck":
        note = "asking a fresh server"
        return run.wait_for(lambda run: (stage, note) in [(s, f.get("note")) for s, f in run.records()])
    if stage == "Push":
        return run.wait_for(lambda run: bool(list(run.home.glob("serving/*/*/.staging-*"))))
    time.sleep(SECONDS_INTO.get(stage, 0.0))
    return True


def states(run: Run) -> list[tuple[str, str]]:
    return [(stage, facts["state"]) for stage, facts in run.records() if "state" in facts]


def ready(home: Path) -> str:
    """What `upnext serve` says once it serves."""
    words = ["serve", "--home", str(home), "--grpc-port", str(free_port()), "--rest-port", str(free_port())]
    process = subprocess.Popen(
        [sys.executable, "-m", "tfx_pipeline.cli.main", *words],
        cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        return next(line for line in process.stdout if line.startswith("ready:"))
    finally:
        process.terminate()
        process.wait(60)


def test_a_run_that_is_killed_in_each_stage_ends_as_if_nothing_had_been(
    tmp_path: Path, starter: Starter
) -> None:
    data, home = make_data(tmp_path / "data"), tmp_path / "home"
    killed: list[str] = []
    done: list[str] = []
    resumed: set[str] = set()
    while True:
        run = Run(starter, data, home)
        stage = next_to_kill(run, killed)
        if stage is None:
            break
        under_way(run, stage)
        run.kill()
        killed.append(stage)
        done += run.ended("done")
        resumed |= {name for name, facts in run.records() if "resumed" in str(facts.get("note"))}
        assert not any(served_versions(home).values())  # no push has ended
    assert run.end() == 0, run.out + run.err
    assert run.out.splitlines()[-1].startswith("pushed version ")
    done += run.ended("done")
    resumed |= {name for name, facts in run.records() if "resumed" in str(facts.get("note"))}

    assert sorted(killed) == sorted(set(run.ended("cached") + run.ended("done")))  # every stage was killed
    assert sorted(done) == sorted(set(done))  # none ran again once it had finished
    assert set(TRAINERS[:2]) <= resumed
    assert executing(home) == {}
    assert unfinished_folders(home) == []
    assert not list(home.glob("artifacts/*/.checkpoints/*"))
    assert not (home / ".tmp").exists()
    assert json.loads((home / "run.json").read_text())["ended"] == "done"

    (version,) = served_versions(home)[names.SCANN, names.UPNEXT]
    a_second_push_is_killed(starter, data, home, version)


def next_to_kill(run: Run, killed: list[str]) -> str | None:
    """The first stage that starts, is not in the cache and was not killed yet; None if the run ends before."""
    started_stages: list[str] = []

    def started(run: Run) -> bool:
        stage_states = states(run)
        ended = {stage for stage, state in stage_states if state != "start"}
        started_stages[:] = [
            stage for stage, _ in stage_states if stage not in killed and stage not in ended
        ][:1]
        return bool(started_stages)

    return started_stages[0] if run.wait_for(started) else None


def a_second_push_is_killed(starter: Starter, data: Path, home: Path, version: int) -> None:
    """The same models as another version: killed on the way, the first one goes on being served."""
    settings = (*SETTINGS, "keep.versions=2")
    run = Run(starter, data, home, settings)
    assert under_way(run, "Push")
    run.kill()
    assert "done" not in dict(states(run)).values()
    assert {tuple(versions) for versions in served_versions(home).values()} == {(version,)}
    assert f"upnext {version}" in ready(home)

    run = Run(starter, data, home, settings)
    assert run.end() == 0
    assert run.ended("done") == ["Push"]
    (after,) = {tuple(versions) for versions in served_versions(home).values()}
    assert after[0] == version
    assert len(after) == 2
    assert not list(home.rglob(".staging-*"))
    assert f"upnext {after[1]}" in ready(home)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_says_so_and_takes_its_children_with_it(
    tmp_path: Path, starter: Starter, number: signal.Signals
) -> None:
    data, home = make_data(tmp_path / "data"), tmp_path / "home"
    run = Run(starter, data, home, (*SETTINGS, "beam.workers=2"))
    assert under_way(run, "ListeningLogExampleGen")
    os.kill(run.pid, number)
    assert run.end(60) == 1
    assert run.err == "upnext: stopped\n"
    time.sleep(1)
    assert processes_of(run.pid) == []
    record = json.loads((home / "run.json").read_text())
    assert (record["exit_code"], record["ended"]) == (1, "stopped")


def test_a_killed_run_leaves_no_processes(tmp_path: Path, starter: Starter) -> None:
    data, home = make_data(tmp_path / "data"), tmp_path / "home"
    run = Run(starter, data, home, (*SETTINGS, "beam.workers=2"))
    assert under_way(run, "ListeningLogExampleGen")
    os.kill(run.pid, signal.SIGKILL)  # this one alone: its workers find out by themselves
    assert run.end(60) == -signal.SIGKILL
    end = time.monotonic() + 60
    while processes_of(run.pid):
        assert time.monotonic() < end, processes_of(run.pid)
        time.sleep(0.5)


def test_a_log_that_vanishes_while_it_is_read_is_one_line(tmp_path: Path, starter: Starter) -> None:
    data, home = make_data(tmp_path / "data"), tmp_path / "home"
    run = Run(starter, data, home)
    assert run.wait_for(lambda run: ("ListeningLogExampleGen", "start") in states(run))
    data.rename(tmp_path / "gone")
    assert run.end() == 1
    assert run.err.count("\n") == 1
    assert str(data) in run.err
    (tmp_path / "gone").rename(data)
    run = Run(starter, data, home)
    assert run.wait_for(lambda run: "ListeningLogExampleGen" in run.ended("done"))
    run.kill()


def test_a_disk_that_is_full_later_each_time_is_one_line_each_time(tmp_path: Path, starter: Starter) -> None:
    data = make_data(tmp_path / "data")
    messages: list[str] = []
    done: list[str] = []
    with small_disk(tmp_path / "disk", 100) as disk:
        home = disk / "home"
        for kilobytes in KILOBYTES:
            grow(disk, kilobytes)
            run = Run(starter, data, home)
            code = run.end()
            done += run.ended("done")
            print(kilobytes, code, run.err, run.ended("failed"), flush=True)
            if code == 0:
                break
            assert code == 1
            assert run.err.count("\n") == 1
            assert f"the disk of {home} is full" in run.err or "No space left on device" in run.err
            messages.append(run.err)
            assert not any(served_versions(home).values())
            assert not list(home.glob("serving/*/*/.staging-*"))
        assert run.out.splitlines()[-1].startswith("pushed version ")
        assert all(versions for versions in served_versions(home).values())
        assert unfinished_folders(home) == []
    assert len(set(messages)) >= 4
    assert sorted(done) == sorted(set(done))


def processes_of(session: int) -> list[str]:
    """What still runs of a process group: command lines."""
    listing = subprocess.run(["ps", "-eo", "sess=,stat=,args="], capture_output=True, text=True, check=True)
    rows = [line.split(None, 2) for line in listing.stdout.splitlines()]
    return [args for leader, state, args in rows if leader == str(session) and not state.startswith("Z")]
