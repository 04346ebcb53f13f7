from pathlib import Path

import pytest

from listening_log.errors import UsageError, UserError
from listening_log.tables.spans import Spans, log_files, span_of


def _touch(folder: Path, *names: str) -> str:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    return str(folder)


def _files(data: str, table: str, spans: str = "") -> list[str]:
    return [path[len(data) + 1 :] for path in log_files(data, table, Spans.parse(spans))]


def test_a_log_without_spans_is_its_own_tables(tmp_path: Path) -> None:
    data = _touch(tmp_path, "events.csv", "catalog.csv")
    assert _files(data, "events") == ["events.csv"]
    assert _files(data, "users") == []


def test_events_of_the_chosen_spans_come_in_the_order_of_the_spans(tmp_path: Path) -> None:
    data = _touch(
        tmp_path, "span-10/events.csv", "span-2/events-b.csv", "span-2/events-a.csv", "span-1/events.csv"
    )
    assert _files(data, "events", "2-10") == [
        "span-2/events-a.csv",
        "span-2/events-b.csv",
        "span-10/events.csv",
    ]


def test_one_number_is_all_spans_up_to_it(tmp_path: Path) -> None:
    data = _touch(tmp_path, "span-1/events.csv", "span-2/events.csv", "span-3/events.csv")
    assert _files(data, "events", "2") == ["span-1/events.csv", "span-2/events.csv"]


def test_the_newest_catalogue_counts(tmp_path: Path) -> None:
    data = _touch(tmp_path, "span-1/catalog.csv", "span-2/catalog.csv", "span-3/events.csv")
    assert _files(data, "catalog", "3") == ["span-2/catalog.csv"]
    assert _files(data, "catalog", "1-1") == ["span-1/catalog.csv"]
    assert _files(data, "users", "3") == []


def test_tables_of_the_directory_itself_are_the_first_span(tmp_path: Path) -> None:
    data = _touch(tmp_path, "events.csv", "catalog.csv", "span-2/events.csv")
    assert _files(data, "events", "2") == ["events.csv", "span-2/events.csv"]
    assert _files(data, "catalog", "2") == ["catalog.csv"]
    assert [span_of(data, path) for path in log_files(data, "events", Spans(last=2))] == [1, 2]


def test_a_span_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    data = _touch(tmp_path, "span-1/events.csv", "span-2/events.csv")
    with pytest.raises(UserError, match="has no span 3; there are 1, 2"):
        log_files(data, "events", Spans(last=3))


def test_spans_have_to_be_chosen(tmp_path: Path) -> None:
    data = _touch(tmp_path, "events.csv", "span-2/events.csv")
    with pytest.raises(UserError, match=r"holds spans \(2\): choose with --span"):
        log_files(data, "events")


def test_a_span_without_events_is_an_error(tmp_path: Path) -> None:
    data = _touch(tmp_path, "span-1/events.csv", "span-2/catalog.csv")
    with pytest.raises(UserError, match="span-2 has no table events"):
        log_files(data, "events", Spans(last=2))


def test_a_missing_catalogue_and_an_empty_one_are_errors(tmp_path: Path) -> None:
    data = _touch(tmp_path, "span-1/events.csv", "span-2/events.csv")
    with pytest.raises(UserError, match="span-2 has no table catalog"):
        log_files(data, "catalog", Spans(last=2))
    (tmp_path / "span-2/catalog.csv").write_text("")
    with pytest.raises(UserError, match=r"catalog\.csv: the file is empty"):
        log_files(data, "catalog", Spans(last=2))


@pytest.mark.parametrize("text", ["0", "1-", "two", "1-2-3", "-1", "01"])
def test_a_text_that_names_no_spans_is_wrong_usage(tmp_path: Path, text: str) -> None:
    _touch(tmp_path, "span-1/events.csv")
    with pytest.raises(UsageError, match="expected a number, as in 2, or a range"):
        Spans.parse(text)


def test_the_newest_span() -> None:
    assert [Spans.parse(text).newest for text in ("", "4", "2-3")] == [1, 4, 3]
    with pytest.raises(UsageError, match="backwards"):
        Spans.parse("3-2")


@pytest.mark.parametrize("text", ["", "3", "1-3", "2-2"])
def test_spans_are_written_as_they_are_read(text: str) -> None:
    assert str(Spans.parse(text)) == text
    assert bool(Spans.parse(text)) == bool(text)
