import pyarrow as pa
import pytest

from listening_log.check import columns
from listening_log.check.columns import ColumnCounts, count_columns
from listening_log.check.report import Column


def test_values_and_filled_rows_of_batches_are_counted_together() -> None:
    counts = ColumnCounts(with_values=True)
    counts.add(pa.table({"device": ["tv", "", "phone"]}), ["device"])
    counts.add(pa.table({"device": ["tv"], "surface": ["home"]}), ["device", "surface"])
    assert counts.columns() == [Column("device", 0.75, 2), Column("surface", 0.25, 1)]


def test_values_are_counted_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "MOST_VALUES", 3)
    counts = ColumnCounts(with_values=True)
    for batch in (["a", "b"], ["c", "d"], ["e"]):
        counts.add(pa.table({"x": batch}), ["x"])
    assert counts.columns() == [Column("x", 1.0, 3)]


def test_a_value_that_is_absent_or_no_text_is_not_filled(write_log) -> None:
    path = write_log(catalog="item_id,title,duration_ms\na,,1\nb,B,\nc,C,\nd,D,\n")
    assert count_columns([f"{path}/catalog.csv"], "catalog", "item_id") == [
        Column("title", 0.75),
        Column("duration_ms", 0.25),
    ]
