from pathlib import Path

import pytest

from components.span_validator.features import event_features, item_kinds
from listening_log.cleaning.catalog import read_catalog
from listening_log.cleaning.policies import clean_events
from listening_log.tables.reader import read_batches


@pytest.fixture
def features(tmp_path: Path) -> dict[str, list[list[object] | None]]:
    (tmp_path / "catalog.csv").write_text("item_id,kind\na,track\nb,\n")
    (tmp_path / "events.csv").write_text(
        "user_id,item_id,timestamp,ms_played,end_reason,rating,surface,kind\n"
        "u,a,3600,99,done,4.5,home,x\n"
        "u,gone,0,,,,,\n"
        "u,b,90000,,,,,\n"
    )
    catalog = read_catalog(str(tmp_path))
    ((first_row, raw),) = read_batches(str(tmp_path / "events.csv"), "events")
    clean = clean_events(raw, catalog, file=0, first_row=first_row)
    kept = clean.table["row"].to_numpy()
    return event_features(raw, clean, kept, item_kinds(catalog)).to_pydict()


def test_usable_events_become_lists_of_one_value(features: dict[str, list[list[object] | None]]) -> None:
    assert features["outcome"] == [["completed"], ["unknown"]]
    assert features["hour (UTC)"] == [[1], [1]]
    assert features["weekday (UTC)"] == [["Thursday"], ["Friday"]]
    assert features["ms_played"] == [[pytest.approx(2.0)], None]
    assert features["rating"] == [[4.5], None]
    assert features["end_reason"] == [["done"], None]
    assert features["surface"] == [["home"], None]


def test_a_context_column_and_the_items_kind_are_two_features(
    features: dict[str, list[list[object] | None]],
) -> None:
    assert features["item kind"] == [["track"], None]
    assert features["kind"] == [["x"], None]


def test_ids_are_no_features(features: dict[str, list[list[object] | None]]) -> None:
    assert not {"user_id", "item_id", "item", "row"} & set(features)
