"""The server's process: started, stopped, killed, and measured."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from listening_log.errors import UserError
from serving.ports import free_ports

HOST: Final = "127.0.0.1"
READY_SECONDS: Final = 240.0
STOP_SECONDS: Final = 60.0


class Server:
    """A model server on two fixed ports of loopback, which can be started again.

    Args:
        flags: what to serve, and how.
        folder: for its output.
    """

    def __init__(self, flags: Sequence[str], folder: Path) -> None:
        self.grpc_port, self.rest_port = free_ports(2, HOST)
        self._command = [
            sys.executable,
            "-m",
            "components.serving_check.bound_server",
            str(os.getpid()),
            *flags,
        ]
        self._command += [f"--port={self.grpc_port}", f"--rest_api_port={self.rest_port}"]
        self._out, self._err = folder / "out.txt", folder / "err.txt"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it and waits until it is ready.

        Raises:
            UserError: it ended, or it wasn't ready in time.
        """
        with self._out.open("wb") as out, self._err.open("ab") as err:
            self.process = subprocess.Popen(self._command, stdout=out, stderr=err, stdin=subprocess.DEVNULL)
        end = time.monotonic() + READY_SECONDS
        while b"ready:" not in self._out.read_bytes():
            if self.process.poll() is not None or time.monotonic() > end:
                raise UserError(f"The server did not start: {self._err.read_text(errors='replace')[-500:]}")
            time.sleep(0.05)

    @property
    def pid(self) -> int:
        """Returns the process's number."""
        assert self.process is not None
        return self.process.pid

    def is_alive(self) -> bool:
        """Says whether the process runs."""
        return self.process is not None and self.process.poll() is None

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal."""
        os.kill(self.pid, number)

    def wait(self) -> int:
        """Waits until the process has ended; returns its exit code."""
        assert self.process is not None
        return self.process.wait(STOP_SECONDS)

    def stop(self) -> None:
        """Ends the process, whatever it does."""
        if self.is_alive():
            self.signal(signal.SIGTERM)
            try:
                self.wait()
            except subprocess.TimeoutExpired:
                self.signal(signal.SIGKILL)
                self.wait()

    def memory_mib(self) -> float:
        """Returns the resident memory now."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        (line,) = (line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def threads(self) -> int:
        """Returns the number of threads now."""
        return len(list(Path(f"/proc/{self.pid}/task").iterdir()))

    def complaints(self) -> list[str]:
        """Returns the lines that it wrote to stderr."""
        return self._err.read_text(errors="replace").splitlines()
