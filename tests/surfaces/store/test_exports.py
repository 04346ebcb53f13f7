from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from listening_log.config import LogConfig
from listening_log.errors import UserError
from listening_log.tables.reader import read_batches
from listening_log.tables.tables import EVENTS, IMPRESSIONS
from surfaces.store import exports
from surfaces.store.exports import Exports
from surfaces.store.records import Impression, StoredPlay
from surfaces.store.store import Store
from tests.surfaces.worlds import catalogue

ITEMS = catalogue([{"item_id": item, "duration_ms": 100_000} for item in "abc"])


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store(url)
    yield opened
    opened.close()


def exports_of(store: Store) -> Exports:
    return Exports(store.engine, ITEMS, LogConfig())


def rows(path: Path, table: str) -> list[dict[str, Any]]:
    return [row for _, batch in read_batches(str(path), table) for row in batch.to_pylist()]


def shown(position: int, item: str, **more: Any) -> Impression:
    return Impression("r", position, "u", 5, item, "home", "s", 0.25, "17", **more)


def test_a_span_has_the_contracts_tables(store: Store, tmp_path: Path) -> None:
    store.add_impressions([shown(1, "a"), shown(2, "b"), shown(3, "c")])
    store.add_plays(
        [
            StoredPlay("u", "b", 8, 90_000, "done", "r"),
            StoredPlay("u", "a", 7, 1_000, "skip", "r", device="phone"),
            StoredPlay("v", "c", 9, request_id="r", surface="library"),
        ]
    )
    span = exports_of(store).write(tmp_path, 2)
    assert (span.folder, span.plays, span.impressions) == (tmp_path / "span-2", 3, 3)
    events = rows(span.folder / "events.parquet", EVENTS)
    assert [tuple(event.values()) for event in events] == [
        ("u", "a", 7, 1_000, "skip", "home", "phone"),
        ("u", "b", 8, 90_000, "done", "home", ""),
        ("v", "c", 9, None, None, "library", ""),
    ]
    impressions = rows(span.folder / "impressions.parquet", IMPRESSIONS)
    assert [(one["item_id"], one["position"], one["played"]) for one in impressions] == [
        ("a", 1, 0),  # skipped
        ("b", 2, 1),
        ("c", 3, 0),  # played by somebody else
    ]
    assert {(o["propensity"], o["model_version"], o["surface"], o["timestamp"]) for o in impressions} == {
        (0.25, "17", "home", 5)
    }


def test_a_row_is_exported_once(store: Store, tmp_path: Path) -> None:
    store.add_plays([StoredPlay("u", "a", 1)])
    exports_of(store).write(tmp_path, 2)
    with pytest.raises(UserError, match="nothing was played since the last export"):
        exports_of(store).write(tmp_path, 3)
    store.add_plays([StoredPlay("u", "a", 1, 5), StoredPlay("u", "b", 2)])
    span = exports_of(store).write(tmp_path, 3)
    assert [event["item_id"] for event in rows(span.folder / "events.parquet", EVENTS)] == ["b"]
    assert len(store.plays("u")) == 2  # what was exported is still known
    assert sorted(path.name for path in tmp_path.glob("span-*")) == ["span-2", "span-3"]


def test_columns_without_a_value_are_left_out(store: Store, tmp_path: Path) -> None:
    store.add_plays([StoredPlay("u", "a", 1)])
    (event,) = rows(exports_of(store).write(tmp_path, 2).folder / "events.parquet", EVENTS)
    assert list(event) == ["user_id", "item_id", "timestamp"]


def test_a_span_that_is_there_is_not_replaced(store: Store, tmp_path: Path) -> None:
    store.add_plays([StoredPlay("u", "a", 1)])
    (tmp_path / "span-2").mkdir()
    with pytest.raises(UserError, match="span-2 is there already"):
        exports_of(store).write(tmp_path, 2)
    assert exports_of(store).write(tmp_path, 3).plays == 1


def test_an_export_that_was_cut_off_while_it_wrote_is_made_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add_plays([StoredPlay("u", "a", 1)])
    with monkeypatch.context() as patch:
        patch.setattr(Exports, "_write_events", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            exports_of(store).write(tmp_path, 2)
    assert list(tmp_path.glob("*span*")) == []
    assert exports_of(store).write(tmp_path, 2).plays == 1


def test_an_export_that_was_cut_off_after_it_wrote_is_not_made_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add_plays([StoredPlay("u", "a", 1)])
    mark = Exports._mark
    with monkeypatch.context() as patch:
        patch.setattr(Exports, "_mark", lambda self, before, after: before or mark(self, before, after))
        exports_of(store).write(tmp_path, 2)
    with pytest.raises(UserError, match="nothing was played"):
        exports_of(store).write(tmp_path, 3)


def test_a_large_store_is_written_in_parts(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "_BATCH", 2)
    store.add_impressions([shown(position, "a") for position in range(1, 6)])
    store.add_plays([StoredPlay("u", "a", time, 90_000, request_id="r") for time in range(1, 8)])
    span = exports_of(store).write(tmp_path, 2)
    assert [event["timestamp"] for event in rows(span.folder / "events.parquet", EVENTS)] == list(range(1, 8))
    assert [one["played"] for one in rows(span.folder / "impressions.parquet", IMPRESSIONS)] == [1] * 5
