"""When a listener asks: an instant, and what their own clock and calendar say of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Final

from surfaces.common.errors import WrongRequestError

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PARTS_OF_DAY: Final = (
    ("late night", 0),
    ("early morning", 5),
    ("morning", 8),
    ("midday", 11),
    ("afternoon", 14),
    ("evening", 18),
    ("night", 22),
)
"""Each with the hour at which it begins."""


@dataclass(frozen=True)
class Moment:
    """An instant with the listener's offset from UTC."""

    local: datetime
    """Aware of its offset."""

    @classmethod
    def parse(cls, text: str | None) -> "Moment":
        """Reads ISO 8601 with an offset, `2026-11-26T08:30:00+01:00` or `…Z`; None is now, in UTC.

        A blank before the offset is taken for the `+` that a query string turns into one.

        Raises:
            WrongRequestError: it is no such time, or out of the range of calendars.
        """
        if text is None:
            return cls(datetime.now(timezone.utc))
        written = text.strip()
        if written[-1:] in ("Z", "z"):
            written = f"{written[:-1]}+00:00"
        if len(written) > 6 and written[-6] == " ":
            written = f"{written[:-6]}+{written[-5:]}"
        try:
            local = datetime.fromisoformat(written)
            if local.tzinfo is None:
                raise ValueError("no offset")
            (local - timedelta(days=400)).timestamp(), (local + timedelta(days=400)).timestamp()
        except (ValueError, OverflowError):
            raise WrongRequestError(
                f"at={text[:40]!r}: expected a time with its offset, as 2026-11-26T08:30:00+01:00"
            ) from None
        return cls(local)

    @property
    def unix(self) -> int:
        """Unix seconds."""
        return int(self.local.timestamp())

    @property
    def hour(self) -> int:
        """The hour of the listener's clock, 0 to 23."""
        return self.local.hour

    @property
    def weekday(self) -> str:
        """In lower case, `monday`."""
        return WEEKDAYS[self.local.weekday()]

    @property
    def part_of_day(self) -> str:
        """Which of PARTS_OF_DAY."""
        return [part for part, first in PARTS_OF_DAY if first <= self.hour][-1]

    @property
    def week(self) -> str:
        """The ISO week, `2026-W48`."""
        year, week, _ = self.local.isocalendar()
        return f"{year}-W{week:02}"

    @property
    def monday(self) -> "Moment":
        """When this week began: Monday, 00:00 of the listener's clock."""
        midnight = self.local.replace(hour=0, minute=0, second=0, microsecond=0)
        return Moment(midnight - timedelta(days=self.local.weekday()))
