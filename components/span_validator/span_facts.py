"""What a span holds, gathered batch by batch in memory that does not grow with the log."""

import operator
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Final

import numpy as np
import numpy.typing as npt

from components.span_validator.event_hashes import event_hashes, text_hashes
from listening_log.cleaning import policies
from listening_log.cleaning.event_reader import EventBatch
from listening_log.cleaning.item_columns import ItemColumnCounts
from listening_log.cleaning.policy_counts import PolicyCounts
from listening_log.windows.event_facts import EventFacts
from listening_log.windows.mergeable import Mergeable, Names, Total
from listening_log.windows.time_facts import order_only
from listening_log.windows.value_counts import Tally

MINUTES_AN_HOUR: Final = 60
MINUTES_A_DAY: Final = 24 * MINUTES_AN_HOUR
HOUR: Final = 3600
HOURS_A_DAY: Final = 24
_SCRAP: Final = 0.1
"""A day with less than this share of the biggest day's events is a scrap: late plays, the rest of a cut."""
_LAST: Final = 0.999
"""Share of a span's events that lie before its end; a stray clock must not move it."""

Clock = npt.NDArray[np.uint64]


def _add_hashes(one: int, other: int) -> int:
    return (one + other) % (1 << 64)


def _join_clocks(one: Clock, other: Clock) -> Clock:
    return np.concatenate([one, other])


def _no_clock() -> Clock:
    return np.zeros((0, 2), np.uint64)


@dataclass(frozen=True)
class SpanFacts(Mergeable):
    """Facts of a span, or of a part of it."""

    rows: Total = 0
    """Events read, usable or not."""
    policies: Annotated[PolicyCounts, operator.add] = field(default_factory=PolicyCounts)
    """What became of events that are not as they should be."""
    log: EventFacts = field(default_factory=EventFacts)
    """Facts of the usable events."""
    columns: Names = field(default_factory=frozenset)
    """Columns that a file has."""
    fingerprint: Annotated[int, _add_hashes] = 0
    """Sum of the events' hashes: the same for the same events, in whatever order and files."""
    clock: Annotated[Clock, _join_clocks] = field(default_factory=_no_clock)
    """[n, 2] listener's hash and time of the events of some listeners, by which times are judged."""
    item_columns: Annotated[ItemColumnCounts, operator.add] = field(default_factory=ItemColumnCounts)
    """By which columns that follow from the item are told from context."""
    errors: Annotated[tuple[str, ...], operator.add] = ()
    """Why files can't be read."""

    @classmethod
    def of(cls, batch: EventBatch, one_in: int) -> "SpanFacts":
        """Facts of a batch; one listener in `one_in` goes into `clock`."""
        table = batch.clean.table
        users = text_hashes(batch.raw[policies.USER])
        usable = users[batch.rows - batch.first_row]
        item, times, outcome = (
            table[name].to_numpy() for name in (policies.ITEM, policies.TIMESTAMP, policies.OUTCOME)
        )
        judged = usable % np.uint64(one_in) == 0
        return cls(
            rows=batch.raw.num_rows,
            policies=batch.clean.policies,
            log=EventFacts.of(item, times, outcome),
            columns=frozenset(batch.raw.column_names),
            item_columns=ItemColumnCounts.of(table, batch.clean.context),
            fingerprint=int(event_hashes(batch.raw, users).sum(dtype=np.uint64)),
            clock=np.stack([usable[judged], times[judged].view(np.uint64)], axis=1),
        )

    @property
    def events(self) -> int:
        """Usable events."""
        return self.log.events

    @property
    def hours(self) -> Tally:
        """Usable events of each hour, counted from 1970."""
        return self.log.minutes.grouped(MINUTES_AN_HOUR)

    def days(self) -> dict[int, int]:
        """Usable events of each day, counted from 1970 (UTC), in order; scraps left out."""
        days = self.log.minutes.grouped(MINUTES_A_DAY)
        least = _SCRAP * days.count.max(initial=0)
        counts = zip(days.value.tolist(), days.count.tolist(), strict=True)
        return {day: events for day, events in counts if events >= least}

    def covers_days(self, days: int) -> bool:
        """Whether the events fill so many days, an hour apart: else the hour's or weekday's share can't be usual."""
        hours = self.hours.value
        return (
            bool(len(hours)) and len(self.days()) >= days and hours[-1] - hours[0] >= HOURS_A_DAY * days - 4
        )

    def end_hour(self) -> int:
        """The hour, counted from 1970, in which the span ends: few events are later."""
        hours = self.hours
        reached = np.cumsum(hours.count)
        return int(hours.value[np.searchsorted(reached, _LAST * reached[-1])])


def times_are_order_only(parts: Iterable[SpanFacts]) -> bool:
    """Whether the times of all parts only say in which order events came, by the listeners in `clock`."""
    clock = np.concatenate([_no_clock(), *(part.clock for part in parts)])
    users, times = clock[:, 0], clock[:, 1].view(np.int64)
    order = np.lexsort((times, users))
    return order_only(np.unique(users[order], return_inverse=True)[1], times[order])
