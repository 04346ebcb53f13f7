"""The model server that `upnext surfaces` starts where it is told of none: `upnext serve`, as a child."""

import contextlib
import ctypes
import logging
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Final

from listening_log.errors import UserError
from serving.ports import free_ports
from tfx_pipeline.home.layout import Home

STOP_SECONDS: Final = 20.0
"""How long it may go on with requests that are under way."""
RESTART_SECONDS: Final = 5.0
"""One that has ended is started again so much later."""

_PR_SET_PDEATHSIG: Final = 1
_LOG = logging.getLogger("upnext.surfaces")


class ModelServerProcess:
    """`upnext serve` on free ports of this machine alone; it ends with this process, however that ends.

    Args:
        home: whose pushed models are served.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._grpc_port, self._rest_port = free_ports(2)
        self._ended = threading.Event()
        self._process = self._start()
        self._keeper = threading.Thread(target=self._keep, name="model server", daemon=True)

    @property
    def address(self) -> str:
        """`host:port` of its gRPC."""
        return f"127.0.0.1:{self._grpc_port}"

    def wait_until_ready(self, stop: threading.Event) -> None:
        """Waits until its port is open, which says that the models are loaded; or until `stop` is set.

        From then on it is started again if it ends.

        Raises:
            UserError: it ended before.
        """
        while not stop.is_set():
            if self._process.poll() is not None:
                raise UserError(
                    f"the model server ended at its start; {self._home.server_log} says why, "
                    f"and so does `upnext serve --home {self._home}`"
                )
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._grpc_port), 1):
                self._keeper.start()
                return
            time.sleep(0.1)

    def stop(self) -> None:
        """Ends it, with SIGTERM first."""
        self._ended.set()
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "tfx_pipeline.cli.main", "serve", "--home", str(self._home)]
        ports = ["--grpc-port", str(self._grpc_port), "--rest-port", str(self._rest_port)]
        nothing = subprocess.DEVNULL  # our own stdin and stdout may be an agent's
        return subprocess.Popen(
            [*command, *ports], stdin=nothing, stdout=nothing, preexec_fn=_end_with_parent
        )

    def _keep(self) -> None:
        while not self._ended.wait(RESTART_SECONDS):
            code = self._process.poll()
            if code is not None and not self._ended.is_set():
                _LOG.warning("the model server ended with %s; it is started again", code)
                self._process = self._start()


@contextlib.contextmanager
def started(home: Home) -> Iterator[ModelServerProcess]:
    """A model server for a block; it is ended whatever happens."""
    server = ModelServerProcess(home)
    try:
        yield server
    finally:
        server.stop()


def _end_with_parent() -> None:
    """Has the kernel end this child when the thread that started it ends; other systems than Linux have no such."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
