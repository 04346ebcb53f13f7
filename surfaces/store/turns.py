"""Whose turn it is to write: the threads of one process wait for each other here, and not in SQLite."""

import threading
from contextlib import AbstractContextManager, nullcontext

from sqlalchemy import Engine

from surfaces.common.errors import UnavailableError
from surfaces.store.engine import patience


class Turns:
    """One writer at a time; a context manager, for any number of threads.

    SQLite takes one writer at a time too, but who waits there sleeps and looks again, up to a tenth of a second
    later: of eight threads the unlucky one finds it locked each time until its patience ends. Here the one that is
    done wakes the next.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        """Waits for a turn.

        Raises:
            UnavailableError: it doesn't come in time.
        """
        if not self._lock.acquire(timeout=patience()):
            raise UnavailableError("the store can't be used now: too many write to it at a time")

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def make_turns(engine: Engine) -> AbstractContextManager[None]:
    """The turns of a database's writers; PostgreSQL takes many at a time."""
    return Turns() if engine.dialect.name == "sqlite" else nullcontext()
