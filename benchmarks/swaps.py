"""What swapping versions costs the requests beside it: latency before and meanwhile, memory and threads over swaps.

python -m benchmarks.swaps --model DIR
"""

import argparse
import contextlib
import json
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import grpc
import numpy as np

from benchmarks.hurt.process import Server
from benchmarks.load import PREDICT, Figures, summarise
from benchmarks.load import table as latency_table
from listening_log.errors import UserError
from models import names
from tfx_pipeline.terminal.exit_codes import exit_code_of
from tfx_pipeline.terminal.tables import render_table

CALM_SECONDS: Final = 15.0
SWAP_SECONDS: Final = 120.0
"""Longest time of one swap, until the old version has ended."""


@dataclass(frozen=True)
class Swap:
    """One swap, as the server's lines tell it."""

    version: int
    seconds: float
    """From the push until the new version serves."""
    resident_mib: int
    """Resident memory of the server, when the old version has ended, in MiB."""
    threads: int


def main(argv: Sequence[str] | None = None) -> int:
    """Measures the swaps of one model. Returns the exit code."""
    args = _parser().parse_args(argv)
    try:
        latencies, swaps, failed = measure(Path(args.model), args.swaps, args.clients, args.flag)
    except UserError as error:
        print(error, file=sys.stderr)
        return exit_code_of(error)
    print(latency_table(latencies))
    print(swap_table(swaps))
    ratio = latencies[1].milliseconds["p99"] / latencies[0].milliseconds["p99"]
    print(f"p99 while swapping / before: {ratio:.2f}; failed {failed}; load {os.getloadavg()[0]:.1f}")
    if args.json:
        content = {
            "latencies": [asdict(one) for one in latencies],
            "swaps": [asdict(one) for one in swaps],
            "failed": failed,
        }
        Path(args.json).write_text(json.dumps(content, indent=2) + "\n")
    return 0


def measure(
    model: Path, count: int, clients: int, flags: Sequence[str]
) -> tuple[list[Figures], list[Swap], int]:
    """Serves copies of a model as versions 1, 2, … while clients ask, each its next request after an answer.

    Args:
        model: a SavedModel's folder with warm-up requests; those of one row are asked.
        count: how many swaps.
        clients: how many ask at once.
        flags: more flags of the server.

    Returns:
        The latencies before, while swapping and after; the swaps; how many requests failed.

    Raises:
        UserError: the model has no warm-up requests, or the server ends.
    """
    requests = one_row_requests(model)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(dir=model.parent))
        base = Path(folder) / "asked"
        push(model, base, 1)
        server = Server(["--model_name=asked", f"--model_base_path={base}", *flags], Path(folder))
        stack.callback(server.stop)
        server.start()
        with load_by(clients, server.grpc_port, requests) as answers:
            time.sleep(CALM_SECONDS / 3)  # warm up
            start = time.perf_counter()
            time.sleep(CALM_SECONDS)
            first = time.perf_counter()
            swaps = [swap(model, base, version, server) for version in range(2, count + 2)]
            last = time.perf_counter()
            time.sleep(CALM_SECONDS)
            end = time.perf_counter()
    edges = (("before", start, first), ("while swapping", first, last), ("after", last, end))
    latencies = [
        summarise(kind, clients, answers.between(begin, until), until - begin) for kind, begin, until in edges
    ]
    return latencies, swaps, answers.failed


class Answers:
    """When requests were asked and how long they took, from several threads."""

    def __init__(self) -> None:
        self.times: list[tuple[float, float]] = []
        self.failed = 0

    def between(self, start: float, end: float) -> np.ndarray:
        """Returns the seconds of the requests that began in this time."""
        return np.array([seconds for asked_at, seconds in self.times if start <= asked_at < end])


@contextlib.contextmanager
def load_by(clients: int, port: int, requests: Sequence[bytes]) -> Iterator[Answers]:
    """Asks from threads with a connection each, as serialised messages, until the block ends."""
    answers, done = Answers(), threading.Event()

    def ask(number: int) -> None:
        options = [("grpc.use_local_subchannel_pool", 1), ("grpc.enable_http_proxy", 0)]
        with grpc.insecure_channel(f"127.0.0.1:{port}", options) as channel:
            call = channel.unary_unary(PREDICT)
            turn = number
            while not done.is_set():
                start = time.perf_counter()
                try:
                    call(requests[turn % len(requests)], timeout=60)
                except grpc.RpcError:
                    answers.failed += 1
                answers.times.append((start, time.perf_counter() - start))
                turn += 1

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        done.set()
        for thread in threads:
            thread.join()


def one_row_requests(model: Path) -> list[bytes]:
    """Reads a model's warm-up requests of one row, as messages for the model's name `asked`.

    Raises:
        UserError: there are none.
    """
    from tensorflow.python.lib.io.tf_record import tf_record_iterator
    from tensorflow_serving.apis import prediction_log_pb2

    from serving.warmup import warmup_path

    path = warmup_path(model)
    if not path.is_file():
        raise UserError(f"{path}: there is no such file, hence nothing to ask")
    requests = []
    for record in tf_record_iterator(str(path)):
        request = prediction_log_pb2.PredictionLog.FromString(record).predict_log.request
        if request.inputs[names.ITEM_IDS].tensor_shape.dim[0].size == 1:
            request.model_spec.name = "asked"
            requests.append(request.SerializeToString())
    return requests


def push(model: Path, base: Path, version: int) -> None:
    """Pushes a copy of a model, of hard links, as a version that is whole at once."""
    staged = base / f".{version}"
    shutil.copytree(model, staged, copy_function=os.link)
    staged.rename(base / str(version))


def swap(model: Path, base: Path, version: int, server: Server) -> Swap:
    """Pushes a version, and waits until the one before has ended.

    Raises:
        UserError: it never did.
    """
    push(model, base, version)
    start = time.perf_counter()
    _wait(server, f"version {version} serves")
    seconds = time.perf_counter() - start
    _wait(server, f"version {version - 1} ended")
    return Swap(version, round(seconds, 1), round(server.memory_mib()), server.threads())


def _wait(server: Server, text: str) -> None:
    end = time.monotonic() + SWAP_SECONDS
    while not any(text in line for line in server.complaints()):
        if time.monotonic() > end:
            raise UserError(f"the server never said: {text}")
        time.sleep(0.02)


def swap_table(swaps: Sequence[Swap]) -> str:
    """Lays out a line for every swap."""
    rows = [
        (str(one.version), f"{one.seconds:.1f}", f"{one.resident_mib:,}", str(one.threads)) for one in swaps
    ]
    return render_table(rows, ("version", "serves after s", "MiB", "threads"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.swaps", description=__doc__)
    add = parser.add_argument
    add("--model", required=True, metavar="DIR", help="a version's folder, with its warm-up requests")
    add("--swaps", type=int, default=20, metavar="N", help="default: 20")
    add("--clients", type=int, default=2, metavar="N", help="default: 2")
    add("--flag", action="append", default=[], metavar="FLAG", help="of the server; may be repeated")
    add("--json", metavar="FILE", help="write the figures there too")
    return parser


if __name__ == "__main__":
    sys.exit(main())
