"""What is done after an answer, for the next one: at once, or in turn while listeners are answered."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from contextvars import copy_context
from typing import Final, TypeAlias

from surfaces.common import budget

Task: TypeAlias = Callable[[], object]
Later: TypeAlias = Callable[[Task], object]

MOST_WAITING: Final = 16
"""Tasks that wait; with more, a new one is left out, for what it prepares is made when it is asked for."""

_LOG = logging.getLogger("upnext.surfaces")


def at_once(task: Task) -> None:
    """Does a task before it returns, without the answer's limit of time."""
    copy_context().run(_unhurried, task)


class InTurn:
    """Does tasks one after the other in a thread of its own, which ends when nothing is left to do.

    One at a time, and with as long a rest after each as it took, so that listeners who wait for an answer have the
    machine and the models. A task that fails is logged, and the next one is done.

    Args:
        most: tasks that may wait.
    """

    def __init__(self, most: int = MOST_WAITING) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._waiting: deque[Task] = deque()
        self._is_working = False

    def __call__(self, task: Task) -> None:
        """Takes a task, or leaves it out where too many wait."""
        with self._lock:
            if len(self._waiting) < self._most:
                self._waiting.append(task)
            if not self._is_working:
                self._is_working = True
                threading.Thread(target=self._work, name="after answers", daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._is_working = False
                    return
                task = self._waiting.popleft()
            start = time.monotonic()
            try:
                task()
            except Exception:  # whatever it was, the listeners have their answers and the next task its turn
                _LOG.exception("what was to be done after an answer failed")
            time.sleep(time.monotonic() - start)


def _unhurried(task: Task) -> None:
    budget.end()
    task()
