"""The server's own lines: a version that serves, a version that is broken, a failure of the server."""

import threading
import time
import traceback
from typing import Final, TextIO

from serving import metrics
from serving.errors import ServingError

SECONDS: Final = 10.0  # a failure of one kind is told once in these


class Reporter:
    """Writes lines; it never raises, since a terminal can close and a disk can be full.

    Args:
        out: where to; None for nowhere.
    """

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out
        self._lock = threading.Lock()
        self._last: dict[str, float] = {}

    def report(self, line: str) -> None:
        """Writes a line."""
        try:
            with self._lock:
                print(line, file=self._out, flush=True)
        except (OSError, ValueError):  # the reader is gone, or the stream is closed
            pass

    def report_failure(self, where: str, error: BaseException) -> None:
        """Counts an INTERNAL answer and tells where it comes from.

        Its text is told only of our own errors, which name the graph's node: another's can hold a history.
        """
        kind = type(error).__name__
        metrics.FAILURES.add(where, kind)
        frames = traceback.extract_tb(error.__traceback__)
        place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
        what = error.message if isinstance(error, ServingError) else f"{kind}{place}"
        line = f"{where}: INTERNAL, {what}"
        now = time.monotonic()
        if now - self._last.get(line, -SECONDS) >= SECONDS:
            self._last[line] = now
            self.report(line)
