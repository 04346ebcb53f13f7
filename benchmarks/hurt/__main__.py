"""Hurts a real server process, and says what it bore. Exit code 1 where it bore less than it should.

python -m benchmarks.hurt faults
python -m benchmarks.hurt malformed --requests 1000000
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.hurt.faults import Faults, Outcome
from benchmarks.hurt.model import MODEL, Pushes
from benchmarks.hurt.process import Server
from benchmarks.hurt.siege import Siege, lay_siege
from benchmarks.hurt.wrong_http import BODY_BYTES, ROWS
from listening_log.errors import UserError
from serving.model_configs import config_text
from serving.stderr import divert_noise
from tfx_pipeline.terminal.exit_codes import exit_code_of
from tfx_pipeline.terminal.tables import render_table

MOST_GROWTH = 0.05  # of memory, by wrong requests


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one of the two. Returns the exit code."""
    args = _parser().parse_args(argv)
    try:
        with divert_noise(None), tempfile.TemporaryDirectory() as folder:
            if args.what == "faults":
                return _run_faults(Path(folder), args)
            return _run_siege(Path(folder), args)
    except UserError as error:
        print(error, file=sys.stderr)
        return exit_code_of(error)


def prepare(folder: Path) -> tuple[Server, Pushes, Path]:
    """Lays out a server that looks often for versions and for its config, and has small limits.

    Returns:
        The server, which isn't started; the versions of its model; its config file.
    """
    pushes, config = Pushes(folder / "models" / MODEL), folder / "models.config"
    config.write_text(config_text({MODEL: pushes.base}))
    flags = [f"--model_config_file={config}", "--model_config_file_poll_wait_seconds=0.2"]
    flags += ["--file_system_poll_wait_seconds=0.2", "--load_retry_interval_micros=500000"]
    flags += [f"--max_batch_rows={ROWS}", f"--max_message_bytes={BODY_BYTES}"]
    return Server(flags, folder), pushes, config


def _run_faults(folder: Path, args: argparse.Namespace) -> int:
    server, pushes, config = prepare(folder)
    try:
        outcomes = Faults(server, pushes, config).run(args.swaps, lambda text: print(text, flush=True))
    finally:
        server.stop()
    print(faults_table(outcomes))
    for outcome in outcomes:
        for error in outcome.errors:
            print(f"{outcome.fault}: {error}")
    _write(args.json, [asdict(outcome) for outcome in outcomes])
    return int(any(outcome.wrong or outcome.failed for outcome in outcomes))


def _run_siege(folder: Path, args: argparse.Namespace) -> int:
    server, pushes, _ = prepare(folder)
    try:
        siege = lay_siege(server, pushes, args.requests, args.idle, args.slow, args.seed)
    finally:
        server.stop()
    print(siege_table(siege))
    print(
        f"memory {siege.memory[0]:,.0f} to {siege.memory[1]:,.0f} MiB ({siege.growth:+.1%}),"
        f" threads {siege.threads[0]} to {siege.threads[1]};"
        f" right requests meanwhile {siege.right:,}, failed {siege.failed}, p50 {siege.p50} ms, p99 {siege.p99} ms"
    )
    for tally in siege.ways.values():
        for surprise, count in tally.surprises.most_common(20):
            print(f"{count:,} x {surprise}")
    _write(args.json, {**vars(siege), "ways": {way: vars(tally) for way, tally in siege.ways.items()}})
    is_hurt = not siege.is_alive or siege.surprises or siege.failed or siege.growth > MOST_GROWTH
    return int(bool(is_hurt))


def faults_table(outcomes: Sequence[Outcome]) -> str:
    """Lays out a line for each fault."""
    headers = ("fault", "seconds", "requests", "wrong", "failed", "nothing ran", "p50 ms", "p99 ms")
    rows = [
        [
            outcome.fault,
            f"{outcome.seconds:.0f}",
            f"{outcome.requests:,}",
            f"{outcome.wrong:,}",
            f"{outcome.failed:,}",
            f"{outcome.excused:,}",
            f"{outcome.p50:.1f}",
            f"{outcome.p99:.1f}",
        ]
        for outcome in outcomes
    ]
    return render_table(rows, headers)


def siege_table(siege: Siege) -> str:
    """Lays out a line for each way that wrong requests went."""
    headers = ("way", "wrong requests", "kinds", "seconds", "a second", "answered otherwise")
    rows = []
    for way, tally in siege.ways.items():
        total, otherwise = tally.sent.total(), tally.surprises.total()
        rate = total / max(tally.seconds, 0.001)
        rows.append(
            [
                way,
                f"{total:,}",
                str(len(tally.sent)),
                f"{tally.seconds:.0f}",
                f"{rate:,.0f}",
                f"{otherwise:,}",
            ]
        )
    total = sum(tally.sent.total() for tally in siege.ways.values())
    rate = total / max(siege.seconds, 0.001)
    rows.append(["all", f"{total:,}", "", f"{siege.seconds:.0f}", f"{rate:,.0f}", f"{siege.surprises:,}"])
    return render_table(rows, headers)


def _write(path: str | None, content: object) -> None:
    if path:
        Path(path).write_text(json.dumps(content, indent=2) + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hurt", description=__doc__)
    parsers = parser.add_subparsers(dest="what", required=True)
    faults = parsers.add_parser(
        "faults", help="swaps, broken versions, reloads, SIGTERM, SIGKILL, under load"
    )
    faults.add_argument("--swaps", type=int, default=20, metavar="N", help="default: 20")
    malformed = parsers.add_parser("malformed", help="wrong requests, idle and slow clients")
    add = malformed.add_argument
    add("--requests", type=int, default=100_000, metavar="N", help="wrong ones; default: 100000")
    add("--idle", type=int, default=500, metavar="N", help="connections that say nothing; default: 500")
    add(
        "--slow", type=int, default=50, metavar="N", help="connections that send a byte a second; default: 50"
    )
    add("--seed", type=int, default=1, metavar="S")
    for one in (faults, malformed):
        one.add_argument("--json", metavar="FILE", help="write the figures there too")
    return parser


if __name__ == "__main__":
    sys.exit(main())
