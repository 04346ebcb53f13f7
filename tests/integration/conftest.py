"""One whole run and one server of it, shared by all integration tests."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.client import Client
from tests.integration.whole import Served, WholeRun, environment, make_data, run_words, upnext
from tests.serving.running import free_port

READY_SECONDS = 240


@pytest.fixture(scope="session")
def whole_run(tmp_path_factory: pytest.TempPathFactory) -> WholeRun:
    """A made world through the whole pipeline, to pushed models."""
    folder = tmp_path_factory.mktemp("whole")
    data, home = make_data(folder / "data"), folder / "home"
    done = upnext(*run_words(data, home))
    assert done.returncode == 0, done.stdout + done.stderr
    return WholeRun(data, home, done)


@pytest.fixture(scope="session")
def server(whole_run: WholeRun, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`upnext serve` on what the run pushed."""
    grpc_port, rest_port = free_port(), free_port()
    out = tmp_path_factory.mktemp("server") / "out.txt"
    words = ["serve", "--home", str(whole_run.home)]
    words += ["--grpc-port", str(grpc_port), "--rest-port", str(rest_port)]
    with out.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "tfx_pipeline.cli.main", *words],
            env=environment(),
            stdout=file,
            stderr=file,
        )
    try:
        _wait_until_ready(process, out)
        yield Served(f"127.0.0.1:{grpc_port}", f"127.0.0.1:{rest_port}")
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture(scope="session")
def client(server: Served) -> Iterator[Client]:
    """A gRPC client of the server."""
    with Client(server.grpc, timeout=120.0) as client:
        yield client


def _wait_until_ready(process: subprocess.Popen[bytes], out: Path) -> None:
    end = time.monotonic() + READY_SECONDS
    while "ready:" not in out.read_text():
        assert process.poll() is None, out.read_text()
        assert time.monotonic() < end, "the server is not ready"
        time.sleep(0.1)
