"""`upnext surfaces`: the destinations over HTTP, until they are told to stop."""

import contextlib
import logging
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from typing import Final, TextIO

import uvicorn
from threadpoolctl import threadpool_limits

from listening_log.errors import UserError
from surfaces.live import LiveApp
from surfaces.warming import warm_up
from tfx_pipeline.home.layout import Home
from tfx_pipeline.surfaces.home_application import HomeApplication, open_store, pushed_catalogue, store_url
from tfx_pipeline.surfaces.model_server_process import ModelServerProcess, started

WARM_UP_SECONDS: Final = 4.0
"""How long it waits for answers that are made with the models, before it says that it is ready without."""

SWITCH_SECONDS: Final = 0.0005
"""After so long a thread lets another one run. Python's own is ten times as long, and an answer waits that long each
time that it has waited for the models, the store or an index: at eight clients that is most of its time."""

_LOG = logging.getLogger("upnext.surfaces")


def serve(
    home: Home, address: str, host: str, port: int, store: str, terminal: TextIO, rephrase: str = ""
) -> int:
    """Serves the destinations until SIGTERM or SIGINT.

    Args:
        home: of earlier runs, with pushed models.
        address: `host:port` of a model server's gRPC; "": one is started.
        host: address to bind to.
        port: to listen on, 0 for a free one.
        store: URL of the store's database; "": a file under HOME.
        terminal: gets one line when the destinations are ready.
        rephrase: URL of an OpenAI-compatible server that rephrases the DJ's sentences; "": none does.

    Returns:
        The exit code.

    Raises:
        UserError: nothing was pushed, the log can't be read, the port is in use, or the model server ends at
          its start, or the store can't be opened.
    """
    listener = _listen(host, port)
    # a product of a matrix and a vector gains little by two threads, and waits for the second where it has no core
    sys.setswitchinterval(SWITCH_SECONDS)
    one_thread = threadpool_limits(1, "blas")
    with one_thread, contextlib.closing(listener), live_app(home, address, store, rephrase) as (app, child):
        config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=5)
        server = _Server(
            config, app, child, f"ready: http://{_shown(host)}:{listener.getsockname()[1]}/", terminal
        )
        server.run([listener])
        if server.fault is not None:
            raise server.fault
    return 0


@contextlib.contextmanager
def live_app(
    home: Home, address: str, store: str, rephrase: str = ""
) -> Iterator[tuple[LiveApp, ModelServerProcess | None]]:
    """The application over a HOME for a block, and the model server that was started for it, if one was.

    Raises:
        UserError: as `serve`.
    """
    pushed_catalogue(home)
    with contextlib.ExitStack() as stack:
        child = None if address else stack.enter_context(started(home))
        opened = open_store(store_url(home, store))
        stack.callback(opened.close)
        application = HomeApplication(home, child.address if child else address, opened, rephrase)
        yield LiveApp(application.build, application.stamp), child


class _Server(uvicorn.Server):
    """Uvicorn's server, which says when the destinations and the models are ready."""

    def __init__(
        self,
        config: uvicorn.Config,
        app: LiveApp,
        child: ModelServerProcess | None,
        line: str,
        terminal: TextIO,
    ) -> None:
        super().__init__(config)
        self._app, self._child, self._line, self._terminal = app, child, line, terminal
        self._stop = threading.Event()
        self.fault: UserError | None = None

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """A signal ends the server with exit code 0, as it ends `upnext serve`."""
        before = {
            number: signal.signal(number, self.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)
        }
        announcer = threading.Thread(target=self._announce, name="ready", daemon=True)
        announcer.start()
        try:
            yield
        finally:
            self._stop.set()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _announce(self) -> None:
        try:
            if self._child is not None:
                self._child.wait_until_ready(self._stop)
        except UserError as error:
            self.fault = error
            self.should_exit = True
            return
        warm_up(self._app, WARM_UP_SECONDS)
        while not self.started and not self._stop.wait(0.02):
            pass
        if not (self._stop.is_set() or self.should_exit):
            print(self._line, file=self._terminal, flush=True)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # by its protocol asyncio knows that TCP must not wait to fill packets: 40 ms an answer of a kept connection
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise UserError(
            f"port {port} of {host} can't be opened: {error.strerror}; give another --port"
        ) from None
    return listener


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
