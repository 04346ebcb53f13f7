"""Starts the real model server as a process, as its users do."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback needs no proxy
# Python runs this file at the start of every process that has its folder on the path.
SITE = """
import atexit, os, sys
atexit.register(lambda: open(os.environ["LOADED_MODULES"], "w").write("\\n".join(sys.modules)))
"""


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class ServerProcess:
    """A running server and how to ask it."""

    flags: list[str]
    folder: Path  # for its output; empty of code
    grpc_port: int = field(default_factory=free_port)
    rest_port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "sitecustomize.py").write_text(SITE)
        self.modules_file = self.folder / "modules.txt"
        environment = {
            **os.environ,
            "PYTHONPATH": f"{self.folder}{os.pathsep}{ROOT}",
            "LOADED_MODULES": str(self.modules_file),
        }
        ports = [f"--port={self.grpc_port}", f"--rest_api_port={self.rest_port}"]
        self._out, self._err = self.folder / "out.txt", self.folder / "err.txt"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "serving.model_server", *ports, *self.flags],
                cwd=self.folder, env=environment, stdout=out, stderr=err,
            )  # fmt: skip

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.grpc_port}"

    def out(self) -> str:
        return self._out.read_text()

    def err(self) -> str:
        return self._err.read_text()

    def wait_until_ready(self, seconds: float = 240) -> None:
        """Waits for the line that says so."""
        end = time.monotonic() + seconds
        while "ready:" not in self.out():
            assert self.process.poll() is None, self.err()
            assert time.monotonic() < end, "the server is not ready"
            time.sleep(0.05)

    def stop(self) -> int:
        """Sends SIGTERM; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def rest(self, path: str, body: Any = None) -> tuple[int, Any]:
        """GETs or, with a body (raw bytes or what becomes JSON), POSTs; returns the status and the JSON."""
        raw = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.rest_port}{path}", data=raw)
        try:
            with OPENER.open(request, timeout=30) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())


def run_server(*flags: str, cwd: Path) -> subprocess.CompletedProcess:
    """Runs a server that is expected to end by itself."""
    return subprocess.run(
        [sys.executable, "-m", "serving.model_server", *flags],
        cwd=cwd, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
