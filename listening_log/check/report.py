"""The figures that a check of a log finds, and what became of its faults."""

from dataclasses import dataclass

from listening_log.windows.value_counts import Spread


@dataclass(frozen=True)
class Finding:
    """A policy, and how often it dealt with something in the files."""

    policy: str
    table: str
    what: str
    """What is met, and what is done about it, as a person reads it."""
    count: int
    place: str | None
    """File and row of the first one; None if there is none."""


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    name: str
    filled: float
    """Share of the rows that have a value."""
    values: int | None = None
    """How many different values, where they are counted; at most `columns.MOST_VALUES`."""


@dataclass(frozen=True)
class Plays:
    """How events are spread over items; shares of the top are of all items in the catalogue."""

    per_item: Spread
    """Events of an item that has any."""
    top_1_percent: float
    """Share of the events that the most played 1% of the items have (at least one item)."""
    top_10_percent: float
    gini: float
    """0: each item of the catalogue has as many events; towards 1: one has all."""
    talk: float | None
    """Share of events whose item is spoken word, by its `kind`; None where the catalogue has no kinds."""


@dataclass(frozen=True)
class Day:
    day: str
    """ISO date, UTC."""
    events: int


@dataclass(frozen=True)
class Times:
    """What means something where times are real."""

    events_a_day: float
    """Median; of the days from the first to the last, these two apart where others lie between them."""
    quietest: Day
    busiest: Day
    sessions: int
    """A session ends where more than 30 minutes lie between an event's time and the next one's."""
    events_per_session: Spread
    sessions_a_week: float
    """Of a listener, between the first event and the last; at least a week is counted for each."""
    last_tenth: int
    """Unix seconds, a whole minute: from here on lies the tenth of the events that is the newest."""
    new_items: int
    """Items whose first event lies in the last tenth."""
    new_listeners: int


@dataclass(frozen=True)
class Histograms:
    events_per_listener: list[tuple[int, int, int]]
    """(fewest events, most, listeners)."""
    events_per_day: list[Day]
    """From the first day to the last."""
    events_per_hour: list[int]
    """[24] by hour of the day, UTC."""


@dataclass(frozen=True)
class CheckReport:
    """Figures of the usable events (repeats dropped), and what was found."""

    data_dir: str
    spans: str
    """As they were chosen; "" for a log without."""
    event_files: int
    event_bytes: int
    events_read: int
    events: int
    listeners: int
    items: int
    """Items in the catalogue."""
    items_played: int
    events_per_listener: Spread
    short_histories: int
    """Listeners with fewer than three events."""
    first_time: int
    last_time: int
    density: float
    """Share of the pairs (listener, played item) that occur."""
    replays: float
    """Share of events whose listener had the item before."""
    adjacent: int
    """Events whose listener's event before has the same item, at the same or another time."""
    adjacent_at_once: int
    """Those of them at the same time (and not dropped as repeats)."""
    ties: float
    """Share of steps from an event to the next that take no time."""
    order_only: bool
    """Whether times say the order alone."""
    split: str
    """The split that `auto` chooses."""
    split_reason: str
    outcomes: dict[str, int]
    plays: Plays
    times: Times | None
    """None where times say the order alone."""
    context: list[Column]
    """Shares of the events that could be used, repeats among them."""
    event_item_columns: dict[str, float]
    """Columns of events that follow from the item, with the share of events that agree: item data, no context."""
    item_columns: list[Column]
    listener_columns: list[Column]
    listeners_described: int
    """Listeners of the log whom the table `users` has."""
    impressions: int
    policies: list[Finding]
    """All of them, those that were met zero times too."""
    histograms: Histograms
    notes: list[str]
    """What a person should know before training on the log, a sentence each."""

    @property
    def cold_items(self) -> int:
        """Items in the catalogue without an event."""
        return self.items - self.items_played

    @property
    def findings(self) -> list[Finding]:
        """The policies that were met."""
        return [policy for policy in self.policies if policy.count]
