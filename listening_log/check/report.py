"""The figures of a log, and what became of its faults: the keys of `data check --json`."""

from dataclasses import dataclass

from listening_log.windows.value_counts import Spread


@dataclass(frozen=True)
class Finding:
    """A policy, and how often it applied to something in the files."""

    policy: str
    table: str
    what: str
    """What is wrong, and what is done about it, as a person reads it."""
    count: int
    place: str | None
    """File and row of the first one; None if there is none."""


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    filled: float
    """Share of the rows that have a value."""


@dataclass(frozen=True)
class ValuedColumn(Column):
    """A column whose different values are counted."""

    values: int
    more_values: bool
    """Whether there may be more of them than were counted."""


@dataclass(frozen=True)
class Columns:
    """The columns of each table by their names, beside ids and what every event has."""

    context: dict[str, ValuedColumn]
    """Shares are of the events that could be used, repeats among them."""
    items: dict[str, Column]
    items_in_events: dict[str, float]
    """Columns of events that follow from the item, with the share of events that agree: item data, no context."""
    listeners: dict[str, Column]


@dataclass(frozen=True)
class Events:
    """The usable events, repeats dropped."""

    files: int
    bytes: int
    read: int
    """All events of the files, usable or not."""
    usable: int
    talk: float | None
    """Share whose item is spoken word, by its `kind`; None where the catalogue has no kinds."""
    outcomes: dict[str, int]
    replays: float
    """Share whose listener had the item before."""
    adjacent: int
    """Events whose listener's event before has the same item, at the same or another time."""
    adjacent_at_once: int
    """The adjacent ones at the same time, which are not dropped as repeats."""
    ties: float
    """Share of steps from an event to the next that take no time."""


@dataclass(frozen=True)
class Listeners:
    """The listeners of usable events."""

    count: int
    events: Spread
    """Events of a listener."""
    fewer_than_three_events: int
    """Listeners with a history too short to leave the last two events out."""
    described: int
    """Listeners whom the table `users` has."""


@dataclass(frozen=True)
class Items:
    """The items of the catalogue; shares of the top are of all of them."""

    count: int
    played: int
    cold: int
    """Items without an event."""
    events: Spread
    """Events of an item that has any."""
    top_1_percent: float
    """Share of the events that the most played 1% of the items have (at least one item)."""
    top_10_percent: float
    """Share of the events that the most played 10% of the items have."""
    gini: float
    """0: each item of the catalogue has as many events; towards 1: one has all."""


@dataclass(frozen=True)
class Day:
    """The events of a day."""

    day: str
    """ISO date, UTC."""
    events: int


@dataclass(frozen=True)
class EventsADay:
    """Events of a day, over the days between the first and the last; over these two where there are no others."""

    median: float
    quietest: Day
    busiest: Day


@dataclass(frozen=True)
class Sessions:
    """A session ends where more than 30 minutes lie between an event's time and the next one's."""

    count: int
    events: Spread
    """Events of a session."""
    a_week: float
    """Sessions of a listener between the first event and the last; at least a week is counted for each."""


@dataclass(frozen=True)
class LastTenth:
    """The newest tenth of the events."""

    from_: int
    """Unix seconds, a whole minute."""
    from_iso: str
    new_items: int
    """Items whose first event lies in it."""
    new_listeners: int
    """Listeners whose first event lies in it."""


@dataclass(frozen=True)
class Time:
    """Times of events; what only real times can say is None where they say the order alone."""

    first: int
    """Unix seconds."""
    first_iso: str
    last: int
    """Unix seconds."""
    last_iso: str
    order_only: bool
    events_a_day: EventsADay | None
    sessions: Sessions | None
    last_tenth: LastTenth | None


@dataclass(frozen=True)
class Split:
    """The split that `auto` chooses."""

    kind: str
    reason: str


@dataclass(frozen=True)
class Bucket:
    """Listeners by their number of events."""

    from_: int
    to: int
    listeners: int


@dataclass(frozen=True)
class Histograms:
    """How listeners and events are spread."""

    events_per_listener: list[Bucket]
    events_per_day: list[Day]
    """From the first day to the last."""
    events_per_hour: list[int]
    """[24] by hour of the day, UTC."""


@dataclass(frozen=True)
class CheckReport:
    """All that a check finds."""

    data: str
    """The data directory."""
    spans: str
    """The chosen ones; "" for a log without."""
    events: Events
    listeners: Listeners
    items: Items
    density: float
    """Share of the pairs (listener, played item) that occur."""
    time: Time
    split: Split
    columns: Columns
    impressions: int
    policies: list[Finding]
    """All of them, those that never applied too."""
    histograms: Histograms
    notes: list[str]
    """What a person should know before training on the log, a sentence each."""

    @property
    def findings(self) -> list[Finding]:
        """The policies that applied."""
        return [policy for policy in self.policies if policy.count]
