"""Spares listeners the wait for a server that is gone: after some failures nobody asks it, for a moment."""

import time
from threading import Lock
from typing import Final

FAILURES: Final = 3
"""So many in a row, without an answer between them."""
PAUSE_SECONDS: Final = 1.0
"""How long nobody asks then; after it one question is tried."""


class Breaker:
    """Counts failures in a row; safe to use from any number of threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._failures = 0
        self._open_until = 0.0

    def is_closed(self) -> bool:
        """Whether a question may be sent now. Of those that wait for the end of a pause the first may."""
        with self._lock:
            if self._failures < FAILURES:
                return True
            if time.monotonic() < self._open_until:
                return False
            self._open_until = time.monotonic() + PAUSE_SECONDS
            return True

    def note_failure(self) -> None:
        """Counts a question without an answer."""
        with self._lock:
            self._failures += 1
            self._open_until = time.monotonic() + PAUSE_SECONDS

    def note_answer(self) -> None:
        """Forgets the failures."""
        with self._lock:
            self._failures = 0
