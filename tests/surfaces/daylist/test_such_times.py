import numpy as np

from surfaces.common.moment import Moment
from surfaces.daylist.such_times import at_such_times
from tests.surfaces.worlds import plays


def such(at: str, *times: str) -> list[bool]:
    unix = [Moment.parse(time).unix for time in times]
    return at_such_times(plays([0] * len(unix), unix), Moment.parse(at)).tolist()


def test_such_times_are_the_part_of_the_day_on_a_working_day_or_at_a_weekend() -> None:
    thursday = (
        "2026-11-26T08:00:00Z",
        "2026-11-25T10:59:59Z",
        "2026-11-24T11:00:00Z",
        "2026-11-22T09:00:00Z",
    )
    assert such("2026-11-26T09:00:00Z", *thursday) == [True, True, False, False]
    sunday = ("2026-11-28T09:00:00Z", "2026-11-29T10:00:00Z", "2026-11-30T09:00:00Z")
    assert such("2026-11-29T09:00:00Z", *sunday) == [True, True, False]


def test_the_clock_is_that_of_the_request() -> None:
    assert such("2026-11-26T09:00:00+09:00", "2026-11-25T00:30:00Z", "2026-11-25T09:30:00Z") == [True, False]
    assert such("2026-11-26T23:00:00-11:00", "2026-11-21T09:30:00Z") == [True]  # still Friday there
    assert such("2026-11-26T00:30:00-05:00", "2026-11-25T06:00:00Z") == [True]


def test_a_play_without_a_time_is_at_no_such_time() -> None:
    assert not np.any(at_such_times(plays([0], [0]), Moment.parse("2026-11-26T00:30:00Z")))
