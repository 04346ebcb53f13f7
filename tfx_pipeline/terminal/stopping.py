"""Ends a command that is told to stop: at once for whoever waits, and with all that it has started."""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Final

from tfx_pipeline.terminal.console import Console
from tfx_pipeline.terminal.exit_codes import FAILED

GRACE_SECONDS: Final = 10.0
"""How long a stage may take to unwind; what it leaves is cleared away by the next run anyway."""
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def stopped_by_signals(end: Callable[[], None], grace: float = GRACE_SECONDS) -> Iterator[threading.Event]:
    """SIGINT, SIGTERM and SIGHUP raise KeyboardInterrupt in the main thread, once.

    A second one, or `grace` seconds, ends the process: libraries may be deep in code that hears no exception.

    Args:
        end: is called before such an end; it should end the process itself.
        grace: seconds until then.

    Yields:
        Set once a signal has come: libraries turn the interrupt into exceptions of other kinds.
    """
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            end()
            return
        stop.set()
        timer = threading.Timer(grace, end)
        timer.daemon = True
        timer.start()
        raise KeyboardInterrupt

    before = {}
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup has SIGHUP ignored
            before[number] = signal.signal(number, interrupt)
    try:
        yield stop
    finally:
        if not stop.is_set():  # after a signal the process only ends
            for number, handler in before.items():
                signal.signal(number, handler)


def end_process(console: Console) -> None:
    """Ends this process and those that it has started, whatever its other threads are doing."""
    console.if_stopped()
    end_children()
    console.tell("stopped")
    os._exit(FAILED)


def end_children() -> None:
    """Kills the processes that this one has started, and theirs: whatever they make is not needed any more."""
    for process in _descendants(os.getpid()):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def _descendants(process: int) -> list[int]:
    """The processes below one, the youngest generation first; Linux's /proc has them, other systems none."""
    processes = []
    for listing in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, listing.read_text().split()):
                processes += [*_descendants(child), child]
    return processes
