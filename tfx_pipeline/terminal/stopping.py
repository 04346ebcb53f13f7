"""Ends a command that is told to stop: at once for whoever waits, and with all that it has started."""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Final

GRACE_SECONDS: Final = 10.0
"""How long a stage may take to unwind; what it leaves is cleared away by the next run anyway."""
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def stopped_by_signals(at_last: Callable[[], None], grace: float = GRACE_SECONDS) -> Iterator[None]:
    """SIGINT, SIGTERM and SIGHUP raise KeyboardInterrupt in the main thread, once.

    A second one, or `grace` seconds, ends the process: libraries may be deep in code that hears no exception.

    Args:
        at_last: is called before such an end; it should end the process itself.
        grace: seconds until then.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    told = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        if told.is_set():
            at_last()
            return
        told.set()
        timer = threading.Timer(grace, at_last)
        timer.daemon = True
        timer.start()
        raise KeyboardInterrupt

    before = {}
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup has SIGHUP ignored
            before[number] = signal.signal(number, stop)
    try:
        yield
    finally:
        if not told.is_set():  # once told, a process stays told until it ends
            for number, handler in before.items():
                signal.signal(number, handler)


def end_children() -> None:
    """Kills the processes that this one has started, and theirs: whatever they make is not needed any more."""
    for process in _descendants(os.getpid()):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def _descendants(process: int) -> list[int]:
    """Of Linux's /proc; none elsewhere."""
    found = []
    for listing in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, listing.read_text().split()):
                found += [*_descendants(child), child]
    return found
