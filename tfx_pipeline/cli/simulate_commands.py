"""`upnext simulate`: its flags, and what it does."""

import argparse
from pathlib import Path
from typing import Final

from listening_log.errors import UsageError
from tfx_pipeline.home.layout import Home
from tfx_pipeline.terminal.console import Console

LISTENERS: Final = 100


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of `upnext simulate`."""
    parser.add_argument(
        "--home", required=True, type=Home, metavar="DIR", help="folder of an earlier `upnext run`"
    )
    for flag, default, text in (
        ("--weeks", 1, "how long they live"),
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
    parser.set_defaults(command=simulate)


def simulate(
    console: Console, *, home: Home, weeks: int, listeners: int, seed: int, data: Path | None, address: str
) -> int:
    """Prints what came of each life."""
    from components.pushed.pushed_models import PushedModels
    from models import names

    PushedModels(home.serving).served(names.SCANN, names.UPNEXT)  # refused before anything is written
    home.prepare()
    console.redirect(home.new_log("simulate"))
    from serving.lean_tensorflow import skip_public_interface

    skip_public_interface()  # its messages are needed, TensorFlow is not
    from tfx_pipeline.simulation.running import run

    print(run(home, weeks, data, listeners, seed, address), file=console.out)
    return 0


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise UsageError(f"{text}: expected a number of at least 1")
    return int(text)
