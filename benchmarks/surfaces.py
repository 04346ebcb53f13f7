"""How long each destination takes over HTTP, at one client and at eight, and how much of the work is the models'.

python -m benchmarks.surfaces --home HOME
python -m benchmarks.surfaces --items 100000

`--items` makes a listening world of so many items, and served models of so many (random weights): what they answer
means nothing, what they cost is real.
"""

import argparse
import contextlib
import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.histories import item_ids
from benchmarks.load import WARM_UP, Figures, summarise
from components.pushed.pushed_models import PushedModels
from components.serving_check.fresh_server import fresh_server
from listening_log.cleaning.catalog import read_catalog
from listening_log.errors import UserError
from listening_log.world import make_world
from models import names
from serving.catalog_asset import write_catalog
from surfaces.common.catalogue import Catalogue
from surfaces.log.log_file import LogFile
from tfx_pipeline.home.layout import Home
from tfx_pipeline.home.run_record import RunRecord
from tfx_pipeline.surfaces.home_application import log_source, pushed_catalogue
from tfx_pipeline.terminal.exit_codes import FAILED, exit_code_of
from tfx_pipeline.terminal.stopping import end_children, stopped_by_signals
from tfx_pipeline.terminal.tables import render_table

DESTINATIONS: Final = ("home", "search", "discover-weekly", "daylist", "dj", "playlists")
CLIENTS: Final = (1, 8)
AT: Final = "2026-11-26T08:30:00+01:00"
PROMPT: Final = "half an hour of something calm, nothing i know"
LISTENERS, DAYS, SEED = 500, 30, 1
_START_SECONDS: Final = 600.0
_IDLE_SECONDS: Final = 30.0
_IDLE_CPU: Final = 0.05
"""Seconds of CPU in a second that a process at rest takes at most."""

Question = tuple[str, str, bytes | None]
"""Method, path with its query, body."""


def main(argv: Sequence[str] | None = None) -> int:
    """Prints a table. Returns the exit code."""
    args = _parser().parse_args(argv)
    try:
        with contextlib.ExitStack() as stack:
            stack.enter_context(stopped_by_signals(end_at_once))
            folder = Path(args.folder or stack.enter_context(tempfile.TemporaryDirectory()))
            home = Path(args.home) if args.home else made_home(folder, args.items)
            rows = measure(home, folder, args.requests, args.only)
    except UserError as error:
        print(error, file=sys.stderr)
        return exit_code_of(error)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return FAILED
    print(
        render_table(
            rows, ("destination", "clients", "a second", "p50 ms", "p99 ms", "models' CPU", "degraded")
        )
    )
    return 0


def end_at_once() -> None:
    """Ends this process and all that it has started: a second signal says so, or a long wait after the first."""
    end_children()
    os._exit(FAILED)


def made_home(folder: Path, items: int) -> Path:
    """Makes a HOME whose pushed models and log are of a made world; one that is there is taken."""
    home, data = folder / "home", folder / "data"
    if (home / "run.json").exists():
        return home
    make_world(data, users=LISTENERS, items=items, days=DAYS, seed=SEED)
    rename_items(data, items)
    assets = folder / "assets"
    write_catalog(assets, read_catalog(str(data)).table)
    words = [str(folder), str(items), names.SCANN, str(SEED), str(assets)]
    subprocess.run(
        [sys.executable, "-m", "benchmarks.made_models", *words],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    served = home / "serving" / names.SCANN
    for model in names.MODELS:
        (served / model).mkdir(parents=True, exist_ok=True)
        (folder / names.SCANN / str(items) / model).rename(served / model / "1")
    write_catalog(served / names.UPNEXT / "1" / names.EXTRA_ASSETS, read_catalog(str(data)).table)
    shutil.rmtree(assets)
    RunRecord(data_dir=str(data.resolve())).write(home)
    return home


def rename_items(data: Path, items: int) -> None:
    """Gives a world's items the ids that made models rank."""
    catalog = pq.read_table(data / "catalog.parquet")
    old = catalog["item_id"].combine_chunks()
    new = pa.array(item_ids(items), pa.binary()).cast(pa.string())
    events = pq.read_table(data / "events.parquet")
    places = pa.compute.index_in(events["item_id"], value_set=old)
    for table, column, name in ((catalog, new, "catalog"), (events, new.take(places), "events")):
        at = table.column_names.index("item_id")
        pq.write_table(table.set_column(at, "item_id", column), data / f"{name}.parquet")


def measure(
    home: Path, folder: Path, requests: int, destinations: Sequence[str] = DESTINATIONS
) -> list[tuple[str, ...]]:
    """Starts the models and the application, and asks some destinations.

    Raises:
        UserError: nothing was pushed under `home`, or a server doesn't start.
    """
    pushed = PushedModels(home / "serving")
    models = {model: pushed.served(names.SCANN, model).path for model in names.MODELS}
    rows = []
    with fresh_server(models, folder / "models.log") as (address, _):
        server = next(p for p in psutil.Process().children() if "bound_server" in " ".join(p.cmdline()))
        start = time.monotonic()
        with application(home, address, folder) as (port, app):
            print(f"the application was ready after {time.monotonic() - start:.1f} s", file=sys.stderr)
            every = all_questions(Home(home))
            for destination, questions in ((name, every[name]) for name in destinations):
                for clients in CLIENTS:
                    wait_until_idle(server, app)
                    before = cpu_seconds(server), cpu_seconds(app)
                    figures, degraded = ask(port, destination, questions, clients, requests)
                    own = [cpu_seconds(p) - b for p, b in zip((server, app), before, strict=True)]
                    rows.append(
                        (
                            destination,
                            str(clients),
                            f"{figures.a_second:,.1f}",
                            f"{figures.milliseconds['p50']:,.1f}",
                            f"{figures.milliseconds['p99']:,.1f}",
                            f"{own[0] / max(sum(own), 1e-9):.0%}",
                            f"{degraded:.0%}",
                        )
                    )
                    print(*rows[-1], file=sys.stderr)
    return rows


def wait_until_idle(*processes: psutil.Process) -> None:
    """Waits for what is still done after earlier answers: lists for the next page, half a minute at most."""
    end = time.monotonic() + _IDLE_SECONDS
    computed = -1.0
    while (now := sum(map(cpu_seconds, processes))) > computed + _IDLE_CPU and time.monotonic() < end:
        computed = now
        time.sleep(1)


def cpu_seconds(process: psutil.Process) -> float:
    """Returns what a process's threads have computed."""
    times = process.cpu_times()
    return times.user + times.system


@contextlib.contextmanager
def application(home: Path, address: str, folder: Path) -> Iterator[tuple[int, psutil.Process]]:
    """Starts `upnext surfaces` on a free port, and yields the port and the process.

    Raises:
        UserError: it ended, or was not ready in time; its words are in the message.
    """
    command = [sys.executable, "-m", "tfx_pipeline.cli.main", "surfaces", "--home", str(home)]
    command += ["--address", address, "--port", "0", "--store", f"sqlite:///{folder / 'store.sqlite'}"]
    said = folder / "surfaces.out"
    with said.open("w+") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
        end = time.monotonic() + _START_SECONDS
        try:
            while "ready:" not in said.read_text():
                if process.poll() is not None or time.monotonic() > end:
                    raise UserError(f"upnext surfaces isn't ready: {said.read_text().strip()}")
                time.sleep(0.1)
            port = said.read_text().partition("ready:")[2].strip().rstrip("/").rpartition(":")[2]
            yield int(port), psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(30)


def all_questions(home: Home) -> dict[str, list[Question]]:
    """Makes questions of each destination, of the log's listeners in turn."""
    catalogue = Catalogue.read(pushed_catalogue(home).extra)
    log = LogFile.open(home.surfaces, log_source(home), catalogue)  # the one that the application has made
    listeners = list(log.listeners())
    log.close()
    titles = [title for title in catalogue.titles if title][:: max(1, len(listeners))]
    words = (titles or ["song"]) * (1 + len(listeners) // max(1, len(titles)))
    users = [quote(user) for user in listeners]
    at = quote(AT)
    posted = [{"user_id": user, "at": AT} for user in listeners]
    return {
        "home": [("GET", f"/v1/home?user_id={user}&at={at}", None) for user in users],
        "search": [
            ("GET", f"/v1/search?user_id={user}&at={at}&q={quote(word[: 3 + n % 9])}", None)
            for n, (user, word) in enumerate(zip(users, words, strict=False))
        ],
        "discover-weekly": [("GET", f"/v1/discover-weekly?user_id={user}&at={at}", None) for user in users],
        "daylist": [("GET", f"/v1/daylist?user_id={user}&at={at}", None) for user in users],
        "dj": [("POST", "/v1/dj", json.dumps(body).encode()) for body in posted],
        "playlists": [
            ("POST", "/v1/playlists", json.dumps({**body, "prompt": PROMPT}).encode()) for body in posted
        ],
    }


def ask(
    port: int, kind: str, questions: Sequence[Question], clients: int, count: int
) -> tuple[Figures, float]:
    """Asks from `clients` threads, each with a connection of its own, `count` questions together.

    Returns:
        The figures, and the share of answers that were degraded: made without the models or the store.

    Raises:
        UserError: an answer isn't 200.
    """
    seconds: list[list[float]] = [[] for _ in range(clients)]
    degraded, failures = [0] * clients, list[str]()

    def work(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for place in range(number, count, clients):
            start = time.perf_counter()
            status, content = answer_to(connection, questions[place % len(questions)])
            seconds[number].append(time.perf_counter() - start)
            if status != 200:
                failures.append(f"{kind}: {status} {content[:200]!r}")
                return
            degraded[number] += json.loads(content)["degraded"]
        connection.close()

    warm_up = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for question in questions[-WARM_UP:]:
        answer_to(warm_up, question)
    warm_up.close()
    threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(clients)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise UserError(failures[0])
    figures = summarise(kind, clients, np.concatenate(seconds), time.perf_counter() - start)
    return figures, sum(degraded) / count


def answer_to(connection: http.client.HTTPConnection, question: Question) -> tuple[int, bytes]:
    """Asks one question; returns the status and the body."""
    method, path, body = question
    connection.request(method, path, body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    return answer.status, answer.read()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.surfaces", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--home", metavar="DIR", help="of a run that pushed")
    what.add_argument("--items", type=int, metavar="N", help="size of a made catalogue")
    parser.add_argument("--folder", metavar="DIR", help="keeps what is made there, and takes what is there")
    parser.add_argument(
        "--only", nargs="+", choices=DESTINATIONS, default=DESTINATIONS, metavar="D", help="destinations"
    )
    parser.add_argument("--requests", type=int, default=400, metavar="N", help="of each kind; default: 400")
    return parser


if __name__ == "__main__":
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (os.getcwd(), os.environ.get("PYTHONPATH"))))
    sys.exit(main())
