"""`LiveApp`: the application that is made anew, behind the same address, when what it is made of has changed."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Final, NamedTuple

from starlette.types import ASGIApp, Receive, Scope, Send

from listening_log.errors import UserError
from serving.errors import ServerError
from surfaces.common.errors import SurfaceError

LOOK_SECONDS: Final = 3.0
"""How long a new push or a new log may go unseen."""
GRACE_SECONDS: Final = 10.0
"""How long requests that began with what was replaced may go on with it."""
RETRY_SECONDS: Final = 60.0
"""After a failure the same state is tried again so much later."""

_LOG = logging.getLogger("upnext.surfaces")


class Built(NamedTuple):
    """An application, and what lets go of what it has open."""

    app: ASGIApp
    close: Callable[[], None]


class LiveApp:
    """An ASGI application in front of the newest one; a request is answered by one alone.

    Args:
        build: makes the application of what is there now.
        stamp: changes when another one should be made; quick, it is read every few seconds.
        seconds: between two readings.

    Raises:
        UserError: `build` says so at the start; later the old application stays.
    """

    def __init__(
        self, build: Callable[[], Built], stamp: Callable[[], object], seconds: float = LOOK_SECONDS
    ) -> None:
        self._build, self._stamp, self._seconds = build, stamp, seconds
        self._current = stamp()
        self._built = build()
        self._failed: object = None
        self._failed_at = 0.0
        self._stop = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="new pushes", daemon=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request, or the server's word that it starts or ends."""
        if scope["type"] != "lifespan":
            await self._built.app(scope, receive, send)
            return
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    def start(self) -> None:
        """Begins to look for what is new."""
        self._watcher.start()

    def stop(self) -> None:
        """Looks no more."""
        self._stop.set()

    def refresh(self) -> bool:
        """Makes the application anew if what it is made of has changed; returns whether it did."""
        stamp: object = None
        try:
            stamp = self._stamp()
            if stamp == self._current or (
                stamp == self._failed and time.monotonic() < self._failed_at + RETRY_SECONDS
            ):
                return False
            built = self._build()
        except (UserError, ServerError, SurfaceError, OSError) as error:
            _LOG.warning("what is served stays as it was: %s", error)
            self._note_failure(stamp)
            return False
        except (
            Exception
        ):  # whatever a push may hold, listeners keep what they have, and the next one is looked at
            _LOG.exception("what is served stays as it was")
            self._note_failure(stamp)
            return False
        replaced, self._built, self._current = self._built, built, stamp
        closer = threading.Timer(GRACE_SECONDS, replaced.close)
        closer.daemon = True
        closer.start()
        _LOG.info("a new push or a new log is served")
        return True

    def _note_failure(self, stamp: object) -> None:
        self._failed, self._failed_at = stamp, time.monotonic()

    def _watch(self) -> None:
        while not self._stop.wait(self._seconds):
            self.refresh()
