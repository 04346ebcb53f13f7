import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from listening_log.errors import UserError
from surfaces.store import schema
from surfaces.store.engine import make_engine
from surfaces.store.records import StoredPlay
from surfaces.store.store import Store
from surfaces.store.tables import METADATA


def make_old(url: str, revision: str) -> sa.Engine:
    """A store as an earlier version of the code left it."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(schema._MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return engine


def test_the_migrations_make_the_tables_that_the_code_reads(url: str) -> None:
    Store(url).close()
    with make_engine(url).connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_the_newest_revision_is_that_of_the_migrations() -> None:
    assert ScriptDirectory(str(schema._MIGRATIONS)).get_current_head() == schema.NEWEST


def test_an_older_store_is_migrated_with_all_that_it_has(url: str) -> None:
    old = make_old(url, "0001")
    add = sa.text("INSERT INTO plays (user_id, item_id, timestamp, ms_played) VALUES ('u', 'a', 9, :ms)")
    with old.begin() as connection:
        for ms in (5, 6):  # posted twice
            connection.execute(add, {"ms": ms})
    old.dispose()
    store = Store(url)
    assert store.plays("u") == [StoredPlay("u", "a", 9, 5)]
    assert store.add_plays([StoredPlay("u", "a", 9)]) == 0


def test_a_newer_store_is_refused_in_one_line(url: str) -> None:
    Store(url).close()
    with make_engine(url).connect() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        connection.commit()
    with pytest.raises(UserError, match=r"written by a newer version of Upnext .*9999.*--store"):
        Store(url)


def test_of_processes_that_start_at_once_one_migrates(url: str) -> None:
    make_old(url, "0001").dispose()
    faults: list[BaseException] = []

    def start(number: int) -> None:
        try:
            store = Store(url)
            store.add_plays([StoredPlay("u", f"item {number}", 1)])
            store.close()
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=start, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(Store(url).plays("u")) == 4


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "50% of %(here)s"
    folder.mkdir()
    assert Store(f"sqlite:///{folder / 'store.sqlite'}").plays("u") == []
