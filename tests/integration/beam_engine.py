"""Beam's own job server and a worker pool beside it: each a process, on loopback, as on an engine."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT
from tests.serving.running import free_port

READY_SECONDS = 120


@dataclass(frozen=True)
class Python:
    """A `python` that notes its process id and its parent's, and goes on as the real one."""

    folder: Path
    """Where it lies; a worker pool starts the first `python` of its PATH."""

    @classmethod
    def in_folder(cls, folder: Path) -> "Python":
        folder.mkdir(parents=True)
        engine = cls(folder)
        engine._notes.touch()
        engine.path.write_text(
            f'#!/bin/sh\necho $$ $PPID >> "{engine._notes}"\nexec "{sys.executable}" "$@"\n'
        )
        engine.path.chmod(0o755)
        return engine

    @property
    def path(self) -> Path:
        return self.folder / "python"

    @property
    def _notes(self) -> Path:
        return self.folder / "started.txt"

    def started(self) -> list[tuple[int, int]]:
        """(process id, its parent's) of each start, in order."""
        return [(int(own), int(parent)) for own, parent in map(str.split, self._notes.open())]


@dataclass(frozen=True)
class Engine:
    """Where the job server listens and the pool does, and what their processes are."""

    job_port: int
    pool_port: int
    server: int
    """Process id of the job server."""
    pool: int
    """Process id of the worker pool."""
    workers: Python
    staged: Path
    """Where the job server keeps the artifacts that jobs bring."""

    @property
    def flags(self) -> list[str]:
        """`beam.flags` of a run on it."""
        return [
            f"--job_endpoint=localhost:{self.job_port}",
            "--environment_type=EXTERNAL",
            f"--environment_config=localhost:{self.pool_port}",
        ]


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Engine]:
    """An engine that works in a new `folder`, empty of code, until the end of the block."""
    folder.mkdir()
    workers = Python.in_folder(folder / "bin")
    port_file, staged, port = folder / "port.txt", folder / "staged", free_port()
    module = "apache_beam.runners"
    server_words = [f"{module}.portability.local_job_service_main"]
    server_words += [f"--port_file={port_file}", f"--staging_dir={staged}"]
    pool_words = [f"{module}.worker.worker_pool_main", f"--service_port={port}"]
    with (
        _process(server_words, folder, "server") as server,
        _process(
            pool_words, folder, "pool", PATH=f"{workers.folder}{os.pathsep}{os.environ['PATH']}"
        ) as pool,
    ):
        _wait(server, folder / "server.log", port_file.exists)
        _wait(pool, folder / "pool.log", lambda: _listens(port))
        yield Engine(int(port_file.read_text()), port, server.pid, pool.pid, workers, staged)


@contextlib.contextmanager
def _process(
    words: list[str], folder: Path, name: str, **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A module in a process with a group of its own, in which its children end too."""
    known = {**os.environ, "PYTHONPATH": str(ROOT), "TF_USE_LEGACY_KERAS": "1", **environment}
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *words],
            cwd=folder, env=known, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(60)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait(process: subprocess.Popen[bytes], log: Path, ready: Callable[[], bool]) -> None:
    end = time.monotonic() + READY_SECONDS
    while not ready():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, f"not ready: {log.read_text()}"
        time.sleep(0.1)
