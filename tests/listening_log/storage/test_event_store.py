import os
import tempfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening_log.errors import UserError
from listening_log.storage import event_store
from listening_log.storage.event_store import EventStore, temporary_store


def table(users: list[str], first: int = 0) -> pa.Table:
    return pa.table({"user_id": users, "row": range(first, first + len(users))})


def test_a_small_log_stays_in_memory(tmp_path: Path) -> None:
    store = EventStore(str(tmp_path), part_rows=4)
    store.add(table(["a", "b"]))
    store.add(table(["a", "c"], 2))
    (part,) = store.parts()
    assert part["row"].to_pylist() == [0, 1, 2, 3]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("part_rows", [1, 9])
def test_a_column_that_a_batch_lacks_is_null_there(tmp_path: Path, part_rows: int) -> None:
    store = EventStore(str(tmp_path), part_rows)
    store.add(table(["a"]).append_column("device", [["tv"]]))
    store.add(table(["a"], 1))
    (part,) = store.parts()
    assert part["device"].to_pylist() == ["tv", None]


def _rows(part: dict[str, list], user: str) -> list[int]:
    return [row for row, who in zip(part["row"], part["user_id"], strict=True) if who == user]


@settings(deadline=None)  # the first spill imports pandas
@given(st.lists(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=8), max_size=6), st.integers(1, 9))
def test_each_listener_is_in_one_part_with_all_events_in_order(batches: list[list[str]], rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store, first = EventStore(folder, part_rows=rows), 0
        for batch in batches:
            store.add(table(batch, first))
            first += len(batch)
        parts = [part.to_pydict() for part in store.parts()]
    added = [user for batch in batches for user in batch]
    for user in set(added):
        (rows,) = (_rows(part, user) for part in parts if user in part["user_id"])
        assert rows == [row for row, who in enumerate(added) if who == user]


@pytest.mark.parametrize("error", [KeyboardInterrupt, UserError])
def test_the_files_are_gone_after_an_error_or_an_interrupt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(event_store, "PART_ROWS", 1)

    def read() -> None:
        with temporary_store() as store:
            store.add(table(["a"]))
            store.add(table(["b"]))
            assert [path for path in tmp_path.rglob("*") if path.is_file()]
            raise error

    with pytest.raises(error):
        read()
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(events: pa.Table, path: str) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(event_store, "write_spill", full)
    store = EventStore(str(tmp_path / "spill"), part_rows=1)
    store.add(table(["a"]))
    with pytest.raises(UserError) as error:
        store.add(table(["b"]))
    assert str(error.value) == (
        f"no temporary file can be written in {tmp_path} (No space left on device): "
        "set TMPDIR to a folder with more space"
    )


def test_no_temporary_folder_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(UserError, match="set TMPDIR to a folder that can be written"), temporary_store():
        pass
