"""`upnext simulate`: its flags, and what it does."""

import argparse
from pathlib import Path
from typing import Final

from listening_log.errors import UsageError
from tfx_pipeline.home.layout import Home
from tfx_pipeline.terminal.console import Console

LISTENERS: Final = 100
DAYS_A_SPAN: Final = 7


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of `upnext simulate`."""
    parser.add_argument(
        "--home", required=True, type=Home, metavar="DIR", help="folder of an earlier `upnext run`"
    )
    for flag, default, text in (
        ("--weeks", 1, "how long they live"),
        ("--days-a-span", DAYS_A_SPAN, "the models learn so many days apart"),
        ("--listeners", LISTENERS, "how many of the world's listeners"),
        ("--seed", 1, "the same seed, the same days"),
    ):
        parser.add_argument(
            flag, type=_count, default=default, metavar="N", help=f"{text}; default: {default}"
        )
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="the made world; default: what the last run read"
    )
    parser.add_argument(
        "--address", default="", metavar="HOST:PORT", help="gRPC of a model server; default: one is started"
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="new folder for logs and HOMEs of the lives; default: under HOME",
    )
    parser.add_argument("--no-train", action="store_true", help="leave the models as they were pushed")
    parser.set_defaults(command=simulate)


def simulate(
    console: Console,
    *,
    home: Home,
    weeks: int,
    days_a_span: int,
    listeners: int,
    seed: int,
    data: Path | None,
    address: str,
    out: Path | None,
    no_train: bool,
) -> int:
    """Prints what came of each life."""
    if address and not no_train:
        raise UsageError("--address serves models that stay as they are: give --no-train too")
    from components.pushed.pushed_models import PushedModels
    from models import names

    PushedModels(home.serving).served(names.SCANN, names.UPNEXT)  # refused before anything is written
    home.prepare()
    log = home.new_log("simulate")
    console.redirect(log)
    from serving.lean_tensorflow import skip_public_interface

    skip_public_interface()  # its messages are needed, TensorFlow is not
    from tfx_pipeline.simulation.running import run

    out = out or home.simulations / log.stem
    print(f"upnext: the lives are in {out}; details: {log}", file=console.out, flush=True)
    lived = run(
        home,
        out,
        _span_lengths(7 * weeks, days_a_span),
        data,
        listeners,
        seed,
        train=not no_train,
        address=address,
        say=lambda line: print(line, file=console.out, flush=True),
    )
    print(lived, file=console.out)
    return 0


def _span_lengths(days: int, most: int) -> list[int]:
    """Returns the days of each span: all as long as may be, but for the rest at the end."""
    return [min(most, days - first) for first in range(0, days, most)]


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise UsageError(f"{text}: expected a number of at least 1")
    return int(text)
