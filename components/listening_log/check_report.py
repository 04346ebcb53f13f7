"""The figures that a check of a log finds, and its findings."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """Something in the files that a policy dealt with."""

    policy: str
    what: str
    count: int
    place: str
    """File and row of the first one."""


@dataclass(frozen=True)
class CheckReport:
    """Figures of the usable events (repeats dropped), and what was found."""

    data_dir: str
    event_files: int
    events_read: int
    events: int
    listeners: int
    items: int
    """Items in the catalogue."""
    items_played: int
    events_per_listener: tuple[int, float, int]
    """Fewest, median, most."""
    short_histories: int
    """Listeners with fewer than three events."""
    first_time: int
    last_time: int
    density: float
    """Share of the pairs (listener, played item) that occur."""
    replays: float
    """Share of events whose listener had the item before."""
    ties: float
    """Share of steps from an event to the next that take no time."""
    order_only: bool
    """Whether times say the order alone."""
    split: str
    """The split that `auto` chooses."""
    outcomes: dict[str, int]
    context: dict[str, int]
    """Distinct values of each context column."""
    item_columns: list[str]
    listener_columns: list[str]
    listeners_described: int
    """Listeners of the log whom the table `users` has."""
    impressions: int
    findings: list[Finding]
    notes: list[str]
    """What a person should know before training on the log, a sentence each."""

    @property
    def cold_items(self) -> int:
        """Items in the catalogue without an event."""
        return self.items - self.items_played


def as_dict(report: CheckReport) -> dict[str, Any]:
    """The report as what JSON can hold."""
    return asdict(report) | {"cold_items": report.cold_items}
