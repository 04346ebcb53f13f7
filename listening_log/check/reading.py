"""The check's first pass over a log's events: reads and cleans them, and counts what needs no order."""

import time
from dataclasses import dataclass, field

from listening_log.check.columns import ColumnCounts
from listening_log.cleaning import policies
from listening_log.cleaning.catalog import Catalog
from listening_log.cleaning.item_columns import ItemColumnCounts
from listening_log.cleaning.policies import POLICIES
from listening_log.cleaning.policy_counts import PolicyCounts
from listening_log.config import LogConfig
from listening_log.errors import UserError
from listening_log.storage.event_store import EventStore
from listening_log.tables.reader import read_batches
from listening_log.tables.tables import EVENTS

KEPT = [policies.USER, policies.ITEM, policies.TIMESTAMP, policies.OUTCOME, policies.PLAYED, policies.ROW]
"""The columns of cleaned events that the second pass needs."""


@dataclass
class Reading:
    """What was read, and the policies that applied."""

    paths: list[str]
    rows: int = 0
    policies: PolicyCounts = field(default_factory=PolicyCounts)
    """How often each of `policies.POLICIES` applied, and where first."""
    item_columns: ItemColumnCounts = field(default_factory=ItemColumnCounts)
    """By which columns that follow from the item are told from context."""
    context: ColumnCounts = field(default_factory=lambda: ColumnCounts(with_values=True))


def read_events(
    paths: list[str], catalog: Catalog, config: LogConfig | None, now: int | None, store: EventStore
) -> Reading:
    """Reads all events into `store`.

    Raises:
        UserError: a file is wrong.
    """
    reading = Reading(paths)
    now = int(time.time()) if now is None else now
    for number, path in enumerate(paths):
        for first_row, raw in read_batches(path, EVENTS):
            batch = policies.clean_events(
                raw, catalog, file=number, first_row=first_row, config=config, now=now
            )
            reading.rows += raw.num_rows
            reading.policies += batch.policies
            reading.context.add(batch.table, batch.context)
            counts = ItemColumnCounts.of(batch.table, batch.context)
            reading.item_columns = ItemColumnCounts.merge([reading.item_columns, counts])
            if batch.table.num_rows:
                store.add(batch.table.select(KEPT))
    return reading


def no_usable_event(data_dir: str, reading: Reading) -> UserError:
    """The error that no event of a log is usable, with the reason that took most of them."""
    if not reading.rows:
        return UserError(f"{data_dir}: the table {EVENTS} has no events")
    policy = reading.policies.most_frequent or ""
    return UserError(
        f"{data_dir}: none of the {reading.rows:,} events is usable; "
        f"{reading.policies.counts[policy]:,} have {POLICIES[policy].split(':')[0]}"
    )
