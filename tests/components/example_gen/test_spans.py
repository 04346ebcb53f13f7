"""Spans of a log: the newest one is asked, those before it teach."""

import gzip
from pathlib import Path

import pytest

from listening_log.cleaning.forgotten import Forgotten
from listening_log.errors import UserError
from tests.components.example_gen.conftest import CATALOG, EVENTS

HEADER = "user_id,item_id,timestamp\n"
DAY = 86_400
ITEMS = "abcd"


def _day(day: int, users: str = "uvwxyz", step: int = 3601) -> str:
    """Ten events of each listener at times that are real: no two steps are the same."""
    rows = [
        (user, ITEMS[place * (number + 1) % 4], place * step + place**2 * 7 + number)
        for number, user in enumerate(users)
        for place in range(10)
    ]
    begin = day * DAY + 1_700_000_000
    return HEADER + "".join(f"{user},{item},{begin + time}\n" for user, item, time in rows)


@pytest.fixture
def two_days() -> dict[str, str]:
    return {"span-1/events.csv": _day(1), "span-1/catalog.csv": CATALOG, "span-2/events.csv": _day(2)}


def _target_times(windows: list[dict[str, list]]) -> list[int]:
    return [
        time
        for window in windows
        for time, target in zip(window["timestamps"], window["targets"], strict=True)
        if target
    ]


def test_the_newest_span_alone_is_cut_and_the_rest_teaches(generate, two_days):
    written = generate(two_days, spans="1-2")
    begin = 1_700_000_000 + 2 * DAY
    # Six listeners' ten events each: all but their last two are before the first cut.
    for split in ("eval", "test"):
        assert len(_target_times(written.windows(split))) == 6
        assert min(_target_times(written.windows(split))) > begin
    assert len(_target_times(written.windows("train"))) == 60 + 48
    assert ": cut in span 2 at 2023-11-17 06:" in written.summary["split"]["reason"]
    assert written.summary["spans"] == {
        "first": 1,
        "last": 2,
        "begin": begin,
        "events": {"1": 60, "2": 60},
    }


def test_a_log_without_spans_is_one_span(generate):
    written = generate({"events.csv": _day(1), "catalog.csv": CATALOG})
    assert written.summary["spans"] == {
        "first": 1,
        "last": 1,
        "begin": 1_700_000_000 + DAY,
        "events": {"1": 60},
    }
    assert "cut in time at" in written.summary["split"]["reason"]


def test_one_span_of_several_is_cut_like_a_log_of_its_own(generate, two_days):
    alone = generate({"events.csv": _day(1), "catalog.csv": CATALOG})
    first = generate(two_days, spans="1")
    assert first.summary["split"] == alone.summary["split"]
    assert first.windows("all") == alone.windows("all")


def test_ties_keep_the_order_of_the_spans(generate):
    files = {
        "span-2/catalog.csv": CATALOG,
        "span-2/events.csv": HEADER + "u,a,1000\nu,b,9077\nv,a,1\nv,b,70\nv,c,8000\n",
        "span-10/events.csv": HEADER + "u,d,1000\nu,c,9077\n",
    }
    written = generate(files, spans="2-10", split="leave-last-out")
    assert written.windows("all")[0]["item_ids"] == ["a", "d", "b", "c"]
    assert written.summary["spans"]["events"] == {"2": 5, "10": 2}


def test_the_last_event_is_left_out_whatever_its_span(generate):
    files = {
        "span-1/events.csv": EVENTS,
        "span-1/catalog.csv": CATALOG,
        "span-2/events.csv": HEADER + "u3,b,1060\n",
    }
    written = generate(files, spans="1-2")
    plain = generate({"events.csv": EVENTS + "u3,b,1060\n", "catalog.csv": CATALOG})
    assert written.windows("test") == plain.windows("test")
    assert written.summary["split"] == plain.summary["split"]


@pytest.mark.parametrize(
    ("events", "message"),
    [
        (HEADER, "span 2 has no usable event: its table events has no rows"),
        (
            HEADER + "u,zzz,1700200000\nu,zzz,1700200001\n,a,1700200002\n",
            "span 2 has no usable event: 2 of 3 have an item_id that the catalogue lacks",
        ),
        (_day(1), "span 2 has no usable event: 60 of 60 have the same user_id, "),
    ],
)
def test_a_newest_span_without_a_usable_event_stops_with_its_number(generate, two_days, events, message):
    with pytest.raises(UserError, match=message):
        generate({**two_days, "span-2/events.csv": events}, spans="2")


def test_a_span_that_is_not_there_stops_with_one_line(generate, two_days):
    with pytest.raises(UserError, match="has no span 3"):
        generate(two_days, spans="3")


def test_a_forgotten_listener_is_left_out_counted_and_named_nowhere(generate, tmp_path):
    gone = "listener-who-left"
    path = tmp_path / "forgotten.json"
    Forgotten().with_user(gone).save(path)
    # Their first row would be the place of another policy too.
    events = HEADER + f"{gone},zzz,1700000000\n{gone},a,1700000001\n" + _day(1)[len(HEADER) :]
    files = {"events.csv": events, "catalog.csv": CATALOG, "users.csv": f"user_id,country\n{gone},SE\n"}
    written = generate(files, forgotten=str(path))
    assert written.summary["policies"] == {"forgotten": 2}
    assert written.summary["places"] == {}
    assert written.summary["listeners"] == 6
    for name, content in written.files().items():
        text = gzip.decompress(content) if name.endswith(".gz") else content
        assert gone.encode() not in text
    without = generate({**files, "events.csv": _day(1)})
    assert written.windows("all") == without.windows("all")


def test_nothing_is_left_of_the_events_on_disk(generate, tmp_path: Path):
    assert not list(generate().root.rglob("*partial*"))
    with pytest.raises(UserError):
        generate({"events.csv": HEADER + "u,a,1\nv,a,2\n", "catalog.csv": CATALOG})
    assert not list((tmp_path / "run1" / "out").rglob("*partial*"))
