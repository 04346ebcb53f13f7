import pytest

from surfaces.common.errors import WrongRequestError
from surfaces.common.moment import Moment
from surfaces.discover_weekly.week import monday_of


def test_a_week_begins_on_its_monday() -> None:
    assert monday_of("2026-W53") == Moment.parse("2026-12-28T00:00:00Z").unix
    assert Moment.parse("2026-12-28T00:00:00Z").week == "2026-W53"


@pytest.mark.parametrize("week", ["", "2026-W54", "2025-W53", "2026-48", "W48", "2026-W48 "])
def test_what_is_no_week_is_refused(week: str) -> None:
    with pytest.raises(WrongRequestError, match="expected an ISO week"):
        monday_of(week)
