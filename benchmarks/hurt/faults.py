"""Faults under constant load: pushes, broken versions, reloads, stops and kills."""

import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import grpc
import numpy as np
from tensorflow_serving.apis.get_model_status_pb2 import GetModelStatusRequest
from tensorflow_serving.apis.model_management_pb2 import ReloadConfigRequest
from tensorflow_serving.apis.model_service_pb2_grpc import ModelServiceStub

from benchmarks.hurt.load import Load, Request
from benchmarks.hurt.model import MODEL, Pushes
from benchmarks.hurt.process import HOST, Server
from listening_log.errors import UserError
from serving.model_configs import config_text

SERVED_SECONDS: Final = 60.0
SETTLE_SECONDS: Final = 0.5
NOT_BEGUN: Final = ("UNAVAILABLE: The server is stopping", "HTTP 503")  # a client may ask again, elsewhere
RECONNECT_SECONDS: Final = 0.3  # the clients of the load try to connect each 0.1 s


@dataclass(frozen=True)
class Outcome:
    """What the load saw of one fault; percentiles in milliseconds, of right answers."""

    fault: str
    seconds: float
    requests: int
    wrong: int
    failed: int
    excused: int
    p50: float
    p99: float
    errors: list[str] = field(default_factory=list)


@dataclass
class _Span:
    """When a fault lasted, and when nothing could answer; times of `time.monotonic`."""

    start: float = field(default_factory=time.monotonic)
    end: float = 0.0
    down: tuple[float, float] | None = None
    is_killed: bool = False

    def excuses(self, request: Request) -> bool:
        """Says whether a request may fail: nothing ran, it was in flight at a kill, or a stop came before it."""
        if self.down is None or request.start >= self.down[1] + RECONNECT_SECONDS:
            return False
        may_be_cut = self.is_killed or request.error in NOT_BEGUN
        return (request.end if may_be_cut else request.start) >= self.down[0]


class Faults:
    """Runs one fault after another against a server under load.

    Args:
        server: to hurt; it isn't started yet.
        pushes: the versions of its model.
        config: the file of its `--model_config_file`.
    """

    def __init__(self, server: Server, pushes: Pushes, config: Path) -> None:
        self._server, self._pushes, self._config = server, pushes, config
        self._spans: list[tuple[str, _Span]] = []

    def run(self, swaps: int, say: Callable[[str], None]) -> list[Outcome]:
        """Does everything; returns what each fault did to the requests."""
        self._pushes.push()
        self._server.start()
        load = Load(self._server, lambda: self._pushes.newest)
        faults: list[tuple[str, Callable[[_Span], None]]] = [
            ("nothing", lambda _: time.sleep(3.0)),
            (f"{swaps} swaps", lambda _: self._swap(swaps)),
            ("a corrupt version", self._corrupt),
            ("a version copied in two parts", self._copy_slowly),
            ("reloads of the config, by file and call", self._reload),
            ("SIGTERM, and a start", self._terminate),
            ("SIGKILL, and a start", self._kill),
            ("nothing, afterwards", lambda _: time.sleep(3.0)),
        ]
        with load.running():
            for name, fault in faults:
                with self._span(name) as span:
                    fault(span)
                    time.sleep(SETTLE_SECONDS)
                say(f"{name}: {span.end - span.start:.1f} s")
        spans = [span for _, span in self._spans]
        return [_outcome(name, span, spans, load) for name, span in self._spans]

    @contextmanager
    def _span(self, name: str) -> Iterator[_Span]:
        span = _Span()
        self._spans.append((name, span))
        yield span
        span.end = time.monotonic()

    def _swap(self, swaps: int) -> None:
        for _ in range(swaps):
            self._wait_until_served(self._pushes.push())

    def _corrupt(self, _: _Span) -> None:
        folder = self._pushes.corrupt()
        time.sleep(3.0)
        shutil.rmtree(folder)

    def _copy_slowly(self, _: _Span) -> None:
        rest = self._pushes.copy_half()
        time.sleep(3.0)
        self._pushes.copy_rest(rest)
        self._wait_until_served(self._pushes.newest)

    def _reload(self, _: _Span) -> None:
        text = self._config.read_text()
        more = config_text({MODEL: self._pushes.base, "other": self._pushes.base})
        self._config.write_text(more)
        self._wait_until(lambda: self._serves("other", self._pushes.newest))
        self._config.write_text("model_config_list { nonsense")
        time.sleep(1.0)
        self._config.write_text(text)
        self._wait_until(lambda: not self._serves("other", self._pushes.newest))
        for paths in ({MODEL: self._pushes.base, "other": self._pushes.base}, {MODEL: self._pushes.base}):
            self._reload_by_call(paths)

    def _reload_by_call(self, paths: dict[str, Path]) -> None:
        request = ReloadConfigRequest()
        for name, path in paths.items():
            request.config.model_config_list.config.add(
                name=name, base_path=str(path), model_platform="tensorflow"
            )
        with self._channel() as channel:
            status = ModelServiceStub(channel).HandleReloadConfigRequest(request, SERVED_SECONDS).status
        if status.error_code:
            raise UserError(f"The config was not taken: {status.error_message}")

    def _terminate(self, span: _Span) -> None:
        sent = time.monotonic()
        self._server.signal(signal.SIGTERM)
        code = self._server.wait()
        if code != 0:
            raise UserError(f"SIGTERM: the server ended with code {code}")
        self._server.start()
        span.down = (sent, time.monotonic())
        time.sleep(3.0)

    def _kill(self, span: _Span) -> None:
        sent = time.monotonic()
        self._server.signal(signal.SIGKILL)
        self._server.wait()
        self._server.start()
        span.down, span.is_killed = (sent, time.monotonic()), True
        time.sleep(3.0)

    def _wait_until_served(self, version: int) -> None:
        self._wait_until(lambda: self._serves(MODEL, version))

    def _wait_until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + SERVED_SECONDS
        while not condition():
            if time.monotonic() > end:
                raise UserError("The server did not do what it was told to within a minute")
            time.sleep(0.05)

    def _serves(self, model: str, version: int) -> bool:
        request = GetModelStatusRequest()
        request.model_spec.name = model
        with self._channel() as channel:
            try:
                entries = ModelServiceStub(channel).GetModelStatus(request, 10).model_version_status
            except grpc.RpcError:
                return False
        states = {entry.version: entry.State.Name(entry.state) for entry in entries}
        return states.get(version) == "AVAILABLE"

    def _channel(self) -> grpc.Channel:
        return grpc.insecure_channel(f"{HOST}:{self._server.grpc_port}", [("grpc.enable_http_proxy", 0)])


def _outcome(name: str, span: _Span, spans: list[_Span], load: Load) -> Outcome:
    requests = load.between(span.start, span.end)
    failed = [request for request in requests if request.result == "failed"]
    blamed = [request for request in failed if not any(span.excuses(request) for span in spans)]
    wrong = [request for request in requests if request.result == "wrong"]
    seconds = [request.end - request.start for request in requests if request.result == "right"]
    p50, p99 = np.percentile(seconds, [50, 99]) * 1000 if seconds else (0.0, 0.0)
    return Outcome(
        fault=name,
        seconds=round(span.end - span.start, 1),
        requests=len(requests),
        wrong=len(wrong),
        failed=len(blamed),
        excused=len(failed) - len(blamed),
        p50=round(float(p50), 1),
        p99=round(float(p99), 1),
        errors=sorted({f"{request.api} {request.error}" for request in [*wrong, *blamed]})[:10],
    )
