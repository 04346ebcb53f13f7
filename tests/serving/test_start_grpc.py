"""Where gRPC listens: TLS by the ssl config, IPv6."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from tensorflow_serving.apis import (
    get_model_status_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from serving.errors import ServerError
from serving.grpc_service import WAITING_PER_THREAD, start_grpc
from serving.manager import ModelManager
from serving.options import parse_options
from serving.reporter import Reporter
from serving.service import Service
from tests.serving.certificates import make_certificate
from tests.serving.running import free_port


def start(*flags: str, stopping: bool = False) -> tuple[grpc.Server, int]:
    port = free_port()
    manager = ModelManager([], lambda path: None, Reporter().report, threading.Event())
    options = parse_options(["--model_base_path=m", f"--port={port}", *flags])
    stop = threading.Event()
    if stopping:
        stop.set()
    return start_grpc(Service(manager, 1, Reporter(), stop), options), port


def ask(channel: grpc.Channel) -> str:
    """Asks a manager that never started for its status; returns the refusal."""
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = "m"
    with channel, pytest.raises(grpc.RpcError) as error:
        model_service_pb2_grpc.ModelServiceStub(channel).GetModelStatus(request, 10)
    return error.value.details()


def test_servers_share_a_port_where_both_are_told_to() -> None:
    first, port = start("--reuse_port")
    second, _ = start("--reuse_port", f"--port={port}")
    assert ask(grpc.insecure_channel(f"127.0.0.1:{port}", [("grpc.enable_http_proxy", 0)])) == DEAD_THREAD
    with pytest.raises(ServerError, match="is it in use"):
        start(f"--port={port}")
    for server in (first, second):
        server.stop(0).wait()


@pytest.mark.parametrize("service", ["", "PredictionService"])
def test_the_health_service_is_opened_by_its_flag(service: str) -> None:
    server, port = start("--enable_grpc_healthcheck_service")
    request = b"\x0a" + bytes([len(service)]) + service.encode() if service else b""
    with grpc.insecure_channel(f"127.0.0.1:{port}", [("grpc.enable_http_proxy", 0)]) as channel:
        check = channel.unary_unary("/grpc.health.v1.Health/Check")
        assert check(request, timeout=10) == b"\x08\x02"  # NOT_SERVING: the manager never started
        with pytest.raises(grpc.RpcError) as error:
            check(b"\x0a\x01x", timeout=10)
    assert error.value.code() == grpc.StatusCode.NOT_FOUND
    server.stop(0).wait()


DEAD_THREAD = "The thread that loads versions has ended"


def test_a_dead_version_thread_shows_in_the_status_over_ipv6() -> None:
    server, port = start("--bind_address=::1")
    assert ask(grpc.insecure_channel(f"[::1]:{port}", [("grpc.enable_http_proxy", 0)])) == DEAD_THREAD
    server.stop(0).wait()


def test_a_server_that_stops_is_unavailable() -> None:
    server, port = start(stopping=True)
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "m"
    with grpc.insecure_channel(f"127.0.0.1:{port}", [("grpc.enable_http_proxy", 0)]) as channel:
        with pytest.raises(grpc.RpcError) as error:
            prediction_service_pb2_grpc.PredictionServiceStub(channel).Predict(request, 10)
        assert error.value.code() == grpc.StatusCode.UNAVAILABLE
        assert error.value.details() == "The server is stopping"
    server.stop(0).wait()


class Slow:
    """A server with one thread, which answers once its gate is open."""

    def __init__(self) -> None:
        self.begun, self.gate, self.port, self.answered = threading.Event(), threading.Event(), free_port(), 0
        manager = ModelManager([], lambda path: None, Reporter().report, threading.Event())
        self.stopping = threading.Event()
        service = Service(manager, 1, Reporter(), self.stopping)
        service.status = self._answer  # type: ignore[method-assign]
        flags = ["--model_base_path=m", f"--port={self.port}", "--grpc_max_threads=1"]
        self.server = start_grpc(service, parse_options(flags))
        options = [("grpc.enable_http_proxy", 0), ("grpc.enable_retries", 0)]
        self.channel = grpc.insecure_channel(f"127.0.0.1:{self.port}", options)

    def _answer(self, request: object) -> get_model_status_pb2.GetModelStatusResponse:
        self.begun.set()
        self.gate.wait(20)
        self.answered += 1
        return get_model_status_pb2.GetModelStatusResponse()

    def ask(self, timeout: float = 30) -> grpc.Future:
        stub = model_service_pb2_grpc.ModelServiceStub(self.channel)
        return stub.GetModelStatus.future(get_model_status_pb2.GetModelStatusRequest(), timeout)

    def stop(self) -> None:
        self.gate.set()
        self.channel.close()
        self.server.stop(5).wait()


@pytest.fixture
def slow() -> Iterator[Slow]:
    slow = Slow()
    yield slow
    slow.stop()


def test_only_so_many_calls_wait(slow: Slow) -> None:
    calls = [slow.ask() for _ in range(2 * WAITING_PER_THREAD)]  # they may come in another order
    deadline = time.monotonic() + 20
    while sum(call.done() for call in calls) < WAITING_PER_THREAD and time.monotonic() < deadline:
        time.sleep(0.01)
    slow.gate.set()
    codes = Counter(call.code() for call in calls)
    assert codes == {
        grpc.StatusCode.OK: WAITING_PER_THREAD,
        grpc.StatusCode.RESOURCE_EXHAUSTED: WAITING_PER_THREAD,
    }


def test_a_call_takes_no_longer_than_its_deadline_and_is_not_worked_on_after_it(slow: Slow) -> None:
    first = slow.ask()
    assert slow.begun.wait(20)  # else the second may come to the thread before it
    second = slow.ask(0.3)
    assert second.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    time.sleep(1.5)  # the server learns it a little later than the client: its clock began when the call came
    slow.gate.set()
    assert first.code() == grpc.StatusCode.OK
    assert slow.ask().code() == grpc.StatusCode.OK
    assert slow.answered == 2


def test_after_the_signal_to_stop_what_came_before_is_answered_alone(slow: Slow) -> None:
    calls = [slow.ask() for _ in range(3)]  # one at work, two that wait for the thread
    with pytest.raises(grpc.FutureTimeoutError):
        slow.ask(5).result(0.3)  # by now the others have come
    slow.stopping.set()
    late = slow.ask()
    slow.gate.set()
    assert {call.code() for call in calls} == {grpc.StatusCode.OK}
    assert (late.code(), late.details()) == (grpc.StatusCode.UNAVAILABLE, "The server is stopping")


@pytest.mark.parametrize("verified", [False, True])
def test_tls_by_the_ssl_config(tmp_path: Path, verified: bool) -> None:
    key, certificate = make_certificate(tmp_path, "server")
    client_key, client_certificate = make_certificate(tmp_path, "client")
    fields = {"server_key": key, "server_cert": certificate}
    if verified:
        fields["custom_ca"] = client_certificate
    config = "".join(f"{name}: {json.dumps(value)}\n" for name, value in fields.items())
    path = tmp_path / "ssl.config"
    path.write_text(config + (f"client_verify: {json.dumps(verified)}\n"))
    server, port = start(f"--ssl_config_file={path}")
    options = [("grpc.ssl_target_name_override", "server"), ("grpc.enable_http_proxy", 0)]
    known = (client_key.encode(), client_certificate.encode())
    for identity, is_let_in in ((known, True), ((None, None), not verified)):
        credentials = grpc.ssl_channel_credentials(certificate.encode(), *identity)
        details = ask(grpc.secure_channel(f"127.0.0.1:{port}", credentials, options))
        assert (details == DEAD_THREAD) == is_let_in
    assert ask(grpc.insecure_channel(f"127.0.0.1:{port}", options[1:])) != DEAD_THREAD
    server.stop(0).wait()
