"""HTTP's limits, with answers that are made up here."""

import gzip
import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import MappingProxyType

import pytest

from serving.http_server import BODIES, MOST_OF_HEADERS, WAITING_PER_THREAD, HttpServer, path_of
from serving.options import parse_options
from serving.rest_service import Answer
from tests.serving.running import free_port

LONGEST = 100_000


class SlowService:
    """Echoes a body's size once its gate is open; counts what it answered."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.paths: list[str] = []
        self.given_up: list[bool] = []
        self.stopping = False

    def is_stopping(self) -> bool:
        return self.stopping

    def answer(self, method: str, path: str, body: bytes, is_given_up: Callable[[], bool]) -> Answer:
        self.gate.wait(10)
        self.given_up.append(is_given_up())
        self.paths.append(path)
        return Answer(200, json.dumps([method, path, len(body)]).encode())


class Running:
    """A server with one thread for answers."""

    def __init__(
        self, timeout_in_ms: int = 10_000, address: str = "127.0.0.1", flags: Sequence[str] = ()
    ) -> None:
        self.service, self.address, self.port = SlowService(), address, free_port()
        flags = [*flags, f"--rest_api_port={self.port}", f"--rest_api_timeout_in_ms={timeout_in_ms}"]
        flags += [f"--bind_address={address}", f"--max_message_bytes={LONGEST}", "--rest_api_num_threads=1"]
        self.server = HttpServer(self.service, parse_options(["--model_base_path=m", *flags]))
        self.server.start()

    def ask(
        self, path: str = "/", body: bytes = b"", headers: Mapping[str, str] = MappingProxyType({})
    ) -> tuple[int, object]:
        connection = http.client.HTTPConnection(self.address, self.port, timeout=20)
        connection.request("POST", path, body, dict(headers))
        answer = connection.getresponse()
        document = json.loads(answer.read())
        connection.close()
        return answer.status, document


@pytest.fixture
def running() -> Iterator[Running]:
    running = Running()
    yield running
    running.service.gate.set()
    running.server.shutdown(5)


def eventually(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.005)


def test_a_request_is_answered_by_its_path_without_the_query(running: Running) -> None:
    running.service.gate.set()
    assert running.ask("/v1/models/m?x=1", b"12") == (200, ["POST", "/v1/models/m", 2])


def test_pages_of_other_origins_may_ask_where_the_flag_says_so() -> None:
    running = Running(flags=["--rest_api_enable_cors_support"])
    running.service.gate.set()
    connection = http.client.HTTPConnection(running.address, running.port, timeout=20)
    for headers, status in (({"Origin": "https://a.example"}, 200), ({}, 400)):
        connection.request("OPTIONS", "/v1/models/m:predict", headers=headers)
        answer = connection.getresponse()
        assert answer.status == status
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        answer.read()
    connection.request("POST", "/v1/models/m:predict", b"{}")
    assert connection.getresponse().headers["Access-Control-Allow-Methods"] == "POST, GET"
    connection.close()
    running.server.shutdown(5)


def test_a_request_takes_no_longer_than_its_timeout() -> None:
    running = Running(timeout_in_ms=100)
    assert running.ask() == (504, {"error": "The request took longer than 0.1 s"})
    running.service.gate.set()
    eventually(lambda: running.service.given_up == [True])
    running.server.shutdown(5)


def test_what_nobody_waits_for_is_not_worked_on() -> None:
    running = Running(timeout_in_ms=200)
    with ThreadPoolExecutor(2) as pool:
        assert [status for status, _ in pool.map(running.ask, ("/a", "/b"))] == [504, 504]
    running.service.gate.set()
    eventually(lambda: running.server.waiting == 0)
    assert len(running.service.paths) == 1
    running.server.shutdown(5)


def test_only_so_many_requests_wait(running: Running) -> None:
    with ThreadPoolExecutor(WAITING_PER_THREAD + 1) as pool:
        waiting = [pool.submit(running.ask) for _ in range(WAITING_PER_THREAD)]
        eventually(lambda: running.server.waiting == WAITING_PER_THREAD)
        assert running.ask() == (503, {"error": "Too many requests are waiting"})
        running.service.gate.set()
        assert {future.result()[0] for future in waiting} == {200}


def test_only_so_many_bytes_of_bodies_are_held(running: Running) -> None:
    with ThreadPoolExecutor(BODIES) as pool:
        waiting = [pool.submit(running.ask, "/", b" " * LONGEST) for _ in range(BODIES)]
        eventually(lambda: running.server.waiting == BODIES)
        assert running.ask("/", b" ")[0] == 503
        assert running.ask("/", b" " * (LONGEST + 1))[0] == 413
        running.service.gate.set()
        assert {future.result()[0] for future in waiting} == {200}
    assert running.server.buffered == 0


def test_a_stop_waits_for_what_is_under_way(running: Running) -> None:
    with ThreadPoolExecutor(2) as pool:
        waiting = pool.submit(running.ask)
        eventually(lambda: running.server.waiting == 1)
        stopped = pool.submit(running.server.shutdown, 5)
        running.service.gate.set()
        assert waiting.result()[0] == 200
        stopped.result(10)
    with pytest.raises(ConnectionError):
        running.ask()


def test_a_stop_reads_what_has_come(running: Running) -> None:
    running.service.gate.set()
    connection = http.client.HTTPConnection(running.address, running.port, timeout=20)
    connection.request("POST", "/", b"")
    connection.getresponse().read()
    running.server.loop.call_soon_threadsafe(
        time.sleep, 0.3
    )  # a machine so busy that nothing is read meanwhile
    connection.request("POST", "/", b"")
    with ThreadPoolExecutor(1) as pool:
        stopped = pool.submit(running.server.shutdown, 5)
        assert connection.getresponse().status == 200
        stopped.result(10)
    connection.close()


def test_after_the_signal_to_stop_what_came_before_is_answered_alone(running: Running) -> None:
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(running.ask) for _ in range(2)]  # one at work, one that waits for the thread
        eventually(lambda: running.server.waiting == 2)
        running.service.stopping = True
        assert running.ask() == (503, {"error": "The server is stopping"})
        running.service.gate.set()
        assert {future.result()[0] for future in waiting} == {200}


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "get"])
def test_a_method_that_tf_serving_does_not_take_is_not_implemented(running: Running, method: str) -> None:
    connection = http.client.HTTPConnection(running.address, running.port, timeout=20)
    for _ in range(2):  # the connection goes on
        connection.request(method, "/v1/models/m")
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())) == (501, {"error": f"Not Implemented: {method}"})
    connection.close()
    assert running.service.paths == []


@pytest.mark.parametrize("at_once", [True, False])
def test_headers_that_are_too_long_are_answered_before_the_connection_ends(
    running: Running, at_once: bool
) -> None:
    headers = b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * MOST_OF_HEADERS + b"\r\n\r\n"
    with socket.create_connection((running.address, running.port), timeout=20) as raw:
        for part in [headers] if at_once else [headers[:1000], headers[1000:]]:
            raw.sendall(part)
            time.sleep(0.0 if at_once else 0.1)
        answer = b"".join(iter(partial(raw.recv, 1 << 16), b""))
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert json.loads(answer.partition(b"\r\n\r\n")[2]) == {"error": "The headers have over 65536 bytes"}


def test_ipv6_is_listened_on() -> None:
    running = Running(address="::1")
    running.service.gate.set()
    assert running.ask("/")[0] == 200
    running.server.shutdown(5)


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/v1/models/m?x=1", "/v1/models/m"),
        ("http://a:8501/v1/models/m?x=1", "/v1/models/m"),
        ("HTTPS://a/v1/models/m", "/v1/models/m"),
        ("http://a", "/"),
        ("/http://a/v1", "/http://a/v1"),
    ],
)
def test_a_target_may_be_a_whole_address(target: str, path: str) -> None:
    assert path_of(target) == path


@pytest.mark.parametrize(
    "body", [b"no gzip at all", gzip.compress(b"12" * 99)[:-9], b"\x1f\x8b"], ids=["other", "cut", "start"]
)
def test_a_body_that_is_no_whole_gzip_is_an_empty_document(running: Running, body: bytes) -> None:
    running.service.gate.set()
    status, document = running.ask("/", body, {"Content-Encoding": "gzip"})
    assert (status, document) == (
        400,
        {"error": "JSON Parse error: The document is empty, as its gzip can't be read"},
    )
    assert running.server.buffered == 0
    assert running.service.paths == []


def test_a_gzipped_body_of_many_blocks_is_read(running: Running) -> None:
    running.service.gate.set()
    body = gzip.compress(b" " * LONGEST)
    assert running.ask("/", body, {"Content-Encoding": "gzip"}) == (200, ["POST", "/", LONGEST])
