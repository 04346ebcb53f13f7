from pathlib import Path

import pytest

from components.span_validator.features import event_features
from listening_log.cleaning.event_reader import EventReader
from listening_log.config import LogConfig


@pytest.fixture
def features(tmp_path: Path) -> dict[str, list[list[object] | None]]:
    (tmp_path / "catalog.csv").write_text("item_id,kind\na,track\nb,\n")
    (tmp_path / "events.csv").write_text(
        "user_id,item_id,timestamp,ms_played,end_reason,rating,surface,kind\n"
        "u,a,3600,99,done,4.5,home,x\n"
        "u,gone,0,,,,,\n"
        "u,b,90000,,,,,\n"
    )
    reader = EventReader.of(str(tmp_path), config=LogConfig(), digest=str(tmp_path))
    (batch,) = reader.read(0)
    return event_features(batch, reader.catalog().kinds).to_pydict()


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
