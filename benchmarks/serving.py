"""Latency and throughput of the served `upnext` model, over gRPC on loopback, from a real server process.

python -m benchmarks.serving --home HOME
"""

import argparse
import contextlib
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Final

import numpy as np

from listening_log.errors import UserError
from models import names
from serving.errors import ServerError
from serving.request import Wishes
from serving.stderr import divert_noise
from tfx_pipeline.terminal.exit_codes import exit_code_of
from tfx_pipeline.terminal.tables import render_table

CLIENTS: Final = (1, 8)
WARM_UP: Final = 20
"""Requests of each kind before the clock starts."""
HISTORIES: Final = 200
PERCENTILES: Final = (50, 95, 99)


@dataclass(frozen=True)
class Figures:
    """What one kind of request took, from the clients' side."""

    kind: str
    clients: int
    requests: int
    a_second: float
    milliseconds: dict[str, float]


def main(argv: Sequence[str] | None = None) -> int:
    """Measures the newest version under HOME. Returns the exit code."""
    args = _parser().parse_args(argv)
    try:
        with divert_noise(None):
            figures, facts = measure(Path(args.home), args.build, args.requests, args.length, args.seed)
    except (ServerError, UserError) as error:
        print(error, file=sys.stderr)
        return exit_code_of(error)
    print(table(figures))
    print(", ".join(f"{key.replace('_', ' ')} {value}" for key, value in facts.items()))
    if args.json:
        content = {**facts, "figures": [asdict(one) for one in figures]}
        Path(args.json).write_text(json.dumps(content, indent=2) + "\n")
    return 0


def measure(
    home: Path, build: str, requests: int, length: int, seed: int
) -> tuple[list[Figures], dict[str, object]]:
    """Starts the server, asks it `requests` times for each kind and number of clients, and stops it.

    Raises:
        UserError: nothing was pushed under `home`.
        ServerError: the server fails.
    """
    from components.pushed.pushed_models import PushedModels
    from components.serving_check.fresh_server import fresh_server

    served = PushedModels(home / "serving").served(build, names.UPNEXT)
    items = list(served.titles())
    histories = draw_histories(items, length, seed)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "server.log"
        start = time.monotonic()
        with fresh_server({names.UPNEXT: served.path}, log) as (address, _):
            facts: dict[str, object] = {
                "items": len(items),
                "history": length,
                "build": build,
                "start_and_warm_up_seconds": round(time.monotonic() - start, 1),
                "cores": os.cpu_count(),
                "load": round(os.getloadavg()[0], 1),
            }
            wishes: dict[str, Callable[[list[str]], Wishes]] = {
                "plain": lambda history: {},
                "without what was played": lambda history: {"exclude": [history]},
            }
            figures = [
                _ask(address, histories, kind, wish, clients, requests)
                for kind, wish in wishes.items()
                for clients in CLIENTS
            ]
    return figures, facts


def draw_histories(items: Sequence[str], length: int, seed: int) -> list[list[str]]:
    """Draws histories of ids from the catalogue; a request's cost doesn't depend on which."""
    draws = np.random.default_rng(seed).integers(len(items), size=(HISTORIES, length))
    return [[items[place] for place in row] for row in draws]


def _ask(
    address: str,
    histories: list[list[str]],
    kind: str,
    wish: Callable[[list[str]], Wishes],
    clients: int,
    requests: int,
) -> Figures:
    """Asks from `clients` threads, each with a connection of its own, one listener a request."""
    share = -(-requests // clients)
    seconds: list[list[float]] = [[] for _ in range(clients)]
    failures: list[BaseException] = []
    ready = threading.Barrier(clients + 1)

    def work(number: int) -> None:
        from serving.client import Client

        try:
            with Client(address) as client:
                for history in histories[:WARM_UP]:
                    client.recommend([history], k=10, **wish(history))
                ready.wait()
                for history in islice(cycle(histories), number, number + share):
                    start = time.perf_counter()
                    client.recommend([history], k=10, **wish(history))
                    seconds[number].append(time.perf_counter() - start)
        except BaseException as error:
            failures.append(error)
            ready.abort()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    with contextlib.suppress(threading.BrokenBarrierError):
        ready.wait()
    start = time.perf_counter()
    for thread in threads:
        thread.join()
    wall_seconds = time.perf_counter() - start
    if failures:
        raise next((e for e in failures if isinstance(e, ServerError)), failures[0])
    return summarise(kind, clients, np.concatenate(seconds), wall_seconds)


def summarise(kind: str, clients: int, seconds: np.ndarray, wall_seconds: float) -> Figures:
    """Sums up one kind of request.

    Args:
        kind: of the request.
        clients: how many asked side by side.
        seconds: what each request took.
        wall_seconds: what all of them took together.
    """
    percentiles = np.percentile(seconds, PERCENTILES) * 1000
    milliseconds = {
        f"p{p}": round(float(value), 1) for p, value in zip(PERCENTILES, percentiles, strict=True)
    }
    return Figures(kind, clients, len(seconds), round(len(seconds) / wall_seconds, 1), milliseconds)


def table(figures: Sequence[Figures]) -> str:
    """Lays out a line for each kind of request and number of clients."""
    rows = [
        (
            one.kind,
            str(one.clients),
            f"{one.requests:,}",
            f"{one.a_second:,.1f}",
            *(f"{value:,.1f}" for value in one.milliseconds.values()),
        )
        for one in figures
    ]
    return render_table(
        rows, ("request", "clients", "requests", "a second", *(f"p{p} ms" for p in PERCENTILES))
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving", description=__doc__)
    add = parser.add_argument
    add("--home", required=True, metavar="DIR", help="of a run that pushed")
    add("--build", choices=names.BUILDS, default=names.SCANN)
    add("--requests", type=int, default=800, metavar="N", help="of each kind; default: 800")
    add("--length", type=int, default=50, metavar="L", help="items of a history; default: 50")
    add("--seed", type=int, default=1, metavar="S")
    add("--json", metavar="FILE", help="write the figures there too")
    return parser


if __name__ == "__main__":
    sys.exit(main())
