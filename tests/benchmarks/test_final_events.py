"""The last event of each listener is cut off, and what is left is the log that a run gets."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from benchmarks.final_events import WEEK, FinalEvents, cut_final_events
from listening_log.errors import UserError

CATALOG = "item_id,kind,duration_ms\nc,episode,\nb,track,100000\na,track,100000\n"
EVENTS = """user_id,item_id,timestamp,end_reason
u,a,20,done
v,a,5,done
u,b,10,skip
u,c,20,done
v,b,5,skip
w,c,7,done
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    folder = tmp_path / "log"
    folder.mkdir()
    (folder / "catalog.csv").write_text(CATALOG)
    (folder / "events.csv").write_text(EVENTS)
    (folder / "users.csv").write_text("user_id,plan\nu,free\n")
    return folder


@pytest.fixture
def events(log: Path, tmp_path: Path) -> FinalEvents:
    return cut_final_events(log, tmp_path / "short")


def test_the_last_of_events_of_one_time_is_the_last_of_the_file(events: FinalEvents) -> None:
    assert events.users == ["u", "w"]
    assert [events.items.ids[target - 1] for target in events.targets] == ["c", "c"]
    assert events.times.tolist() == [20, 7]


def test_a_final_event_that_was_skipped_is_cut_off_but_no_target(events: FinalEvents, tmp_path: Path) -> None:
    assert "v" not in events.users
    kept = pq.read_table(tmp_path / "short/events.parquet").to_pydict()
    assert list(zip(kept["user_id"], kept["item_id"], strict=True)) == [("u", "a"), ("v", "a"), ("u", "b")]


def test_a_history_is_all_that_was_played_before_oldest_first(events: FinalEvents) -> None:
    assert [events.history_ids(row) for row in range(2)] == [["b", "a"], []]
    assert events.history_times.tolist() == [10, 20]
    assert events.history_skipped.tolist() == [True, False]


def test_closed_forms_learn_from_plays_of_all_listeners_that_were_not_skipped(events: FinalEvents) -> None:
    assert events.log.items.tolist() == [1, 1]
    assert len(events.log) == 2


def test_catalogue_and_listeners_go_with_the_log(log: Path, events: FinalEvents, tmp_path: Path) -> None:
    for table in ("catalog.csv", "users.csv"):
        assert (tmp_path / "short" / table).read_bytes() == (log / table).read_bytes()
    assert events.items.is_talk.tolist() == [False, False, False, True]


def test_the_last_week_is_that_of_the_log(log: Path, tmp_path: Path) -> None:
    plays = [
        "u,a,100",
        f"u,b,{WEEK}",
        f"u,c,{WEEK + 500}",
        "v,a,900",
        f"v,b,{WEEK + 100}",
        f"v,b,{WEEK + 300}",
    ]
    (log / "events.csv").write_text("\n".join(["user_id,item_id,timestamp", *plays]))
    week = cut_final_events(log, tmp_path / "short").last_week
    assert week is not None
    assert week.items.tolist() == [2, 1, 2]


def test_times_that_only_say_the_order_have_no_last_week(log: Path, tmp_path: Path) -> None:
    lines = [f"{user},{item},{time}" for user in "uv" for time, item in enumerate("abc")]
    (log / "events.csv").write_text("\n".join(["user_id,item_id,timestamp", *lines]))
    assert cut_final_events(log, tmp_path / "short").last_week is None


def test_events_of_items_outside_the_catalogue_are_no_targets(log: Path, tmp_path: Path) -> None:
    (log / "events.csv").write_text("user_id,item_id,timestamp\nu,a,1\nu,x,2\nv,x,1\nv,b,2\n")
    events = cut_final_events(log, tmp_path / "short")
    assert events.users == ["v"]
    assert events.history_ids(0) == []


def test_a_folder_without_events_is_an_error_that_says_so(log: Path, tmp_path: Path) -> None:
    (log / "events.csv").unlink()
    with pytest.raises(UserError, match="no table events"):
        cut_final_events(log, tmp_path / "short")
