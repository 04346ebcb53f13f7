"""Load on a gRPC server: prepared requests, asked one after the other by several clients."""

import contextlib
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Final

import grpc
import numpy as np
from tensorflow_serving.apis import predict_pb2

from serving.request import Inputs
from serving.tensors import to_proto
from tfx_pipeline.terminal.tables import render_table

PREDICT: Final = "/tensorflow.serving.PredictionService/Predict"
WARM_UP: Final = 20
"""Requests of each client before the clock starts."""
PERCENTILES: Final = (50, 95, 99)
_SECONDS_A_REQUEST: Final = 60.0


@dataclass(frozen=True)
class Figures:
    """What one kind of request took, from the clients' side."""

    kind: str
    clients: int
    requests: int
    a_second: float
    milliseconds: dict[str, float]


def request_bytes(model: str, signature: str, inputs: Inputs) -> bytes:
    """Serialises a request: preparing it is no part of what the server takes."""
    request = predict_pb2.PredictRequest()
    request.model_spec.name, request.model_spec.signature_name = model, signature
    for name, value in inputs.items():
        to_proto(value, request.inputs[name])
    return request.SerializeToString()


def ask(address: str, kind: str, requests: Sequence[bytes], clients: int, count: int) -> Figures:
    """Asks from `clients` threads, each with a connection of its own, and doesn't read the answers.

    Args:
        address: `host:port` of the server's gRPC.
        kind: of the requests, for the figures.
        requests: asked in turns.
        clients: how many ask side by side.
        count: of all requests, at least.

    Raises:
        grpc.RpcError: the server refuses.
    """
    share = -(-count // clients)
    seconds: list[list[float]] = [[] for _ in range(clients)]
    failures: list[BaseException] = []
    ready = threading.Barrier(clients + 1)

    def work(number: int) -> None:
        options = [("grpc.use_local_subchannel_pool", 1), ("grpc.enable_http_proxy", 0)]
        try:
            with grpc.insecure_channel(address, options=options) as channel:
                predict = channel.unary_unary(PREDICT)
                for request in islice(cycle(requests), WARM_UP):
                    predict(request, timeout=_SECONDS_A_REQUEST)
                ready.wait()
                for request in islice(cycle(requests), number, number + share):
                    start = time.perf_counter()
                    predict(request, timeout=_SECONDS_A_REQUEST)
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
        raise next((e for e in failures if isinstance(e, grpc.RpcError)), failures[0])
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
        f"p{p}": round(float(value), 2) for p, value in zip(PERCENTILES, percentiles, strict=True)
    }
    return Figures(kind, clients, len(seconds), round(len(seconds) / wall_seconds, 1), milliseconds)


def middle(rounds: Sequence[Figures]) -> Figures:
    """Takes the median of each figure over rounds of one kind and number of clients."""
    first = rounds[0]
    return Figures(
        first.kind,
        first.clients,
        sum(one.requests for one in rounds),
        round(float(np.median([one.a_second for one in rounds])), 1),
        {
            name: round(float(np.median([one.milliseconds[name] for one in rounds])), 2)
            for name in first.milliseconds
        },
    )


def table(figures: Sequence[Figures]) -> str:
    """Lays out a line for each kind of request and number of clients."""
    rows = [
        (
            one.kind,
            str(one.clients),
            f"{one.requests:,}",
            f"{one.a_second:,.1f}",
            *(f"{value:,.2f}" for value in one.milliseconds.values()),
        )
        for one in figures
    ]
    return render_table(
        rows, ("request", "clients", "requests", "a second", *(f"p{p} ms" for p in PERCENTILES))
    )
