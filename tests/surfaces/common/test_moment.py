import pytest

from surfaces.common.errors import WrongRequestError
from surfaces.common.moment import Moment


@pytest.mark.parametrize(
    ("text", "unix", "hour"),
    [
        ("2026-11-26T08:30:00+01:00", 1795678200, 8),
        ("2026-11-26T08:30:00 01:00", 1795678200, 8),  # a plus that a query string made a blank
        ("2026-11-26T07:30:00Z", 1795678200, 7),
        ("2026-11-25T23:30:00-08:00", 1795678200, 23),
    ],
)
def test_the_clock_is_the_listeners_own(text: str, unix: int, hour: int) -> None:
    moment = Moment.parse(text)
    assert (moment.unix, moment.hour) == (unix, hour)


@pytest.mark.parametrize(
    "text", ["", "now", "2026-11-26T08:30:00", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00Z"]
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(WrongRequestError, match="expected a time with its offset"):
        Moment.parse(text)


def test_a_week_is_that_of_the_listeners_calendar() -> None:
    sunday, monday = Moment.parse("2027-01-03T23:59:00-05:00"), Moment.parse("2027-01-04T00:00:00-05:00")
    assert (sunday.week, monday.week) == ("2026-W53", "2027-W01")
    assert Moment.parse("0100-01-05T00:00:00Z").week == "0100-W01"


def test_parts_of_the_day_follow_each_other() -> None:
    parts = [
        Moment.parse(f"2026-11-26T{hour:02}:00:00Z").part_of_day for hour in (0, 4, 5, 8, 12, 17, 21, 23)
    ]
    assert parts == [
        "late night", "late night", "early morning", "morning", "midday", "afternoon", "evening", "night",
    ]  # fmt: skip
