"""The terminal is ours: what libraries write, in Python or in C++, goes to a log file.

A server's own process has another way (`serving.stderr`): it may import nothing from here, diverts stderr alone,
and gives it back.
"""

import logging
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class Console:
    """The user's terminal: `out` for answers, `err` for everything else.

    Before `redirect` these are the process's own stdout and stderr.
    """

    def __init__(self) -> None:
        self.out: TextIO = sys.stdout
        self.err: TextIO = sys.stderr
        self.log: Path | None = None
        """Where everything else goes, after `redirect`."""
        self.if_stopped: Callable[[], None] = lambda: None
        """Notes that the process had to end at once."""
        self._handler: logging.Handler | None = None
        self._level = logging.getLogger().level

    def redirect(self, log: Path | None) -> None:
        """Sends file descriptors 1 and 2, and Python's logging, to `log`; processes started later follow.

        Call it before TensorFlow is imported. Without a log, what comes is dropped.
        """
        self._flush()
        self.out, self.err = _copy_of(1), _copy_of(2)
        self.log = log
        descriptor = os.open(log or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        os.close(descriptor)
        if log:
            self._handler = logging.FileHandler(log, encoding="utf-8")
            self._handler.setFormatter(logging.Formatter(_FORMAT))
            root = logging.getLogger()
            self._level = root.level
            root.addHandler(self._handler)
            root.setLevel(logging.INFO)

    def restore(self) -> None:
        """Undoes `redirect`, for callers that live on. A command that ends leaves it as it is."""
        if self.out is sys.stdout:
            return
        self._flush()
        for copy, descriptor in ((self.out, 1), (self.err, 2)):
            os.dup2(copy.fileno(), descriptor)
            copy.close()
        if self._handler:
            logging.getLogger().removeHandler(self._handler)
            logging.getLogger().setLevel(self._level)
            self._handler.close()
        self.out, self.err, self.log, self._handler = sys.stdout, sys.stderr, None, None

    @property
    def can_draw(self) -> bool:
        """Whether `out` can show the blocks that charts are made of."""
        try:
            "█".encode(self.out.encoding or "ascii")
        except (UnicodeEncodeError, LookupError):
            return False
        return True

    def tell(self, line: str) -> None:
        """Prints a line of the command's own to `err`."""
        print(f"upnext: {line}", file=self.err, flush=True)

    def drop_output(self) -> None:
        """Sends what is still to be written to `out` nowhere: nobody reads it."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), self.out.fileno())

    def record(self, error: BaseException) -> Path | None:
        """Writes an error's traceback to the log, or to a file of its own; returns where, None if nowhere."""
        text = "".join(traceback.format_exception(error))
        try:
            if self.log is None:
                name = f"upnext-{time.strftime('%Y%m%d-%H%M%S')}-"
                descriptor, path = tempfile.mkstemp(".log", name, text=True)
                os.close(descriptor)
                self.log = Path(path)
            with open(self.log, "a", encoding="utf-8") as log:
                log.write(text)
        except OSError:
            return None
        return self.log

    def _flush(self) -> None:
        for stream in (sys.stdout, sys.stderr, self.out, self.err):
            stream.flush()


def _copy_of(descriptor: int) -> TextIO:
    return os.fdopen(os.dup(descriptor), "w", buffering=1, encoding="utf-8", errors="replace")
