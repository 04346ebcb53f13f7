"""When a listener asks: an instant, and what their own clock and calendar say of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from surfaces.common.errors import WrongRequestError

_AROUND: Final = timedelta(days=4000)
"""What answers look at lies within ten years of a moment, all of which calendars must have."""
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
    def now(cls, zone: str = "") -> "Moment":
        """This moment by the clock of a time zone, as `Europe/Berlin`; by UTC where it isn't known."""
        try:
            return cls(datetime.now(ZoneInfo(zone)))
        except (ValueError, OSError, ZoneInfoNotFoundError):
            return cls(datetime.now(timezone.utc))

    @classmethod
    def parse(cls, text: str) -> "Moment":
        """Reads ISO 8601 with an offset, `2026-11-26T08:30:00+01:00` or `…Z`.

        A blank before the offset is taken for the `+` that a query string turns into one.

        Raises:
            WrongRequestError: it is no such time, or out of the range of calendars.
        """
        written = text.strip()
        if written[-1:] in ("Z", "z"):
            written = f"{written[:-1]}+00:00"
        if len(written) > 6 and written[-6] == " ":
            written = f"{written[:-6]}+{written[-5:]}"
        try:
            local = datetime.fromisoformat(written)
            if local.tzinfo is None:
                raise ValueError("no offset")
            (local - _AROUND).timestamp(), (local + _AROUND).timestamp()
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
        return f"{year:04}-W{week:02}"
