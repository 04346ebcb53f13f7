"""Retries, deadlines, pools and TLS of the clients, against a server whose failures are made up here."""

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import numpy as np
import pytest
from tensorflow_serving.apis.predict_pb2 import PredictRequest, PredictResponse
from tensorflow_serving.apis.prediction_service_pb2_grpc import (
    PredictionServiceServicer,
    add_PredictionServiceServicer_to_server,
)

from models import names
from serving.async_client import AsyncClient
from serving.channel import CallError, Tls
from serving.client import Client
from serving.errors import ServerError
from serving.tensors import to_proto
from tests.serving.certificates import make_certificate

UNAVAILABLE, EXHAUSTED = grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED


class Faulty(PredictionServiceServicer):
    """Fails as often as it is told, then answers one item; counts calls and connections."""

    def __init__(self) -> None:
        self.failures, self.code, self.is_final = 0, UNAVAILABLE, False
        self.times: list[float] = []
        self.peers: set[str] = set()

    def Predict(self, request: PredictRequest, context: grpc.ServicerContext) -> PredictResponse:
        self.times.append(time.monotonic())
        self.peers.add(context.peer())
        if len(self.times) <= self.failures:
            if self.is_final:
                context.set_trailing_metadata((("grpc-retry-pushback-ms", "-1"),))
            context.abort(self.code, "made up")
        response = PredictResponse()
        to_proto(np.array([[b"a"]], object), response.outputs[names.ITEM_IDS])
        to_proto(np.array([[1.0]], np.float32), response.outputs[names.SCORES])
        return response


class Running:
    """The faulty service on a port."""

    def __init__(self, credentials: grpc.ServerCredentials | None = None) -> None:
        self.faulty = Faulty()
        self.server = grpc.server(ThreadPoolExecutor(8))
        add_PredictionServiceServicer_to_server(self.faulty, self.server)
        port = (
            self.server.add_insecure_port("127.0.0.1:0")
            if credentials is None
            else self.server.add_secure_port("127.0.0.1:0", credentials)
        )
        self.address = f"127.0.0.1:{port}"
        self.server.start()


@pytest.fixture
def running() -> Iterator[Running]:
    running = Running()
    yield running
    running.server.stop(0).wait()


def ask(address: str, timeout: float = 10, tls: Tls | None = None) -> list[str]:
    with Client(address, timeout=timeout, tls=tls) as client:
        return client.recommend([["x"]], k=1)[0].ids


def ask_async(address: str, timeout: float = 10, tls: Tls | None = None) -> list[str]:
    async def question() -> list[str]:
        async with AsyncClient(address, timeout=timeout, tls=tls) as client:
            return (await client.recommend([["x"]], k=1))[0].ids

    return asyncio.run(question())


each_client = pytest.mark.parametrize("ask", [ask, ask_async])
Ask = Callable[..., list[str]]


@each_client
@pytest.mark.parametrize("code", [UNAVAILABLE, EXHAUSTED])
def test_what_may_pass_is_tried_again_after_growing_pauses(
    running: Running, ask: Ask, code: grpc.StatusCode
) -> None:
    running.faulty.failures, running.faulty.code = 3, code
    assert ask(running.address) == ["a"]
    assert len(running.faulty.times) == 4
    pauses = np.diff(running.faulty.times)
    assert pauses.max() < 1.0
    assert pauses.sum() > 0.05


@each_client
@pytest.mark.parametrize("code", [grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.INTERNAL])
def test_what_will_not_pass_is_asked_once(running: Running, ask: Ask, code: grpc.StatusCode) -> None:
    running.faulty.failures, running.faulty.code = 1, code
    with pytest.raises(CallError, match=f"{running.address}: {code.name}: made up") as error:
        ask(running.address)
    assert error.value.code == code.name
    assert len(running.faulty.times) == 1


@each_client
def test_a_server_that_wants_no_retry_is_asked_once(running: Running, ask: Ask) -> None:
    running.faulty.failures, running.faulty.code, running.faulty.is_final = 1, EXHAUSTED, True
    with pytest.raises(CallError, match="RESOURCE_EXHAUSTED"):
        ask(running.address)
    assert len(running.faulty.times) == 1


@each_client
def test_the_number_of_tries_is_bounded(running: Running, ask: Ask) -> None:
    running.faulty.failures = 100
    with pytest.raises(CallError, match="UNAVAILABLE"):
        ask(running.address)
    assert len(running.faulty.times) == 5


@each_client
def test_nothing_is_tried_after_the_deadline(running: Running, ask: Ask) -> None:
    running.faulty.failures = 100
    start = time.monotonic()
    with pytest.raises(CallError, match="DEADLINE_EXCEEDED"):
        ask(running.address, timeout=0.15)
    assert time.monotonic() - start < 1.5
    seen = len(running.faulty.times)
    time.sleep(0.5)
    assert len(running.faulty.times) == seen


def test_retries_stop_while_most_calls_fail(running: Running) -> None:
    running.faulty.failures = 10_000
    with Client(running.address, timeout=5) as client:
        for _ in range(60):
            with pytest.raises(CallError):
                client.recommend([["x"]], k=1)
    assert len(running.faulty.times) < 60 + 55  # the throttle's tokens, half of a hundred, then one try each


def test_a_pool_has_so_many_connections_that_take_turns(running: Running) -> None:
    with Client(running.address, connections=3) as client:
        for _ in range(9):
            client.recommend([["x"]], k=1)
    assert len(running.faulty.peers) == 3


@pytest.mark.parametrize("connections", [0, -1])
def test_a_pool_needs_a_connection(connections: int) -> None:
    with pytest.raises(ServerError, match=f"connections={connections}: must be 1 or more"):
        Client("127.0.0.1:1", connections=connections)


@each_client
def test_tls_with_a_clients_certificate(tmp_path: Path, ask: Ask) -> None:
    key, certificate = make_certificate(tmp_path, "server")
    _, client_certificate = make_certificate(tmp_path, "client")
    pair = (key.encode(), certificate.encode())
    credentials = grpc.ssl_server_credentials([pair], client_certificate.encode(), require_client_auth=True)
    running = Running(credentials)
    known = Tls(
        tmp_path / "server.crt", tmp_path / "client.crt", tmp_path / "client.key", server_name="server"
    )
    assert ask(running.address, tls=known) == ["a"]
    for wrong in (
        None,
        Tls(tmp_path / "client.crt", known.certificate, known.key, "server"),
        Tls(known.authorities, server_name="server"),
        Tls(known.authorities, known.certificate, known.key, "elsewhere"),
    ):
        with pytest.raises(CallError, match="UNAVAILABLE"):
            ask(running.address, timeout=5, tls=wrong)
    running.server.stop(0).wait()


def test_tls_files_that_are_not_there_are_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match=r"absent\.crt: No such file or directory"):
        Client("127.0.0.1:1", tls=Tls(tmp_path / "absent.crt"))
    with pytest.raises(ServerError, match="certificate and its key must be given together"):
        Client("127.0.0.1:1", tls=Tls(key=tmp_path / "client.key"))
