"""Times in every form that logs have them, by values worked out by hand (`date -u -d @1700000000`)."""

import datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from listening_log.tables.times import as_seconds, without_zone


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1700000000", 1_700_000_000),
        (" 1700000000 ", 1_700_000_000),
        ("+1700000000", 1_700_000_000),
        ("1700000000.438", 1_700_000_000),
        ("1700000000.999", 1_700_000_000),
        ("1.7e9", 1_700_000_000),
        ("1.700000000438E+09", 1_700_000_000),
        ("1700000000438", 1_700_000_000_438),  # milliseconds stay: cleaning knows them by their size
        ("-1.5", -2),
        ("2023-11-14T22:13:20Z", 1_700_000_000),
        ("2023-11-14t22:13:20z", 1_700_000_000),
        ("2023-11-14 22:13:20", 1_700_000_000),
        ("2023-11-14 22:13:20 UTC", 1_700_000_000),
        ("2023-11-14T22:13:20.999Z", 1_700_000_000),
        ("2023-11-14T22:13:20,5", 1_700_000_000),
        ("2023-11-15T00:13:20+02:00", 1_700_000_000),
        ("2023-11-14T17:13:20-0500", 1_700_000_000),
        ("2023-11-15T03:43:20+05:30", 1_700_000_000),
        ("2023-11-14T23:13:20+01", 1_700_000_000),
        ("2023-11-14T22:13Z", 1_699_999_980),
        ("2023-11-14", 1_699_920_000),
        ("1969-12-31T23:59:59Z", -1),
        ("2024-02-29", 1_709_164_800),
        ("", None),
        ("NULL", None),
        (None, None),
    ],
)
def test_a_text_is_seconds(text: str | None, seconds: int | None) -> None:
    assert as_seconds(pa.array([text], pa.string())).to_pylist() == [seconds]


def test_forms_may_stand_in_one_column() -> None:
    column = pa.array(["1700000000", "2023-11-14T22:13:20Z", "1.7e9", None, "2023-11-15T00:13:20+02:00"])
    assert as_seconds(column).to_pylist() == [1_700_000_000] * 3 + [None, 1_700_000_000]


@pytest.mark.parametrize(
    "text", ["yesterday", "2023-13-01", "2023-02-30", "14.11.2023", "2023-11-14T25:00:00Z", "1e30", "1,7"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(pa.ArrowInvalid):
        as_seconds(pa.array([text]))


@pytest.mark.parametrize(
    "column",
    [
        pa.array([1_700_000_000.438]),
        pa.array([Decimal("1700000000.438")]),
        pa.array([Decimal("1700000000")]),
        pa.array([1_700_000_000], pa.uint64()),
        pa.array([datetime.datetime(2023, 11, 14, 22, 13, 20, 438_000)], pa.timestamp("us")),
        pa.array([1_700_000_000_438], pa.timestamp("ms")).cast(pa.timestamp("ms", "Europe/Stockholm")),
    ],
)
def test_other_types_are_the_same_second(column: pa.Array) -> None:
    assert as_seconds(column).to_pylist() == [1_700_000_000]


def test_a_date_is_its_first_second() -> None:
    column = pa.array([datetime.date(2023, 11, 14), None])
    assert as_seconds(column).to_pylist() == [1_699_920_000, None]


def test_what_lacks_a_zone_is_told() -> None:
    texts = pa.array(["1700000000", "2023-11-14", "2023-11-14 22:13:20", "2023-11-14 22:13:20Z", "", None])
    assert without_zone(texts).tolist() == [False, True, True, False, False, False]
    assert without_zone(pa.array([0, None], pa.timestamp("s"))).tolist() == [True, False]
    assert without_zone(pa.array([0], pa.timestamp("s", "UTC"))).tolist() == [False]
    assert without_zone(pa.array([0])).tolist() == [False]
