"""Latency and throughput of the served models, over gRPC on loopback, from a real server process.

python -m benchmarks.serving --home HOME
python -m benchmarks.serving --items 10000,100000,1000000
"""

import argparse
import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

import grpc
import numpy as np
import psutil

from benchmarks.histories import item_ids, near_places
from benchmarks.load import Figures, ask, middle, request_bytes, table
from listening_log.errors import UserError
from models import names
from serving.errors import ServerError
from serving.request import build_request
from serving.stderr import divert_noise
from tfx_pipeline.terminal.exit_codes import exit_code_of
from tfx_pipeline.terminal.tables import render_table

HISTORIES: Final = 200
ROUNDS: Final = 3
BARE: Final = "bare server"
EMPTY: Final = "empty"
"""The bare server's SavedModel, served by the model server."""
KINDS: Final = (BARE, EMPTY, names.RETRIEVAL, names.RANKER, names.UPNEXT)
SERVER_MODULE: Final = "components.serving_check.bound_server"


def main(argv: Sequence[str] | None = None) -> int:
    """Measures the newest version under HOME, or made models. Returns the exit code."""
    args = _parser().parse_args(argv)
    try:
        with divert_noise(None), tempfile.TemporaryDirectory() as folder:
            if args.home:
                results = [measure_home(Path(args.home), args)]
            else:
                results = measure_made(args.items, Path(args.models or folder), args)
    except (ServerError, UserError, grpc.RpcError) as error:
        print(error, file=sys.stderr)
        return exit_code_of(error)
    for figures, facts in results:
        print(", ".join(f"{key.replace('_', ' ')} {value}" for key, value in facts.items()))
        print(table(figures))
    if len(results) > 1:
        print(growth_table([figures for figures, _ in results]))
    if args.json:
        content = [{**facts, "figures": [asdict(one) for one in figures]} for figures, facts in results]
        Path(args.json).write_text(json.dumps(content, indent=2) + "\n")
    return 0


Result = tuple[list[Figures], dict[str, object]]
"""The figures of one server, and what they were taken of."""


def measure_home(home: Path, args: argparse.Namespace) -> Result:
    """Measures `upnext` as it was pushed, with and without filters.

    Raises:
        UserError: nothing was pushed under `home`, or the server fails.
    """
    from components.pushed.pushed_models import PushedModels

    served = PushedModels(home / "serving").served(args.build, names.UPNEXT)
    items = list(served.titles())
    histories = draw_histories(items, args.length, args.seed)
    questions = {
        "plain": [request_bytes(names.UPNEXT, *build_request([history])) for history in histories],
        "without what was played": [
            request_bytes(names.UPNEXT, *build_request([history], exclude=[history])) for history in histories
        ],
    }
    return measure({names.UPNEXT: served.path}, questions, len(items), args)


def measure_made(sizes: Sequence[int], folder: Path, args: argparse.Namespace) -> list[Result]:
    """Measures the three models of made catalogues beside the bare server, a catalogue after the other."""
    results = []
    for items in sizes:
        path = folder / args.build / str(items)
        paths = {name: path / name for name in names.MODELS}
        if not all((one / "saved_model.pb").exists() for one in paths.values()):
            words = [str(folder), str(items), args.build, str(args.seed)]
            subprocess.run([sys.executable, "-m", "benchmarks.made_models", *words], check=True)
        questions = made_questions(items, args.length, args.seed)
        results.append(measure(paths, {kind: questions[kind] for kind in args.kinds}, items, args))
    return results


def made_questions(items: int, length: int, seed: int) -> dict[str, list[bytes]]:
    """Makes plain requests of each model, and of the bare server."""
    ids = [item_id.decode() for item_id in item_ids(items)]
    histories, candidates = (
        [[ids[place] for place in row] for row in near_places(items, HISTORIES, width, seed)]
        for width in (length, names.CANDIDATES)
    )
    plain = [build_request([history]) for history in histories]
    ranked = [
        build_request([history], candidates=[few]) for history, few in zip(histories, candidates, strict=True)
    ]
    return {
        BARE: [request_bytes(EMPTY, *one) for one in plain],
        EMPTY: [request_bytes(EMPTY, *one) for one in plain],
        names.RETRIEVAL: [request_bytes(names.RETRIEVAL, *one) for one in plain],
        names.RANKER: [request_bytes(names.RANKER, *one) for one in ranked],
        names.UPNEXT: [request_bytes(names.UPNEXT, *one) for one in plain],
    }


def measure(
    models: Mapping[str, Path], questions: Mapping[str, list[bytes]], items: int, args: argparse.Namespace
) -> Result:
    """Starts the servers, asks every kind of question in rounds of shuffled order, and takes the medians."""
    from components.serving_check.fresh_server import fresh_server

    rounds: dict[tuple[str, int], list[Figures]] = {}
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        bare = ""
        if {BARE, EMPTY} & set(questions):
            bare = stack.enter_context(bare_server(folder / EMPTY))
            models = {**models, EMPTY: folder / EMPTY}
        start = time.monotonic()
        address, _ = stack.enter_context(fresh_server(models, folder / "server.log", args.flag))
        facts: dict[str, object] = {
            "items": items,
            "history": args.length,
            "build": args.build,
            **({"flags": " ".join(args.flag)} if args.flag else {}),
            "start_and_warm_up_seconds": round(time.monotonic() - start, 1),
            "cores": os.cpu_count(),
            "load": round(os.getloadavg()[0], 1),
        }
        kinds = [(kind, clients) for kind in questions for clients in args.clients]
        for turn in range(ROUNDS):
            random.Random(args.seed + turn).shuffle(kinds)
            for kind, clients in kinds:
                where = bare if kind == BARE else address
                one = ask(where, kind, questions[kind], clients, args.requests)
                rounds.setdefault((kind, clients), []).append(one)
        facts["server_mib"] = server_mib()
    return [middle(rounds[kind, clients]) for kind in questions for clients in args.clients], facts


def server_mib() -> int:
    """Returns the resident memory of the model server, in MiB."""
    (server,) = (child for child in psutil.Process().children() if SERVER_MODULE in child.cmdline())
    return server.memory_info().rss // 2**20


@contextlib.contextmanager
def bare_server(folder: Path) -> Iterator[str]:
    """Starts `benchmarks.bare_server` in a process of its own, its SavedModel in `folder`, and yields its address."""
    command = [sys.executable, "-m", "benchmarks.bare_server", "0", str(folder)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, text=True, **pipes) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        if not port:
            raise ServerError("the bare server ended before it was ready")
        try:
            yield f"127.0.0.1:{port}"
        finally:
            process.stdin.close()


def draw_histories(items: Sequence[str], length: int, seed: int) -> list[list[str]]:
    """Draws histories of ids from the catalogue; a request's cost doesn't depend on which."""
    draws = np.random.default_rng(seed).integers(len(items), size=(HISTORIES, length))
    return [[items[place] for place in row] for row in draws]


def growth_table(sizes: Sequence[Sequence[Figures]]) -> str:
    """Lays out how p50 grows from the first size to the last, whose rates stand beside the bare server's."""
    bare = {one.clients: one.a_second for one in sizes[-1] if one.kind == BARE}
    rows = [
        (
            first.kind,
            str(first.clients),
            f"{last.milliseconds['p50'] / first.milliseconds['p50']:.2f}",
            f"{last.a_second / bare[first.clients]:.2f}" if bare else "",
        )
        for first, last in zip(sizes[0], sizes[-1], strict=True)
    ]
    return render_table(rows, ("request", "clients", "growth of p50", "rate / bare server"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving", description=__doc__)
    add = parser.add_argument
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--home", metavar="DIR", help="of a run that pushed")
    what.add_argument("--items", type=_sizes, metavar="N,N", help="sizes of made catalogues")
    add("--models", metavar="DIR", help="keeps the made models there, and takes those that are there")
    add("--build", choices=names.BUILDS, default=names.SCANN)
    add("--requests", type=int, default=800, metavar="N", help="of each kind in each round; default: 800")
    add("--length", type=int, default=50, metavar="L", help="items of a history; default: 50")
    add("--clients", type=_sizes, default=[1, 8], metavar="N,N", help="side by side; default: 1,8")
    add("--kinds", type=_kinds, default=list(KINDS), metavar="NAME,NAME", help="of requests to made models")
    add("--flag", action="append", default=[], metavar="FLAG", help="of the server; may be repeated")
    add("--seed", type=int, default=1, metavar="S")
    add("--json", metavar="FILE", help="write the figures there too")
    return parser


def _sizes(text: str) -> list[int]:
    return [int(word) for word in text.split(",")]


def _kinds(text: str) -> list[str]:
    kinds = text.split(",")
    if unknown := set(kinds) - set(KINDS):
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: not of {', '.join(KINDS)}")
    return kinds


if __name__ == "__main__":
    sys.exit(main())
