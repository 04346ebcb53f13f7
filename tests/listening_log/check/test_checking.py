import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from listening_log.check.checking import as_json, check_log, render
from listening_log.check.report import Column, ValuedColumn
from listening_log.cleaning.catalog import CATALOG_POLICIES
from listening_log.cleaning.policies import POLICIES
from listening_log.errors import UserError
from listening_log.tables.spans import Spans
from listening_log.windows.value_counts import Spread

NOW = 1_700_000_000
DATA = Path(__file__).parents[4] / "shared" / "data"
CATALOG = "item_id,kind,duration_ms\na,track,100000\nb,track,100000\nc,track,\na,track,\n"
EVENTS = (
    "user_id,item_id,timestamp,ms_played,surface\n"
    "u,a,1000,100000,home\n"
    "u,b,1000,5000,home\n"
    "u,a,1031,40000,search\n"
    "u,a,1031,40000,search\n"
    "v,b,2000,,\n"
    "v,gone,2010,,\n"
    "v,b,2050,,\n"
    "w,a,3000000,,\n"
)


@pytest.fixture
def report(write_log):
    users = "user_id,age\nu,30\nx,40\n"
    return check_log(write_log(catalog=CATALOG, events=EVENTS, users=users), now=NOW)


def test_figures_are_those_of_the_usable_events(report) -> None:
    assert (report.events.read, report.events.usable, report.listeners.count) == (8, 6, 3)
    assert (report.items.count, report.items.played, report.items.cold) == (3, 2, 1)
    assert report.listeners.events == Spread(min=1, median=2.0, mean=2.0, p90=2.8, max=3)
    assert report.listeners.fewer_than_three_events == 2
    assert (report.time.first, report.time.last) == (1000, 3_000_000)
    assert report.density == pytest.approx(4 / 6)
    assert report.events.replays == pytest.approx(2 / 6)
    assert report.events.ties == pytest.approx(1 / 3)
    assert report.events.outcomes == {"unknown": 3, "completed": 1, "partial": 1, "skipped": 1}
    assert report.columns.context == {
        "surface": ValuedColumn(4 / 7, values=2, more_values=False)
    }  # with the repeat
    assert report.columns.items == {"kind": Column(1.0), "duration_ms": Column(0.5)}
    assert report.columns.listeners == {"age": Column(1.0)}
    assert report.listeners.described == 1
    assert (report.time.order_only, report.split.kind) == (False, "leave-last-out")  # too few for two cuts


def test_each_finding_is_counted_with_the_place_of_the_first(report) -> None:
    places = {finding.policy: (finding.count, finding.place.rsplit("/", 1)[1]) for finding in report.findings}
    assert places == {
        "unknown_item": (1, "events.csv, line 7"),
        "repeat": (1, "events.csv, line 5"),
        "duplicate_item": (1, "catalog.csv, line 5"),
    }


def test_policies_that_were_not_met_are_told_too(report) -> None:
    assert {policy.policy: policy.count for policy in report.policies} == {
        **dict.fromkeys([*POLICIES, *CATALOG_POLICIES], 0),
        "unknown_item": 1,
        "repeat": 1,
        "duplicate_item": 1,
    }
    content = {policy["policy"]: policy for policy in json.loads(as_json(report))["policies"]}
    assert (content["no_time"]["count"], content["no_time"]["place"]) == (0, None)
    (absent,) = re.findall(r"not met: ((?:[a-z_, ]|\n)+)", render(report))
    assert set(absent.replace("\n", " ").replace(" ", "").split(",")) == {
        policy.policy for policy in report.policies if not policy.count
    }


def test_exact_duplicates_are_apart_from_adjacent_ones(write_log) -> None:
    events = "user_id,item_id,timestamp\nu,a,7\nu,a,7\nu,a,9\nu,b,10\nu,a,11\nv,a,12\n"
    report = check_log(write_log(catalog=CATALOG, events=events), now=NOW)
    assert [(finding.policy, finding.count) for finding in report.findings if finding.table == "events"] == [
        ("repeat", 1)
    ]
    assert (report.events.adjacent, report.events.adjacent_at_once) == (1, 0)


def test_spans_are_one_log_whose_places_name_the_span(tmp_path: Path) -> None:
    for span, rows in ((1, "u,a,1\nu,b,100000\n"), (2, "u,gone,200000\nv,a,300000\n")):
        folder = tmp_path / f"span-{span}"
        folder.mkdir()
        (folder / "events.csv").write_text("user_id,item_id,timestamp\n" + rows)
    (tmp_path / "span-1/catalog.csv").write_text("item_id\na\nb\n")
    report = check_log(str(tmp_path), spans=Spans(1, 2), now=NOW)
    assert (report.events.usable, report.events.files, report.listeners.count) == (3, 2, 2)
    assert [finding.place for finding in report.findings] == [f"{tmp_path}/span-2/events.csv, line 2"]
    assert render(report).splitlines()[0] == f"{tmp_path}, spans 1-2"
    with pytest.raises(UserError, match="choose with --span"):
        check_log(str(tmp_path), now=NOW)


def test_where_times_are_order_only_there_are_no_figures_of_time(write_log) -> None:
    events = "user_id,item_id,timestamp\n" + "".join(f"{u},a,{t}\n" for u in "uv" for t in (0, 60, 120))
    report = check_log(write_log(catalog=CATALOG, events=events), now=NOW)
    assert report.time.sessions is None
    assert "sessions" not in render(report)
    content = json.loads(as_json(report))["time"]
    assert [content[key] for key in ("events_a_day", "sessions", "last_tenth")] == [None] * 3


def test_a_terminal_without_blocks_gets_a_page_in_ascii(write_log) -> None:
    catalog = "item_id,genres\na,ö\n"
    events = "user_id,item_id,timestamp,größe\n" + "".join(
        f"u{t % 9 // 2},a,{t * 90_000},x\n" for t in range(60)
    )
    report = check_log(write_log(catalog=catalog, events=events), now=NOW)
    assert "█" in render(report)
    page = render(report, ascii_only=True)
    assert page.isascii()
    assert "####" in page


def test_the_page_tells_all_of_it_in_lines_that_fit(report) -> None:
    page = render(report)
    for text in (
        "1 file of events",
        "6 usable of 8 read",
        "events.csv, line 7",
        "surface (2 values, 57.1% filled)",
        "for 1 of 3 listeners",
        "not met: ",
    ):
        assert text in page
    figures = page.split("What was found")[0].splitlines()[1:]
    assert max(map(len, figures)) <= 110


def test_no_listener_is_named(write_log) -> None:
    events = "user_id,item_id,timestamp\nalice,a,1\nalice,gone,2\nalice,a,\n"
    report = check_log(write_log(catalog=CATALOG, events=events), now=NOW)
    assert "alice" not in as_json(report) + render(report)


def test_the_report_can_be_written_as_json(report) -> None:
    content = json.loads(as_json(report))
    assert content["items"]["cold"] == 1
    assert (content["time"]["last"], content["time"]["last_iso"]) == (3_000_000, "1970-02-04T17:20:00Z")


def test_places_in_the_second_of_many_files_are_found(write_log, tmp_path) -> None:
    (tmp_path / "events-2.csv").write_text("user_id,item_id,timestamp\nu,a,5\nu,,6\n")
    report = check_log(write_log(catalog=CATALOG, events="user_id,item_id,timestamp\nu,a,1\n"), now=NOW)
    assert report.events.files == 2
    assert [(f.policy, f.count) for f in report.findings if f.place.endswith("events-2.csv, line 3")] == [
        ("empty_id", 1)
    ]


def test_one_listener_only_is_shown(write_log) -> None:
    report = check_log(
        write_log(catalog=CATALOG, events="user_id,item_id,timestamp\nu,a,1\nu,b,2\n"), now=NOW
    )
    assert any(note.startswith("One listener only") for note in report.notes)
    assert "One listener only" in render(report)


def test_a_log_without_a_usable_event_is_an_error_that_says_why(write_log) -> None:
    events = "user_id,item_id,timestamp\nu,x,1\nu,y,2\nu,,3\n"
    with pytest.raises(UserError, match="no usable event: 2 of 3 have an item_id that the catalogue lacks"):
        check_log(write_log(catalog=CATALOG, events=events), now=NOW)


def test_a_log_without_an_event_is_an_error(write_log) -> None:
    with pytest.raises(UserError, match="no usable event: its table events has no rows"):
        check_log(write_log(catalog=CATALOG, events="user_id,item_id,timestamp\n"), now=NOW)


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"catalog": CATALOG}, "has no table events"),
        ({"events": EVENTS}, "has no table catalog"),
        ({"catalog": CATALOG, "events": ""}, "events.csv: the file is empty"),
        ({"catalog": "item_id\n", "events": EVENTS}, "the catalogue is empty"),
        ({"catalog": CATALOG, "events": "user_id,item_id\nu,a\n"}, "has no column timestamp"),
        (
            {"catalog": CATALOG, "events": "user_id,item_id,timestamp\nu,a,now\n"},
            "line 2, column timestamp: 'now'",
        ),
        ({"catalog": CATALOG, "events": EVENTS, "users": "id\nu\n"}, "users.csv has no column user_id"),
        ({"catalog": CATALOG, "events": EVENTS, "impressions": "user_id\nu\n"}, "has no column request_id"),
    ],
)
def test_what_would_stop_a_run_stops_the_check(write_log, tables: dict[str, str], message: str) -> None:
    with pytest.raises(UserError) as error:
        check_log(write_log(**tables), now=NOW)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("name", "events", "listeners", "split"),
    [
        ("lastfm", 51_461, 1_090, "leave-last-out"),
        ("ml-1m", 980_979, 6_040, "leave-last-out"),
        ("ml-100k", 100_000, 943, "time"),
    ],
)
def test_known_logs_lose_no_event_and_get_their_split(
    name: str, events: int, listeners: int, split: str
) -> None:
    if not (DATA / name).is_dir():
        pytest.skip("needs the shared data")
    report = check_log(str(DATA / name))
    assert (report.events.usable, report.listeners.count, report.split.kind) == (events, listeners, split)


def test_checking_a_log_imports_neither_tensorflow_nor_tfx_nor_pandas() -> None:
    code = (
        "import sys, listening_log.check.checking\n"
        "assert not {'tensorflow', 'tfx', 'apache_beam', 'pandas'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])


def test_a_column_that_follows_from_the_item_is_named_with_its_share(write_log) -> None:
    events = ["user_id,item_id,timestamp,brand,device"]
    for user in range(12):
        for step in range(6):
            item = (user + step * step) % 8
            device = "phone" if (user + step // 2) % 2 else "car"
            events.append(f"u{user},i{item},{86_400 * step + 977 * user},brand {item % 2},{device}")
    items = "item_id\n" + "".join(f"i{item}\n" for item in range(8))
    report = check_log(write_log(events="\n".join(events) + "\n", catalog=items), now=NOW)
    assert report.columns.items_in_events == {"brand": 1.0}
    assert list(report.columns.context) == ["device"]
    note = "Column brand of events follows from the item (100.0% of an item's events agree)"
    assert any(line.startswith(note) for line in report.notes)
    assert json.loads(as_json(report))["columns"]["items_in_events"] == {"brand": 1.0}


def test_files_that_look_like_a_tables_and_are_not_read_are_named(write_log) -> None:
    folder = Path(write_log(events=EVENTS, catalog=CATALOG))
    (folder / "events (1).csv").write_text(EVENTS)
    (folder / "events.json").write_text("{}")
    (note,) = [note for note in check_log(str(folder), now=NOW).notes if note.startswith("Not read")]
    assert (
        note
        == f"Not read, though named as events: {folder}/events (1).csv and 1 more. A table is CSV or Parquet."
    )
