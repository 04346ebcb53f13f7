"""A week by its ISO name."""

import re
from datetime import date, datetime, time, timezone
from typing import Final

from surfaces.common.errors import WrongRequestError

_NAME: Final = re.compile(r"(\d{4})-W(\d{2})")


def monday_of(week: str) -> int:
    """The unix second at which a week such as `2026-W48` begins in UTC.

    Raises:
        WrongRequestError: there is no such week.
    """
    name = _NAME.fullmatch(week)
    try:
        if name is None:
            raise ValueError
        monday = date.fromisocalendar(int(name[1]), int(name[2]), 1)
    except ValueError:
        raise WrongRequestError(f"week={week[:20]!r}: expected an ISO week, as 2026-W48") from None
    return int(datetime.combine(monday, time(), timezone.utc).timestamp())
