"""What a span holds, gathered batch by batch in memory that does not grow with the log."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from components.span_validator.event_hashes import event_hashes, text_hashes
from listening_log.cleaning import policies
from listening_log.cleaning.policies import CleanBatch
from listening_log.windows.time_facts import order_only

HOUR: Final = 3600
HOURS_A_DAY: Final = 24
_SCRAP: Final = 0.1
"""A day with less than this share of the biggest day's events is a scrap: late plays, the rest of a cut."""
_LAST: Final = 0.999
"""Share of a span's events that lie before its end; a stray clock must not move it."""


@dataclass(frozen=True)
class SpanFacts:
    """Facts of a span, or of a part of it; those of parts add up in any order."""

    rows: int = 0
    """Events read, usable or not."""
    dropped: Counter[str] = field(default_factory=Counter)
    """Events by the policy that met them."""
    hours: Counter[int] = field(default_factory=Counter)
    """Usable events by hour, counted from 1970."""
    columns: frozenset[str] = frozenset()
    """Columns that a file has."""
    played: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    """Distinct items that were played, by their index in the catalogue, ascending."""
    fingerprint: int = 0
    """Sum of the events' hashes: the same for the same events, in whatever order and files."""
    clock: npt.NDArray[np.uint64] = field(default_factory=lambda: np.zeros((0, 2), np.uint64))
    """[n, 2] listener's hash and time of the events of some listeners, by which times are judged."""
    errors: tuple[str, ...] = ()
    """Why files can't be read."""

    @classmethod
    def of(
        cls,
        raw: pa.Table,
        clean: CleanBatch,
        kept: npt.NDArray[np.integer],
        one_in: int,
    ) -> "SpanFacts":
        """Facts of a batch.

        Args:
            raw: as `read_batches` gave it.
            clean: its usable events.
            kept: [n] the row of `raw` of each of them.
            one_in: one listener in so many goes into `clock`.
        """
        users = text_hashes(raw[policies.USER])
        times = clean.table[policies.TIMESTAMP].to_numpy()
        hours, events = np.unique(times // HOUR, return_counts=True)
        judged = users[kept] % np.uint64(one_in) == 0
        return cls(
            rows=raw.num_rows,
            dropped=Counter(clean.policies.counts),
            hours=Counter(dict(zip(hours.tolist(), events.tolist(), strict=True))),
            columns=frozenset(raw.column_names),
            played=np.unique(clean.table[policies.ITEM].to_numpy()),
            fingerprint=int(event_hashes(raw, users).sum(dtype=np.uint64)),
            clock=np.stack([users[kept][judged], times[judged].view(np.uint64)], axis=1),
        )

    def __add__(self, other: "SpanFacts") -> "SpanFacts":
        return SpanFacts(
            rows=self.rows + other.rows,
            dropped=self.dropped + other.dropped,
            hours=self.hours + other.hours,
            columns=self.columns | other.columns,
            played=np.union1d(self.played, other.played).astype(np.int32),
            fingerprint=(self.fingerprint + other.fingerprint) % (1 << 64),
            clock=np.concatenate([self.clock, other.clock]),
            errors=self.errors + other.errors,
        )

    @property
    def events(self) -> int:
        """Usable events."""
        return sum(self.hours.values())

    def days(self) -> dict[int, int]:
        """Usable events of each day, counted from 1970 (UTC), in order; scraps left out."""
        days: Counter[int] = Counter()
        for hour, events in self.hours.items():
            days[hour // HOURS_A_DAY] += events
        least = _SCRAP * max(days.values(), default=0)
        return {day: events for day, events in sorted(days.items()) if events >= least}

    def covers_days(self, days: int) -> bool:
        """Whether the events fill so many days, an hour apart: else the hour's or weekday's share can't be usual."""
        counted = sorted(self.hours)
        return (
            bool(counted) and len(self.days()) >= days and counted[-1] - counted[0] >= HOURS_A_DAY * days - 4
        )

    def end_hour(self) -> int:
        """The hour, counted from 1970, in which the span ends: few events are later."""
        hours = sorted(self.hours)
        reached = np.cumsum([self.hours[hour] for hour in hours])
        return hours[int(np.searchsorted(reached, _LAST * reached[-1]))]


def merge(parts: Iterable[SpanFacts]) -> SpanFacts:
    """Facts of all parts together."""
    return reduce(SpanFacts.__add__, parts, SpanFacts())


def times_are_order_only(facts: SpanFacts) -> bool:
    """Whether times only say in which order events came, by the listeners in `clock`."""
    users, times = facts.clock[:, 0], facts.clock[:, 1].view(np.int64)
    order = np.lexsort((times, users))
    return order_only(np.unique(users[order], return_inverse=True)[1], times[order])
