import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from listening_log.errors import UserError
from surfaces.common.errors import UnavailableError
from surfaces.common.moment import Moment
from surfaces.store.engine import make_engine
from surfaces.store.records import StoredPlay
from surfaces.store.store import Store
from tests.support.small_disk import fill, grow, small_disk
from tests.surfaces.worlds import catalogue, plays, service

NOW = Moment.parse("2026-11-26T08:30:00Z")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another process writes, and doesn't end."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def test_while_another_process_writes_reads_go_on_and_writes_are_refused_in_time(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    store = Store(f"sqlite:///{path}")
    store.add_plays([StoredPlay("u", "a", 1)])
    with locked(path):
        start = time.monotonic()
        assert len(store.plays("u")) == 1
        with pytest.raises(UnavailableError, match="locked"):
            store.add_plays([StoredPlay("u", "b", 2)])
        assert time.monotonic() - start < 1
    assert store.add_plays([StoredPlay("u", "b", 2)]) == 1


def test_on_a_full_disk_reads_go_on(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 512) as folder:
        store = Store(f"sqlite:///{folder / 'store.sqlite'}")
        store.add_plays([StoredPlay("u", "a", 1)])
        fill(folder)
        many = [StoredPlay("u", "b" * 200, number) for number in range(2000)]
        with pytest.raises(UnavailableError, match="full"):
            store.add_plays(many)
        assert store.plays("u") == [StoredPlay("u", "a", 1)]
        grow(folder, 4096)
        assert store.add_plays([StoredPlay("u", "c", 1)]) == 1
        store.close()


def test_a_store_that_is_gone_leaves_the_log(tmp_path: Path) -> None:
    shared = service(tmp_path, catalogue([{"item_id": "a"}]), {"u": plays([0])})
    with make_engine(f"sqlite:///{tmp_path / 'store.sqlite'}").connect() as connection:
        connection.exec_driver_sql("DROP TABLE plays")
    visit = shared.visit("u", NOW)
    assert visit.plays.items.tolist() == [0]
    assert visit.shortfall["degraded"]


def test_two_processes_share_a_store(url: str) -> None:
    one, other = Store(url), Store(url)
    assert one.add_plays([StoredPlay("u", "a", 1)]) == 1
    assert other.add_plays([StoredPlay("u", "a", 1), StoredPlay("u", "b", 2)]) == 1
    assert len(one.plays("u")) == 2
    assert one.freeze("u", "weekly", "w", {"n": 1}) == other.freeze("u", "weekly", "w", {"n": 2})


@pytest.mark.parametrize("wrong", ["nonsense", "mysql://localhost/store"])
def test_another_kind_of_database_is_refused(wrong: str) -> None:
    with pytest.raises(UserError, match="URL is of"):
        Store(wrong)
