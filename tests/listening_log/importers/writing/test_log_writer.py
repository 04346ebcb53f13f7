import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from listening_log.errors import UserError
from listening_log.importers.writing import staging
from listening_log.importers.writing.log_writer import AppliedPolicy, LogWriter
from listening_log.tables.tables import table_files
from tests.conftest import ROOT

EVENT = pa.table({"user_id": ["ann"], "item_id": ["a"], "timestamp": [7]})
MANY = EVENT.take(pa.array(np.zeros(500_000, np.int64)))
ITEM = pa.table({"item_id": ["a"]})


def test_tables_appear_at_the_end(out: Path, written) -> None:
    with LogWriter(str(out)) as log:
        log.events(EVENT)
        log.items(ITEM)
        assert [path.name for path in out.iterdir()] == [".importing"]

    assert sorted(path.name for path in out.iterdir()) == ["catalog.parquet", "events.parquet"]
    assert written("events") == EVENT.to_pydict()
    assert log.imported().files == ("catalog.parquet", "events.parquet")


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, UserError, ValueError])
def test_an_interrupted_import_leaves_nothing(out: Path, interrupt: type[BaseException]) -> None:
    with pytest.raises(interrupt), LogWriter(str(out / "deep")) as log:  # noqa: PT012
        log.items(ITEM)
        log.events(MANY)
        raise interrupt

    assert not out.exists()


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_fault_while_tables_appear_takes_them_back(
    out: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def fail_at_the_folder(path: Path) -> None:
        if path == out:
            raise error

    monkeypatch.setattr(staging, "sync", fail_at_the_folder)
    with pytest.raises((UserError, KeyboardInterrupt)), LogWriter(str(out)) as log:  # noqa: PT012
        log.events(EVENT)
        log.items(ITEM)

    assert not out.exists()


def test_what_a_killed_import_leaves_is_no_table_and_no_obstacle(out: Path, written) -> None:
    code = (
        "import os, sys, pyarrow as pa\n"
        "from listening_log.importers.writing.log_writer import LogWriter\n"
        "log = LogWriter(sys.argv[1])\n"
        "log.items(pa.table({'item_id': ['old']}))\n"
        "log._parts['catalog'].finish()\n"
        "os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(out)], cwd=ROOT, check=False)
    assert [path.name for path in out.iterdir()] == [".importing"]
    with pytest.raises(UserError, match="no table events"):
        table_files(str(out), "events")

    with LogWriter(str(out)) as log:
        log.events(EVENT)
        log.items(ITEM)

    assert written("catalog") == {"item_id": ["a"]}
    assert not (out / ".importing").exists()


def test_two_imports_do_not_write_to_one_folder(out: Path) -> None:
    with LogWriter(str(out)) as log:
        log.events(EVENT)
        log.items(ITEM)
        with pytest.raises(UserError, match="another import is writing there"):
            LogWriter(str(out))

    assert (out / "events.parquet").exists()


@pytest.mark.parametrize("name", ["events.csv", "catalog.parquet", "users", "events_01.csv.gz", "span-2"])
def test_a_folder_that_holds_tables_is_refused(out: Path, name: str) -> None:
    out.mkdir()
    (out / name).write_text("")

    with pytest.raises(UserError, match=f"holds tables already \\({name}\\)"):
        LogWriter(str(out))

    assert [path.name for path in out.iterdir()] == [name]


def test_other_files_in_the_folder_stay(out: Path) -> None:
    out.mkdir()
    (out / "README").write_text("mine")

    with LogWriter(str(out)) as log:
        log.events(EVENT)
        log.items(ITEM)

    assert (out / "README").read_text() == "mine"


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="is a file; name a folder"):
        LogWriter(str(tmp_path / "file"))
    with pytest.raises(UserError, match="cannot be written"):
        LogWriter(str(tmp_path / "file" / "below"))


def test_a_full_disk_is_one_clear_line_and_leaves_nothing(out: Path) -> None:
    numbers = pa.array(np.random.default_rng(0).integers(0, 1 << 60, 600_000))
    users = pa.array(["u"]).take(pa.array(np.zeros(len(numbers), np.int64)))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))  # as full: no file may grow further
    try:
        with pytest.raises(UserError) as error, LogWriter(str(out)) as log:
            log.events(pa.table({"user_id": users, "item_id": users, "timestamp": numbers}))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert str(error.value) == f"{out}: cannot be written (File too large)"
    assert not out.exists()


def test_an_item_that_was_written_is_skipped(out: Path, written) -> None:
    with LogWriter(str(out)) as log:
        log.events(EVENT)
        log.items(pa.table({"item_id": ["b", "a", "b"], "title": ["first", "x", "again"]}))
        log.items(pa.table({"item_id": ["c", None, "a", ""], "title": ["z", "none", "again", "none"]}))

    assert written("catalog") == {"item_id": ["b", "a", "c"], "title": ["first", "x", "z"]}
    assert log.imported().items == 3


def test_a_listener_that_was_written_is_skipped(out: Path, written) -> None:
    with LogWriter(str(out)) as log:
        log.events(EVENT)
        log.items(ITEM)
        log.users(pa.table({"user_id": ["ann", "ann", "bob"], "age": [30, 31, None]}))

    assert written("users") == {"user_id": ["ann", "bob"], "age": [30, None]}
    assert log.imported().users == 2


def test_a_column_without_a_value_is_left_out(out: Path) -> None:
    with LogWriter(str(out)) as log:
        log.items(ITEM.append_column("title", pa.array([""])))
        log.events(EVENT.append_column("rating", pa.nulls(1)))
        log.events(EVENT.append_column("rating", pa.nulls(1, pa.float64())))

    assert pq.read_schema(out / "events.parquet").names == ["user_id", "item_id", "timestamp"]
    assert pq.read_schema(out / "catalog.parquet").names == ["item_id"]


def test_a_column_that_comes_up_later_is_kept(out: Path) -> None:
    with LogWriter(str(out)) as log:
        log.items(ITEM)
        log.events(MANY)
        log.events(EVENT.append_column("surface", pa.array(["home"])))
        log.events(EVENT)

    first, second = (pq.read_table(path) for path in table_files(str(out), "events"))
    assert first.column_names == ["user_id", "item_id", "timestamp"]
    assert (first.num_rows, second["surface"].to_pylist()) == (500_000, ["home", None])


def test_columns_take_the_contracts_types(out: Path) -> None:
    with LogWriter(str(out)) as log:
        log.items(pa.table({"item_id": pa.array(["a"]).dictionary_encode(), "duration_ms": ["12"]}))
        log.events(pa.table({"user_id": [1], "item_id": ["a"], "timestamp": pa.array([7], pa.int32())}))

    assert pq.read_schema(out / "events.parquet").types == [pa.string(), pa.string(), pa.int64()]
    assert pq.read_schema(out / "catalog.parquet").types == [pa.string(), pa.int64()]


def test_what_is_met_adds_up_under_its_first_place(out: Path) -> None:
    with LogWriter(str(out)) as log:
        log.events(EVENT)
        log.items(ITEM)
        log.count("odd", "odd lines: dropped", 0, "f, line 1")
        log.count("odd", "odd lines: dropped", 2, "f, line 3")
        log.count("odd", "odd lines: dropped", 1, "g, line 9")

    assert log.imported().applied == (AppliedPolicy("odd", "odd lines: dropped", 3, "f, line 3"),)


def test_memory_does_not_grow_with_the_log(out: Path) -> None:
    ids = pa.array([f"item{n}" for n in range(1000)]).take(pa.array(np.arange(250_000) % 1000))
    block = pa.table({"user_id": ids, "item_id": ids, "timestamp": np.arange(250_000)})
    peaks = []
    with LogWriter(str(out)) as log:
        for _ in range(3):
            for _ in range(4):
                log.events(block)
                log.items(block.select(["item_id"]))
            peaks.append(pa.total_allocated_bytes())

    assert peaks[2] <= peaks[0]
    assert log.imported().events == 3_000_000


def test_items_take_eight_bytes_each_in_memory(out: Path) -> None:
    with LogWriter(str(out)) as log:
        log.events(EVENT)
        log.items(pa.table({"item_id": [f"item-{n}" for n in range(300_000)]}))
        size = log._seen["catalog"]._hashes.nbytes

    assert size == 8 * 300_000
