import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening_log.cleaning.catalog import Catalog, read_catalog
from listening_log.cleaning.policies import clean_events, drop_repeats, outcomes
from listening_log.cleaning.policy_counts import PolicyCounts
from listening_log.config import LogConfig
from listening_log.tables.reader import read_batches
from models.names import COMPLETED, PARTIAL, SKIPPED, UNKNOWN

NOW = 1_700_000_000


@pytest.fixture
def catalog(write_log) -> Catalog:
    return read_catalog(write_log(catalog="item_id,duration_ms\nb,100000\na,200000\n"))


def _events(*rows: tuple[str | None, str | None, int | None], **columns: list[object]) -> pa.Table:
    users, items, times = zip(*rows, strict=True)
    table = {
        "user_id": pa.array(users, pa.string()),
        "item_id": pa.array(items, pa.string()),
        "timestamp": pa.array(times, pa.int64()),
    }
    return pa.table(table | columns)


def _clean(table: pa.Table, catalog: Catalog, file: int = 0, first_row: int = 0):
    batch = clean_events(table, catalog, file=file, first_row=first_row, now=NOW)
    return batch, batch.policies.counts


@pytest.mark.parametrize(
    ("reason", "played", "duration", "outcome"),
    [
        ("done", 1_000, 200_000, COMPLETED),
        ("TrackDone ", None, 0, COMPLETED),
        ("skip", 170_000, 200_000, COMPLETED),
        ("skip", 169_999, 200_000, PARTIAL),
        ("skip", 100_000, 200_000, PARTIAL),
        ("skip", 99_999, 200_000, SKIPPED),
        ("skip", 29_999, 0, SKIPPED),
        ("skip", 30_000, 0, PARTIAL),
        ("fwdbtn", None, 200_000, SKIPPED),
        ("logout", 1_000, 200_000, PARTIAL),
        ("logout", None, 0, PARTIAL),
        ("", 170_000, 200_000, COMPLETED),
        ("", 30_000, 200_000, PARTIAL),
        ("", 29_999, 200_000, SKIPPED),
        (None, 20_000, 21_000, COMPLETED),
        (None, 29_999, 0, SKIPPED),
        (None, 3_000_000, 0, PARTIAL),
        (None, -5, 200_000, UNKNOWN),
        (None, None, 200_000, UNKNOWN),
    ],
)
def test_an_outcome_follows_from_reason_played_time_and_duration(reason, played, duration, outcome) -> None:
    table = pa.table(
        {"end_reason": pa.array([reason], pa.string()), "ms_played": pa.array([played], pa.int64())}
    )
    assert outcomes(table, np.array([duration])).tolist() == [outcome]


def test_ratings_and_bare_events_have_unknown_outcomes() -> None:
    assert outcomes(_events(("u", "a", 1), rating=[1.0])).tolist() == [UNKNOWN]
    assert outcomes(_events(("u", "a", 1))).dtype == np.int8


def test_the_shares_that_decide_are_settings() -> None:
    table = pa.table({"ms_played": [50, 10]})
    config = LogConfig(complete_share=0.5, skip_ms=10)
    assert outcomes(table, np.array([100, 100]), config).tolist() == [COMPLETED, PARTIAL]


def test_events_get_the_index_of_their_item_and_their_place_in_the_log(catalog) -> None:
    table = _events(("u", "b", 5), ("v", "a", 5), surface=pa.array(["home", None]), rating=[1.0, 2.0])
    batch, counts = _clean(table, catalog, file=3, first_row=10)
    assert batch.table.to_pylist() == [
        {"user_id": "u", "item": 2, "timestamp": 5, "outcome": 0, "ms_played": -1, "row": 3 << 40 | 10}
        | {"surface": "home"},
        {"user_id": "v", "item": 1, "timestamp": 5, "outcome": 0, "ms_played": -1, "row": 3 << 40 | 11}
        | {"surface": ""},
    ]
    assert batch.table["item"].type == pa.int32()
    assert batch.table["outcome"].type == pa.int8()
    assert batch.context == ["surface"]
    assert counts == {}


def test_each_fault_has_its_policy_its_count_and_its_place(catalog) -> None:
    table = _events(
        ("u", "a", 1),
        ("", "a", 1),
        ("u", None, 1),
        ("u", "nowhere", 1),
        ("u", "a", None),
        ("u", "a", -7),
        ("u", "a", NOW + 86_401),
        ("u", "a", NOW + 86_400),
        ("u", "b", NOW * 1000 + 999),
        ("u", "b", NOW * 1_000_000),
    )
    batch, counts = _clean(table, catalog)
    assert batch.table["timestamp"].to_pylist() == [1, NOW + 86_400, NOW, NOW]
    assert batch.table["row"].to_pylist() == [0, 7, 8, 9]
    assert counts == {
        "empty_id": 2,
        "unknown_item": 1,
        "no_time": 1,
        "negative_time": 1,
        "future_time": 1,
        "time_in_ms": 2,
    }
    assert batch.policies.first_rows == {
        "empty_id": 1,
        "unknown_item": 3,
        "no_time": 4,
        "negative_time": 5,
        "future_time": 6,
        "time_in_ms": 8,
    }


def test_a_dropped_event_counts_once(catalog) -> None:
    _, counts = _clean(_events(("", "nowhere", -1)), catalog)
    assert counts == {"empty_id": 1}


def test_a_negative_played_time_is_unknown_and_counted(catalog) -> None:
    batch, counts = _clean(_events(("u", "a", 1), ("u", "b", 2), ms_played=[-3, 99_000]), catalog)
    assert batch.table["ms_played"].to_pylist() == [-1, 99_000]
    assert batch.table["outcome"].to_pylist() == [UNKNOWN, COMPLETED]
    assert counts == {"negative_played": 1}


def test_an_event_told_twice_stays_once() -> None:
    user = np.array([0, 0, 0, 0, 1])
    item = np.array([5, 6, 5, 5, 5])
    time = np.array([61, 61, 61, 90, 61])
    assert drop_repeats(user, item, time).tolist() == [True, True, False, True, True]


def test_another_played_time_is_another_event() -> None:
    same = np.zeros(3, int)
    assert drop_repeats(same, same, same + 61, np.array([10, 20, 10])).tolist() == [True, True, False]


def test_replays_within_a_day_survive_where_times_are_days() -> None:
    user = np.zeros(4, int)
    item = np.array([5, 6, 5, 5])
    days = np.array([86_400, 86_400, 86_400, 172_800])
    assert drop_repeats(user, item, days).all()


def test_replays_survive_where_all_times_are_one() -> None:
    user = np.zeros(3, int)
    assert drop_repeats(user, np.array([5, 6, 5]), np.full(3, 1_262_304_007)).all()


def test_the_same_millisecond_count_tells_a_repeat_even_where_times_are_days() -> None:
    user = np.zeros(3, int)
    keep = drop_repeats(user, np.array([5, 6, 5]), np.full(3, 86_400), np.array([31_234, 900, 31_234]))
    assert keep.tolist() == [True, True, False]


def test_a_log_told_twice_in_constant_steps_is_told_once() -> None:
    keep = drop_repeats(np.zeros(4, int), np.array([5, 5, 6, 6]), np.array([60, 60, 120, 120]))
    assert keep.tolist() == [True, False, True, False]


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 2), st.integers(1, 2)), max_size=30
    ),
)
def test_what_is_dropped_has_an_equal_before_it_and_nothing_else_is(events) -> None:
    events = sorted(events, key=lambda event: (event[0], event[1]))
    user, time, item, played = np.array(events, int).reshape(-1, 4).T
    keep = drop_repeats(user, item, time, played)
    assert [event for event, kept in zip(events, keep, strict=True) if kept] == list(dict.fromkeys(events))


def test_an_id_that_is_a_mark_of_no_value_is_no_id(write_log) -> None:
    events = "user_id,item_id,timestamp\n\\N,a,1\nu,NULL,2\nnan,a,3\nu,a,4\n"
    folder = write_log(catalog="item_id\na\n", events=events)
    ((_, table),) = read_batches(f"{folder}/events.csv", "events")
    batch, counts = _clean(table, read_catalog(folder))
    assert counts == {"empty_id": 3}
    assert batch.table["timestamp"].to_pylist() == [4]


def test_an_empty_file_and_times_without_a_zone_are_counted(write_log) -> None:
    events = "user_id,item_id,timestamp\nu,a,5\nu,a,1970-01-02 00:00:00\n"
    folder = write_log(catalog="item_id\na\n", **{"events-1": events, "events-2": ""})
    catalog = read_catalog(folder)
    paths = [f"{folder}/events-1.csv", f"{folder}/events-2.csv"]
    parts = [
        _clean(next(read_batches(path, "events"))[1], catalog, file)[0] for file, path in enumerate(paths)
    ]
    policies = PolicyCounts.merge(part.policies for part in parts)
    assert policies.counts == {"time_without_zone": 1, "empty_file": 1}
    assert policies.places(paths) == {"time_without_zone": f"{paths[0]}, line 3", "empty_file": paths[1]}
