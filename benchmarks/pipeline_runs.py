"""Runs of the whole pipeline in processes of their own, and what is served, asked about the final events."""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.final_events import FinalEvents
from components.common.records import Evaluation
from models import names
from models.metrics import NOT_FOUND
from tfx_pipeline.home.executions import executions
from tfx_pipeline.home.layout import Home
from tfx_pipeline.terminal.exit_codes import DONE


class SeedRun(NamedTuple):
    """One run, with one seed."""

    seed: int
    exit_code: int
    """That of `upnext run`, 3 where a gate said no; else that of `upnext batch`."""
    wall: float
    """Seconds of the run, without the questions."""
    cpu: float
    """Seconds of CPU likewise, of all its processes."""
    evaluation: Evaluation | None
    """What the run measured on its `test`; None where it didn't get so far."""
    ranks: npt.NDArray[np.int64] | None
    """[Q] 0-based ranks of the final events by what is served; None where either command failed."""


def run_seed(data: Path, home: Path, events: FinalEvents, seed: int, settings: Sequence[str]) -> SeedRun:
    """Runs the pipeline on a log without its final events, and asks what it pushed for them.

    Args:
        data: the log.
        home: where the run goes.
        events: what was cut off.
        seed: of the run.
        settings: further `key=value` of the run.
    """
    words = [word for setting in (*settings, f"seed={seed}") for word in ("--set", setting)]
    wall, cpu = time.monotonic(), _cpu_of_children()
    code = upnext("run", "--data", str(data), "--home", str(home), *words)
    wall, cpu = time.monotonic() - wall, _cpu_of_children() - cpu
    folders = executions(Home(home).artifacts / "RankingEvaluator" / "evaluation")
    evaluation = Evaluation.find(folders[-1]) if folders else None
    ranks = None
    if code == DONE and evaluation:
        code, ranks = ask(home, events, evaluation.exclude_seen)
    return SeedRun(seed, code, wall, cpu, evaluation, ranks)


def ask(home: Path, events: FinalEvents, exclude_seen: bool) -> tuple[int, npt.NDArray[np.int64] | None]:
    """Asks `upnext batch` what each listener plays next; returns its exit code and the ranks [Q]."""
    histories = ((user, events.history_ids(row)) for row, user in enumerate(events.users))
    words = ["--exclude-history"] if exclude_seen else []
    return ask_batch(home, histories, events.target_ids, words)


def ask_batch(
    home: Path, histories: Iterable[tuple[str, Sequence[str]]], targets: Sequence[str], words: Sequence[str]
) -> tuple[int, npt.NDArray[np.int64] | None]:
    """Asks `upnext batch` what follows each history; returns its exit code and the ranks [Q].

    Args:
        home: of a run that pushed.
        histories: Q listeners' ids, each with the ids of what was played, oldest first.
        targets: [Q] ids of what was played next.
        words: further words of the command.
    """
    questions, answers = home / "questions.jsonl", home / "answers.jsonl"
    with questions.open("w", encoding="utf-8") as file:
        for user, items in histories:
            file.write(json.dumps({names.USER_ID: user, names.ITEM_IDS: items}) + "\n")
    files = ["--histories", str(questions), "--out", str(answers)]
    code = upnext("batch", "--home", str(home), *files, *words)
    if code != DONE:
        return code, None
    with answers.open(encoding="utf-8") as lines:
        return code, answered_ranks(lines, targets)


def answered_ranks(lines: Iterable[str], targets: Sequence[str]) -> npt.NDArray[np.int64]:
    """Ranks targets [Q] in answers of `upnext batch`: [Q], 0-based, `NOT_FOUND` below the answers."""
    ranks = np.full(len(targets), NOT_FOUND, np.int64)
    for row, (line, item) in enumerate(zip(lines, targets, strict=True)):
        ids = json.loads(line)[names.ITEM_IDS]
        if item in ids:
            ranks[row] = ids.index(item)
    return ranks


def upnext(*words: str) -> int:
    """Runs a command in a process of its own, all that it prints on stderr. Returns its exit code."""
    command = [sys.executable, "-m", "tfx_pipeline.cli.main", *words]
    return subprocess.run(command, stdout=sys.stderr).returncode


def _cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
