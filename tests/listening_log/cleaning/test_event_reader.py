import pytest

from listening_log.cleaning.event_reader import EventReader, no_usable_event
from listening_log.config import LogConfig

EVENTS = "user_id,item_id,timestamp\nu,a,1\nu,gone,2\nv,b,3\nv,a,4\n"


@pytest.fixture
def reader(write_log) -> EventReader:
    data_dir = write_log(catalog="item_id,kind\na,track\nb,\n", events=EVENTS)
    return EventReader.of(data_dir, config=LogConfig(), digest=data_dir)


def test_batches_hold_usable_events_and_the_rows_they_came_from(reader: EventReader) -> None:
    first, second = reader.read(0, batch_rows=3)
    assert (first.first_row, first.rows.tolist(), second.first_row, second.rows.tolist()) == (
        0,
        [0, 2],
        3,
        [3],
    )
    assert first.clean.table["user_id"].to_pylist() == ["u", "v"]
    assert (first.raw.num_rows, first.clean.policies.counts) == (3, {"unknown_item": 1})


def test_the_catalogue_is_read_once_and_knows_the_kind_of_each_item(reader: EventReader) -> None:
    assert reader.catalog() is reader.catalog()
    assert reader.catalog().kinds.to_pylist() == ["", "track", ""]
    assert reader.users() is None


def test_no_usable_event_names_the_policy_that_dropped_most() -> None:
    counts = {"time_in_ms": 9, "no_time": 1, "unknown_item": 3}
    assert str(no_usable_event("span 4", counts)) == (
        "span 4 has no usable event: 3 of 4 have an item_id that the catalogue lacks"
    )
    assert str(no_usable_event("log", {})) == "log has no usable event: its table events has no rows"
