"""Runs the whole pipeline on a made world and prints wall time and peak memory of each stage.

python -m benchmarks.pipeline --events 1000000 --set ranker.max_epochs=2

With `--size` instead the commands that read a whole log, each in a process of its own, on logs of growing size.

python -m benchmarks.pipeline --size
"""

import argparse
import contextlib
import dataclasses
import json
import logging
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil

from benchmarks.made_logs import EVENTS_AN_ITEM, world_size
from benchmarks.meter import Measured, Memory, StageMeter
from benchmarks.size import SIZES, SKEWED, measure_sizes, measure_skewed, size_table, skew_table
from tfx_pipeline.cli import main as cli
from tfx_pipeline.terminal.progress import LOGGER
from tfx_pipeline.terminal.stage_progress import duration
from tfx_pipeline.terminal.tables import render_table


def main(argv: Sequence[str] | None = None) -> int:
    """Measures one run. Returns its exit code; 3 (a gate said no) is likely where training is cut short."""
    args = _parser().parse_args(argv)
    if args.size is not None:
        return _size(args.size or SIZES, args.skewed, args.seed, args.json)
    with contextlib.ExitStack() as stack:
        home = Path(args.home or f"{stack.enter_context(tempfile.TemporaryDirectory())}/home")
        memory = stack.enter_context(Memory())
        meter = StageMeter(memory)
        data = Path(args.data) if args.data else home.parent / f"{home.name}-data"
        if not args.data:
            size = world_size(args.events, args.items)
            with meter.measure("(make the world)"):
                _upnext("data", "make", "--out", str(data), "--seed", str(args.seed), *size)
        overrides = [word for value in args.set for word in ("--set", value)]
        with _listening(meter):
            code = cli.main(["run", "--data", str(data), "--home", str(home), *overrides])
        facts = {"exit_code": code, "settings": args.set, **_log_facts(data), **_machine()}
    print()
    print(table(meter.measured))
    print(", ".join(f"{key.replace('_', ' ')} {value}" for key, value in facts.items()))
    if args.json:
        stages = [dataclasses.asdict(one) for one in meter.measured]
        Path(args.json).write_text(json.dumps({**facts, "stages": stages}, indent=2) + "\n")
    return code


def _size(sizes: Sequence[int], skewed: int, seed: int, json_file: str | None) -> int:
    with tempfile.TemporaryDirectory() as folder:
        sized = measure_sizes(sizes, Path(folder), seed)
        print(size_table(sized), flush=True)
        slanted = measure_skewed(skewed, Path(folder), seed) if skewed else []
    if slanted:
        print()
        print(skew_table(slanted))
    print(", ".join(f"{key.replace('_', ' ')} {value}" for key, value in _machine().items()))
    if json_file:
        runs = {"sizes": sized, "skewed": slanted}
        figures = {name: [dataclasses.asdict(one) for one in records] for name, records in runs.items()}
        Path(json_file).write_text(json.dumps({**_machine(), **figures}, indent=2) + "\n")
    return 0


def table(measured: Sequence[Measured]) -> str:
    """A line a stage, then the whole: the sum of the times, the highest of the peaks."""
    rows = [
        (one.stage, one.state, duration(one.seconds), f"{one.start_mib:,}", f"{one.peak_mib:,}")
        for one in measured
    ]
    total = sum(one.seconds for one in measured)
    highest = max((one.peak_mib for one in measured), default=0)
    return render_table(
        [*rows, ("whole", "", duration(total), "", f"{highest:,}")],
        ("stage", "state", "wall", "MiB at start", "peak MiB"),
    )


@contextlib.contextmanager
def _listening(meter: StageMeter) -> Iterator[None]:
    logger = logging.getLogger(LOGGER)
    logger.addHandler(meter)
    try:
        yield
    finally:
        logger.removeHandler(meter)


def _upnext(*words: str) -> None:
    """A command in a process of its own, so that it leaves nothing in this one's memory."""
    subprocess.run([sys.executable, "-m", "tfx_pipeline.cli.main", *words], check=True)


def _log_facts(data: Path) -> dict[str, Any]:
    import pyarrow.parquet as pq

    files = {name: data / f"{name}.parquet" for name in ("events", "catalog")}
    return {name: pq.read_metadata(path).num_rows for name, path in files.items() if path.is_file()}


def _machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "load": round(os.getloadavg()[2], 1),
        "python": platform.python_version(),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pipeline", description=__doc__)
    add = parser.add_argument
    add("--events", type=int, default=1_000_000, metavar="N", help="of the made world; default: 1000000")
    add("--items", type=int, metavar="N", help=f"of its catalogue; default: 1 per {EVENTS_AN_ITEM} events")
    add("--seed", type=int, default=1, metavar="S")
    add("--data", metavar="DIR", help="measure on this log; none is made")
    add("--home", metavar="DIR", help="where the run goes and stays; default: a folder that is removed")
    add("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting of the run")
    sizes = " ".join(map(str, SIZES))
    add("--size", type=int, nargs="*", metavar="N", help=f"measure on so many events each; default: {sizes}")
    add("--skewed", type=int, default=SKEWED, metavar="N", help="events of the skewed logs after it; 0: none")
    add("--json", metavar="FILE", help="write the figures there too")
    return parser


if __name__ == "__main__":
    sys.exit(main())
