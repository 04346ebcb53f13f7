"""The check's first pass over a log's events: reads and cleans them, and counts what needs no order."""

import time
from collections import Counter
from dataclasses import dataclass, field

from listening_log.check.columns import ColumnCounts
from listening_log.cleaning import policies
from listening_log.cleaning.catalog import Catalog
from listening_log.cleaning.policies import POLICIES, ROW_BITS, LogConfig
from listening_log.errors import UserError
from listening_log.storage.event_store import EventStore
from listening_log.tables.reader import place, read_batches
from listening_log.tables.tables import EVENTS

KEPT = [policies.USER, policies.ITEM, policies.TIMESTAMP, policies.OUTCOME, policies.PLAYED, policies.ROW]
"""The columns of cleaned events that the second pass needs."""


@dataclass
class Reading:
    """What was read, and the policies that were met."""

    paths: list[str]
    rows: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    """How often each of `policies.POLICIES` was met."""
    first_rows: dict[str, int] = field(default_factory=dict)
    """The first row (as in the column `row`) of each."""
    context: ColumnCounts = field(default_factory=lambda: ColumnCounts(with_values=True))

    def meet(self, policy: str, count: int, first_row: int) -> None:
        """Counts a policy that a whole log is needed for."""
        self.counts[policy] += count
        self.first_rows[policy] = min(first_row, self.first_rows.get(policy, first_row))

    def places(self) -> dict[str, str]:
        """File and row of the first event of each policy, as a person finds it."""
        mask = (1 << ROW_BITS) - 1
        return {
            policy: place(self.paths[row >> ROW_BITS], row & mask) for policy, row in self.first_rows.items()
        }


def read_events(
    paths: list[str], catalog: Catalog, config: LogConfig | None, now: int | None, store: EventStore
) -> Reading:
    """Reads all events into `store`. Raises UserError where a file is wrong."""
    reading = Reading(paths)
    now = int(time.time()) if now is None else now
    for number, path in enumerate(paths):
        for first_row, raw in read_batches(path, EVENTS):
            batch, met = policies.clean_events(
                raw, catalog, file=number, first_row=first_row, config=config, now=now
            )
            reading.rows += raw.num_rows
            for policy, count in met.items():
                reading.meet(policy, count, batch.places[policy])
            reading.context.add(batch.table, batch.context)
            if batch.table.num_rows:
                store.add(batch.table.select(KEPT))
    return reading


def no_usable_event(data_dir: str, reading: Reading) -> UserError:
    """The error that no event of a log is usable, with the reason that took most of them."""
    if not reading.rows:
        return UserError(f"{data_dir}: the table {EVENTS} has no events")
    policy, count = reading.counts.most_common(1)[0]
    return UserError(
        f"{data_dir}: none of the {reading.rows:,} events is usable; "
        f"{count:,} have {POLICIES[policy].split(':')[0]}"
    )
