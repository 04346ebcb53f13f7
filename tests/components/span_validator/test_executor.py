"""Good days pass; each kind of bad day is refused in one line that names what is wrong with it."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from listening_log.errors import UserError
from tests.components.span_validator.conftest import Validate
from tests.support.spans import cut_into_spans

Edit = Callable[[pa.Table], pa.Table]
TEN_YEARS = 3652 * 86_400


def edited(spans: Path, out: Path, edit: Edit, table: str = "events") -> Path:
    """The first two spans, with `edit` on a table of the second."""
    for span in ("span-1", "span-2"):
        shutil.copytree(spans / span, out / span)
    path = out / "span-2" / f"{table}.parquet"
    pq.write_table(edit(pq.read_table(path)), path)
    return out


def replaced(table: pa.Table, name: str, column: Any) -> pa.Table:
    return table.set_column(table.schema.get_field_index(name), name, column)


def later(seconds: int) -> Edit:
    return lambda table: replaced(table, "timestamp", pc.add(table["timestamp"], seconds))


def all_one(name: str, value: str) -> Edit:
    return lambda table: replaced(table, name, pa.array([value] * table.num_rows))


def without(name: str) -> Edit:
    return lambda table: table.drop([name])


def renamed(table: pa.Table) -> pa.Table:
    return replaced(table, "item_id", pc.binary_join_element_wise("x", table["item_id"], ""))


def in_seconds(table: pa.Table) -> pa.Table:
    return replaced(table, "ms_played", pc.divide(table["ms_played"], 1000))


def blank(name: str) -> Edit:
    return lambda table: replaced(table, name, pa.nulls(table.num_rows, pa.string()))


def one_in(k: int) -> Edit:
    return lambda table: table.take(np.arange(0, table.num_rows, k))


def times_over(k: int) -> Edit:
    """Each event k times, a second apart."""
    return lambda table: pa.concat_tables([later(second)(table) for second in range(k)])


@pytest.mark.parametrize("spans", ["2", "5", "6", "11", "6-7"])
def test_a_day_like_those_before_it_passes(made_spans: Path, validate: Validate, spans: str) -> None:
    result = validate(made_spans, spans)
    assert result["newest"] == int(spans.rpartition("-")[2])
    assert {"surface", "device", "hour (UTC)", "ms_played", "outcome"} <= set(result["distances"])


def test_new_values_of_a_column_that_follows_from_the_item_are_no_fault(
    made_spans: Path, tmp_path: Path, validate: Validate
) -> None:
    data = edited(made_spans, tmp_path / "data", one_in(1))
    for span, brand in ((1, "brand "), (2, "other brand ")):
        path = data / f"span-{span}" / "events.parquet"
        events = pq.read_table(path)
        last_digits = pc.utf8_slice_codeunits(events["item_id"], -1)
        brands = pc.binary_join_element_wise(brand, last_digits, "")
        pq.write_table(events.append_column("brand", brands), path)
    distances = validate(data)["distances"]
    assert "brand" not in distances
    assert {"surface", "device"} <= set(distances)


def test_weeks_are_compared_by_their_weekdays_too(
    made_world: Path, tmp_path: Path, validate: Validate
) -> None:
    cut_into_spans(made_world, tmp_path, [14, 21])
    distances = validate(tmp_path, "3")["distances"]
    assert max(distances["weekday (UTC)"].values()) < 0.1


def test_what_is_written_has_no_ids(made_spans: Path, validate: Validate) -> None:
    folder = validate(made_spans)["folder"]
    names = {path.name for path in folder.iterdir()}
    assert {"span_validation.json", "schema.pbtxt", "statistics-newest.pb", "statistics-earlier.pb"} <= names
    events = pq.read_table(made_spans / "span-2" / "events.parquet")
    ids = {*events["user_id"].to_pylist()[:50], *events["item_id"].to_pylist()[:50]}
    assert not [each for each in ids for path in folder.iterdir() if each.encode() in path.read_bytes()]


def test_with_no_earlier_span_nothing_is_read(made_spans: Path, tmp_path: Path, validate: Validate) -> None:
    (tmp_path / "events.parquet").write_text("not even a table")
    assert validate(tmp_path, "")["newest"] is None
    assert validate(made_spans, "1")["newest"] is None


def test_a_holiday_of_half_the_size_passes(made_spans: Path, tmp_path: Path, validate: Validate) -> None:
    assert validate(edited(made_spans, tmp_path, one_in(2)))["newest"] == 2


BAD_DAYS: dict[str, tuple[str, Edit, str]] = {
    "empty": (
        "events",
        lambda table: table.slice(0, 0),
        "span 2 has no usable event: its table events has no rows",
    ),
    "ten times too small": ("events", one_in(10), r"236 events a day .*spans.min_size"),
    "twenty times too large": ("events", times_over(20), r"events a day .*spans.max_size"),
    "a column gone": ("events", without("surface"), "table events lacks the column surface"),
    "a catalogue column gone": ("catalog", without("genres"), "table catalog lacks the column genres"),
    "a column of listeners gone": ("users", without("country"), "table users lacks the column country"),
    "a column blank": ("events", blank("device"), r"device is filled in 0% .*spans.min_filled"),
    "times in the future": (
        "events",
        later(TEN_YEARS),
        r"no usable event: 2,359 of 2,359 have timestamp more than a day ahead",
    ),
    "an earlier month": (
        "events",
        later(-14 * 86_400),
        r"2,359 events, 100%, lie before 2025-01-26 23:00 UTC",
    ),
    "another catalogue": ("catalog", renamed, r"another catalogue: .* 0% .*spans.min_items_kept"),
    "events of other items": ("events", renamed, r"no usable event: .* an item_id that the catalogue lacks"),
    "one surface only": ("events", all_one("surface", "home"), r"surface has moved from span 1: 'home' from"),
    "a new device": ("events", all_one("device", "watch"), r"device has .*'watch'"),
    "plays in seconds": ("events", in_seconds, r"ms_played has moved from span 1: its median from"),
    "a clock set back": (
        "events",
        later(-8 * 3600),
        r"586 of 2,359 events, 25%, lie before .*spans.max_before",
    ),
}


@pytest.mark.parametrize("day", BAD_DAYS)
def test_a_bad_day_is_refused(made_spans: Path, tmp_path: Path, validate: Validate, day: str) -> None:
    table, edit, reason = BAD_DAYS[day]
    with pytest.raises(UserError, match=reason):
        validate(edited(made_spans, tmp_path, edit, table))


def test_the_same_day_again_is_refused(made_spans: Path, tmp_path: Path, validate: Validate) -> None:
    for span, source in (("span-1", "span-1"), ("span-2", "span-2"), ("span-3", "span-2")):
        shutil.copytree(made_spans / source, tmp_path / span)
    events = pq.read_table(tmp_path / "span-3" / "events.parquet")
    shuffled = events.take(np.random.default_rng(1).permutation(events.num_rows))
    pq.write_table(shuffled, tmp_path / "span-3" / "events.parquet")
    with pytest.raises(UserError, match=r"^span 3 repeats span 2: the same 2,359 events again$"):
        validate(tmp_path, "3")
