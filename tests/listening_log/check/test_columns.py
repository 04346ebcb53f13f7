import pyarrow as pa
import pytest

from listening_log.check import columns
from listening_log.check.columns import ValueCounts, count_columns
from listening_log.check.report import Column, ValuedColumn


def test_values_and_filled_rows_of_batches_are_counted_together() -> None:
    counts = ValueCounts()
    counts.add(pa.table({"device": ["tv", "", "phone"]}), ["device"])
    counts.add(pa.table({"device": ["tv"], "surface": ["home"]}), ["device", "surface"])
    assert counts.columns() == {
        "device": ValuedColumn(0.75, 2, more_values=False),
        "surface": ValuedColumn(0.25, 1, more_values=False),
    }


def test_values_are_counted_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "MOST_VALUES", 3)
    counts = ValueCounts()
    for batch in (["a", "b"], ["c", "d"], ["e"]):
        counts.add(pa.table({"x": batch}), ["x"])
    assert counts.columns() == {"x": ValuedColumn(1.0, 3, more_values=True)}


def test_a_value_that_is_absent_or_no_text_is_not_filled(write_log) -> None:
    path = write_log(catalog="item_id,title,duration_ms\na,,1\nb,B,\nc,C,\nd,D,\n")
    assert count_columns([f"{path}/catalog.csv"], "catalog", "item_id") == {
        "title": Column(0.75),
        "duration_ms": Column(0.25),
    }
