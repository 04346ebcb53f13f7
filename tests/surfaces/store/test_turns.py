"""Many who write at a time: threads of one process in turns, processes one after the other, and nothing is lost."""

import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextvars import copy_context
from multiprocessing import get_context
from pathlib import Path

import pytest

from surfaces.common import budget
from surfaces.common.errors import UnavailableError
from surfaces.store import turns
from surfaces.store.records import StoredPlay
from surfaces.store.store import Store
from surfaces.store.turns import Turns

THREADS, PLAYS = 4, 25


def write(url: str, name: str) -> None:
    """Adds plays from several threads, each again until it is taken."""
    store = Store(url)

    def add(thread: int) -> None:
        for number in range(PLAYS):
            while True:
                try:
                    store.add_plays([StoredPlay(name, f"{thread}", number)])
                    break
                except UnavailableError:
                    time.sleep(0.01)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(add, range(THREADS)))
    store.close()


def test_the_next_one_goes_on_when_one_is_done() -> None:
    turn, order = Turns(), list[str]()

    def wait() -> None:
        with turn:
            order.append("second")

    with turn:
        waiting = threading.Thread(target=wait)
        waiting.start()
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]


def test_who_waits_too_long_is_refused_and_the_turn_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "patience", lambda: 0.01)
    turn = Turns()
    with turn, pytest.raises(UnavailableError, match="at a time"), turn:
        pass
    with turn:
        pass


def test_an_answer_that_is_late_waits_for_a_writer_who_is_nearly_done(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    store, turn = Store(f"sqlite:///{path}"), Turns()

    def late(write: Callable[[], object]) -> None:
        budget.begin(-1)
        write()

    def take_turn() -> None:
        with turn:
            pass

    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        threading.Timer(0.01, other.execute, ("COMMIT",)).start()
        copy_context().run(late, lambda: store.add_plays([StoredPlay("u", "a", 1)]))
    turn.__enter__()
    threading.Timer(0.01, turn.__exit__).start()
    copy_context().run(late, take_turn)
    assert len(store.plays("u")) == 1


def test_what_two_processes_write_at_a_time_is_there_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    processes = [get_context("spawn").Process(target=write, args=(url, name)) for name in ("u", "v")]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0, 0]
    store = Store(url)
    for name in ("u", "v"):
        assert (
            len({(p.item_id, p.timestamp) for p in store.plays(name)})
            == len(store.plays(name))
            == THREADS * PLAYS
        )
