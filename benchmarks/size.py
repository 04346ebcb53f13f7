"""The commands that read a whole log, each in a fresh process, on made logs of growing size: time and memory."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.made_logs import world_size
from tfx_pipeline.terminal.stage_progress import duration
from tfx_pipeline.terminal.tables import render_table

SIZES: Final = (10_000, 3_000_000, 30_000_000)
"""Events. The first one is so small that it shows what a command costs before it has read anything."""
ITEMS: Final = 30_000
"""The same catalogue for all sizes: it is held in memory, the events are not."""
SKEWED: Final = 6_000_000
MAKE: Final = "data make"
IMPORT: Final = "data import movielens"
CHECK: Final = "data check"
GENERATE: Final = "example generation"
_COMMANDS: Final = (MAKE, IMPORT, CHECK, GENERATE)
_LAST_CHARACTERS: Final = 2000


@dataclass(frozen=True)
class Usage:
    """What a process took."""

    wall: float
    """Wall-clock time in seconds."""
    cpu: float
    """Seconds of all its threads: what company on the machine stretches least."""
    peak_mib: int
    """Most resident memory, as the kernel counted it."""


@dataclass(frozen=True)
class SizedRun:
    """What one command took on one log."""

    command: str
    log: str
    """`plain`, or how it is skewed: `listener`, `item`."""
    events: int
    usage: Usage


def measure_sizes(sizes: Sequence[int], folder: Path, seed: int) -> list[SizedRun]:
    """Each command on a made log of each size."""
    return [run for size in sizes for run in _measure_log("plain", size, folder, seed, _COMMANDS)]


def measure_skewed(events: int, folder: Path, seed: int) -> list[SizedRun]:
    """Check and example generation on a plain log, on one with a huge listener, and on one with a huge item."""
    return [
        run
        for log in ("plain", "listener", "item")
        for run in _measure_log(log, events, folder, seed, (CHECK, GENERATE))
    ]


def size_table(runs: Sequence[SizedRun]) -> str:
    """A line a command and size."""
    rows = [
        (run.command, f"{run.events:,}", *_cells(run.usage))
        for run in sorted(runs, key=lambda run: _COMMANDS.index(run.command))
    ]
    return render_table(rows, ("command", "events", "wall", "CPU", "peak MiB"))


def skew_table(runs: Sequence[SizedRun]) -> str:
    """A line a command and log, with its CPU time as a multiple of the plain log's."""
    plain = {run.command: run.usage.cpu for run in runs if run.log == "plain"}
    rows = [
        (run.command, run.log, *_cells(run.usage), f"{run.usage.cpu / plain[run.command]:.2f}")
        for run in sorted(runs, key=lambda run: _COMMANDS.index(run.command))
    ]
    return render_table(rows, ("command", "log", "wall", "CPU", "peak MiB", "CPU / plain"))


def _cells(usage: Usage) -> tuple[str, str, str]:
    return duration(usage.wall), duration(usage.cpu), f"{usage.peak_mib:,}"


def _measure_log(log: str, events: int, folder: Path, seed: int, commands: Sequence[str]) -> list[SizedRun]:
    at = folder / f"{log}-{events}"
    world, data, release, imported, out = (at / n for n in ("world", "data", "release", "imported", "out"))
    upnext = ("-m", "tfx_pipeline.cli.main")
    try:
        make = (*upnext, "data", "make", "--out", str(world), "--seed", str(seed))
        usage = {MAKE: run_alone(*make, *world_size(events, ITEMS))}
        if log == "plain":
            data = world
        else:
            run_alone("-m", "benchmarks.made_logs", log, str(world), str(data))
        if IMPORT in commands:
            run_alone("-m", "benchmarks.made_logs", "ratings", str(world), str(release))
            words = ("data", "import", "movielens", str(release), "--out", str(imported))
            usage[IMPORT] = run_alone(*upnext, *words)
            shutil.rmtree(release)
        usage[CHECK] = run_alone(*upnext, "data", "check", str(data))
        usage[GENERATE] = run_alone("-m", "benchmarks.generate", str(data), str(out))
        size = _events_of(data)
    finally:
        shutil.rmtree(at, ignore_errors=True)
    runs = [SizedRun(command, log, size, usage[command]) for command in commands]
    for run in runs:
        print(f"{run.command}, {run.log}, {run.events:,} events: {run.usage}", file=sys.stderr, flush=True)
    return runs


def run_alone(*words: str) -> Usage:
    """Runs Python with `words` in a process of its own, whose peak is the one that the kernel counted.

    Where it fails, the end of what it printed is shown.

    Raises:
        CalledProcessError: it failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures.json"
        command = [sys.executable, "-m", "benchmarks.alone", str(figures), *words]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            print(done.stdout[-_LAST_CHARACTERS:])
            done.check_returncode()
        return Usage(**json.loads(figures.read_text()))


def _events_of(data: Path) -> int:
    import pyarrow.parquet as pq

    return int(pq.read_metadata(data / "events.parquet").num_rows)
