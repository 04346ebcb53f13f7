"""Constant load over gRPC and REST, in which every answer is checked."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Final, Literal

import grpc
from tensorflow_serving.apis.predict_pb2 import PredictResponse
from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub

from benchmarks.hurt.model import MODEL
from benchmarks.hurt.process import HOST, Server
from models import names
from serving.client import predict_request
from serving.request import build_request

PAUSE_SECONDS: Final = 0.004  # of a client between two requests
TIMEOUT_SECONDS: Final = 30.0
Result = Literal["right", "wrong", "failed"]


@dataclass(frozen=True)
class Request:
    """What became of one request; times of `time.monotonic`."""

    api: str
    start: float
    end: float
    result: Result
    error: str = ""


class Load:
    """Clients that ask one after another, from a thread each.

    An answer is right if it repeats the question's last item and comes from a version that may answer: none
    older than the newest that this client has seen, none that wasn't pushed yet.

    Args:
        server: to ask.
        newest: tells the highest version pushed so far.
        clients: of each API.
    """

    def __init__(self, server: Server, newest: Callable[[], int], clients: int = 2) -> None:
        self._server, self._newest, self._clients = server, newest, clients
        self._stop = threading.Event()
        self.requests: list[Request] = []

    @contextmanager
    def running(self) -> Iterator["Load"]:
        """Asks until the context ends."""
        threads = [
            threading.Thread(target=self._ask_on, args=(api, number))
            for api in ("gRPC", "REST")
            for number in range(self._clients)
        ]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def between(self, start: float, end: float) -> list[Request]:
        """Returns the requests that were sent in a span."""
        return [request for request in self.requests if start <= request.start < end]

    def _ask_on(self, api: str, number: int) -> None:
        client = GrpcClient(self._server) if api == "gRPC" else RestClient(self._server)
        oldest = 0.0
        for place in count():
            if self._stop.wait(PAUSE_SECONDS):
                break
            item = f"item-{api}-{number}-{place}"
            start = time.monotonic()
            try:
                answer, version = client.ask(item)
            except Exception as error:
                self.requests.append(Request(api, start, time.monotonic(), "failed", client.describe(error)))
                continue
            end = time.monotonic()
            if answer == item and oldest <= version <= self._newest():
                self.requests.append(Request(api, start, end, "right"))
            else:
                text = f"{item}: {answer} by version {version}"
                self.requests.append(Request(api, start, end, "wrong", text))
            oldest = max(oldest, version)
        client.close()


class GrpcClient:
    """A connection that doesn't retry."""

    def __init__(self, server: Server) -> None:
        options = [
            ("grpc.enable_http_proxy", 0),
            ("grpc.enable_retries", 0),
            ("grpc.initial_reconnect_backoff_ms", 50),
            ("grpc.max_reconnect_backoff_ms", 100),
            ("grpc.use_local_subchannel_pool", 1),
        ]
        self._channel = grpc.insecure_channel(f"{HOST}:{server.grpc_port}", options)
        self._channel.subscribe(lambda _: None)  # its thread connects again also between two calls
        self._service = PredictionServiceStub(self._channel)

    def ask(self, item: str) -> tuple[str, float]:
        """Returns the first answer's item and its score, which is the version."""
        request = predict_request(MODEL, *build_request([["x", item]]))
        response: PredictResponse = self._service.Predict(request, TIMEOUT_SECONDS)
        outputs = response.outputs
        return outputs[names.ITEM_IDS].string_val[0].decode(), outputs[names.SCORES].float_val[0]

    def describe(self, error: Exception) -> str:
        """Returns the code and the details of a failure."""
        if isinstance(error, grpc.RpcError):
            return f"{error.code().name}: {error.details()}"
        return type(error).__name__

    def close(self) -> None:
        """Closes the connection."""
        self._channel.close()


class RestClient:
    """A connection that is kept, and opened again after a failure."""

    def __init__(self, server: Server) -> None:
        self._connection = http.client.HTTPConnection(HOST, server.rest_port, timeout=TIMEOUT_SECONDS)

    def ask(self, item: str) -> tuple[str, float]:
        """Returns the first answer's item and its score, which is the version."""
        body = json.dumps({"inputs": {names.ITEM_IDS: [["x", item]]}})
        try:
            self._connection.request("POST", f"/v1/models/{MODEL}:predict", body)
            response = self._connection.getresponse()
            content = response.read()
        except Exception:
            self._connection.close()
            raise
        if response.status != 200:
            raise RestError(f"HTTP {response.status}")
        outputs = json.loads(content)["outputs"]
        return outputs[names.ITEM_IDS][0][0], outputs[names.SCORES][0][0]

    def describe(self, error: Exception) -> str:
        """Returns the status of a failure, or its kind."""
        return str(error) if isinstance(error, RestError) else type(error).__name__

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()


class RestError(Exception):
    """An answer that isn't 200."""
