"""A small world whose runs are interrupted, and what is asked of the HOME that they leave."""

import ast
import json
import os
import re
import select
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from listening_log.world import make_world
from models import names
from tests.integration.whole import ROOT, environment, run_words

USERS, ITEMS, DAYS, SEED = 150, 300, 40, 3
SETTINGS = (
    "ranker.max_epochs=4",
    "ranker.dimension=32",
    "ranker.blocks=1",
    "retrieval.max_epochs=4",
    "retrieval.dimension=32",
)
COMPLETE = 3
_RECORD = re.compile(r"upnext\.progress: (\w+) (\{.*\})$")


def make_data(folder: Path) -> Path:
    """The world's tables."""
    make_world(folder, users=USERS, items=ITEMS, days=DAYS, seed=SEED)
    return folder


# Loads what takes long once; then each line of stdin is a command, run in a forked process group of its own.
_STARTER = """
import json, os, signal, sys
import models
from tfx_pipeline import pipeline
from tfx_pipeline.cli import main
from tfx_pipeline.local import dag_runner, runner
from components.trainer import ranker, retrieval

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
for line in sys.stdin:
    request = json.loads(line)
    process = os.fork()
    if process == 0:
        os.setsid()
        for descriptor, path in ((0, os.devnull), (1, request["out"]), (2, request["err"])):
            os.dup2(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC), descriptor)
        sys.argv = ["upnext", *request["words"]]
        os._exit(main.main())
    print(process, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)
"""


class Starter:
    """Starts `upnext` without the half minute that importing TFX takes."""

    def __init__(self) -> None:
        self._started: int | None = None
        self._process = subprocess.Popen(
            [sys.executable, "-c", _STARTER],
            cwd=ROOT, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def start(self, words: list[str], out: Path, err: Path) -> int:
        """The new process's id."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"words": words, "out": str(out), "err": str(err)}) + "\n")
        self._process.stdin.flush()
        self._started = int(self._line())
        return self._started

    def poll(self, seconds: float = 0.0) -> int | None:
        """The exit code of what was started last, None if it runs on."""
        assert self._process.stdout is not None
        readable, _, _ = select.select([self._process.stdout], [], [], seconds)
        if not readable:
            return None
        self._started = None
        return int(self._line())

    def close(self) -> None:
        """Ends it, and what it started if a test has left that running."""
        if self._started is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._started, signal.SIGKILL)
        self._process.kill()
        self._process.wait()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


class Run:
    """An `upnext run` in a process group of its own, followed through its log."""

    def __init__(self, starter: Starter, data: Path, home: Path, settings: Sequence[str] = SETTINGS) -> None:
        self.home = home
        self.code: int | None = None
        self._starter = starter
        self._before = set(home.glob("logs/run-*.log"))
        self._out, self._err = data.with_name("out.txt"), data.with_name("err.txt")  # HOME's disk may be full
        self.pid = starter.start(run_words(data, home, settings), self._out, self._err)

    @property
    def out(self) -> str:
        """What stdout got."""
        return self._out.read_text()

    @property
    def err(self) -> str:
        """What stderr got."""
        return self._err.read_text()

    @property
    def log(self) -> Path | None:
        """The run's own log, once there is one."""
        return next((path for path in self.home.glob("logs/run-*.log") if path not in self._before), None)

    def records(self) -> list[tuple[str, dict[str, Any]]]:
        """What stages have reported: each stage's name and facts."""
        lines = self.log.read_text(errors="replace").splitlines(keepends=True) if self.log else []
        matches = [_RECORD.search(line.rstrip("\n")) for line in lines if line.endswith("\n")]
        return [(match[1], ast.literal_eval(match[2])) for match in matches if match]

    def ended(self, state: str) -> list[str]:
        """The stages that ended so, in order."""
        return [stage for stage, facts in self.records() if facts.get("state") == state]

    def wait_for(self, happened: Callable[["Run"], bool], seconds: float = 1200) -> bool:
        """Whether it happened before the process ended."""
        end = time.monotonic() + seconds
        while not happened(self):
            if self.poll(0.02) is not None:
                return happened(self)
            assert time.monotonic() < end, self.out
        return True

    def poll(self, seconds: float) -> int | None:
        """The exit code; None if it still runs after so long."""
        if self.code is None:
            self.code = self._starter.poll(seconds)
        return self.code

    def kill(self, number: int = signal.SIGKILL) -> None:
        """The whole group, as the system does when memory is short, or a machine that is switched off."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)
        assert self.poll(60) is not None

    def end(self, seconds: float = 1800) -> int | None:
        """The exit code, once it has ended."""
        return self.poll(seconds)


def executing(home: Path) -> dict[str, int]:
    """Stages by how many of their executions the metadata does not know to have ended."""
    with closing(sqlite3.connect(f"file:{home / 'metadata.db'}?mode=ro", uri=True)) as database:
        rows = database.execute(
            "SELECT Type.name, COUNT(*) FROM Execution JOIN Type ON Type.id = Execution.type_id "
            "WHERE last_known_state IN (1, 2) GROUP BY Type.name"
        )
        return dict(rows)


def unfinished_folders(home: Path) -> list[Path]:
    """Outputs of executions that are not complete."""
    with closing(sqlite3.connect(f"file:{home / 'metadata.db'}?mode=ro", uri=True)) as database:
        rows = database.execute("SELECT id FROM Execution WHERE last_known_state = ?", (COMPLETE,))
        complete = {str(number) for (number,) in rows}
    folders = [path for path in home.glob("artifacts/*/[!.]*/*") if path.name.isdecimal()]
    return [path for path in folders if path.name not in complete]


def served_versions(home: Path) -> dict[tuple[str, str], list[int]]:
    """The numbered folders of each model, lowest first; each must be whole."""
    numbers = {}
    for build in names.BUILDS:
        for model in names.MODELS:
            folders = [path for path in home.glob(f"serving/{build}/{model}/*") if path.name.isdecimal()]
            for path in folders:
                _assert_whole(home, build, model, path)
            numbers[build, model] = sorted(int(path.name) for path in folders)
    return numbers


def _assert_whole(home: Path, build: str, model: str, version: Path) -> None:
    """Every file of a version is, to the byte count, that of what was composed."""
    composed = [_sizes(path / build / model) for path in home.glob("artifacts/Composer/models/*")]
    assert _sizes(version) in composed, version


def _sizes(folder: Path) -> dict[str, int]:
    return {
        str(path.relative_to(folder)): path.stat().st_size for path in folder.rglob("*") if path.is_file()
    }
