"""What `upnext data check` finds: a log's figures, and what is wrong with it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import uuid4

from listening_log.check import figures
from listening_log.check.columns import ValueCounts, count_columns
from listening_log.check.history_facts import HistoryFacts
from listening_log.check.json_report import as_json
from listening_log.check.page import render
from listening_log.check.report import CheckReport, Columns, Events, Finding, Listeners, Split
from listening_log.cleaning import policies
from listening_log.cleaning.catalog import CATALOG_POLICIES
from listening_log.cleaning.event_histories import EventHistories
from listening_log.cleaning.event_reader import EventReader, no_usable_event
from listening_log.cleaning.item_columns import ItemColumnCounts
from listening_log.cleaning.policies import POLICIES, REPEAT
from listening_log.cleaning.policy_counts import PolicyCounts
from listening_log.config import LogConfig
from listening_log.storage.event_store import temporary_store
from listening_log.tables import files
from listening_log.tables.reader import read_batches
from listening_log.tables.spans import NO_SPANS, Spans, log_files, unread_log_files
from listening_log.tables.tables import CATALOG, EVENTS, IMPRESSIONS, USERS
from listening_log.windows.splits import AUTO, make_plan
from models import names

__all__ = ["CheckReport", "Finding", "as_json", "check_log", "render"]

_SHORT_HISTORY: Final = 3  # leave-last-out needs as many events of a listener
_STORED: Final = [
    policies.USER,
    policies.ITEM,
    policies.TIMESTAMP,
    policies.OUTCOME,
    policies.PLAYED,
    policies.ROW,
]
"""The columns of cleaned events that whole histories need."""


@dataclass
class _Sums:
    """What is summed up of a log's events."""

    rows: int = 0
    """Events read, usable or not."""
    policies: PolicyCounts = field(default_factory=PolicyCounts)
    context: ValueCounts = field(default_factory=ValueCounts)
    item_columns: ItemColumnCounts = field(default_factory=ItemColumnCounts)
    """By which columns that follow from the item are told from context."""
    facts: HistoryFacts = field(default_factory=HistoryFacts)
    described: int = 0
    """Listeners whom the table `users` has."""


def check_log(
    data_dir: str, config: LogConfig | None = None, *, spans: Spans = NO_SPANS, now: int | None = None
) -> CheckReport:
    """Reads all tables and sums them up; memory doesn't grow with the number of events.

    Args:
        data_dir: the data directory.
        config: by what rules events have their outcome and the split its shares.
        spans: which spans of the log.
        now: the clock that decides which times lie ahead, unix seconds; default: this machine's.

    Raises:
        UserError: where a run would stop too, or no temporary files can be written.
    """
    config = config or LogConfig()
    # a digest of its own, so that a process that checks a folder again reads it again
    reader = EventReader.of(data_dir, spans, config=config, digest=uuid4().hex, now=now)
    sums = _sum_up(reader)
    facts, log, catalog = sums.facts, sums.facts.log, reader.catalog()
    if not log.events:
        raise no_usable_event(data_dir, sums.policies.counts)
    plan = make_plan(
        log.minutes,
        split=AUTO,
        order_only=facts.time.order_only,
        eval_share=config.eval_share,
        test_share=config.test_share,
    )
    items, listeners, paths = figures.items(log, catalog.size), facts.lengths.size, reader.files.paths
    context, of_items = sums.context.columns(), sums.item_columns.shares()
    report = CheckReport(
        data=data_dir,
        spans=str(spans),
        events=Events(
            files=len(paths),
            bytes=sum(files.size(path) for path in paths),
            read=sums.rows,
            usable=log.events,
            talk=figures.talk(log, catalog),
            outcomes=dict(zip(names.OUTCOME_NAMES, log.outcomes.tolist(), strict=True)),
            replays=(log.events - facts.pairs) / log.events,
            adjacent=facts.adjacent,
            adjacent_at_once=facts.adjacent_at_once,
            ties=facts.ties / max(facts.steps, 1),
        ),
        listeners=Listeners(
            count=listeners,
            events=facts.lengths.spread(),
            fewer_than_three_events=facts.lengths.below(_SHORT_HISTORY),
            described=sums.described,
        ),
        items=items,
        density=facts.pairs / (listeners * items.played),
        time=figures.times(facts),
        split=Split(plan.kind, plan.reason),
        columns=Columns(
            context={name: column for name, column in context.items() if name not in of_items},
            items=count_columns(log_files(data_dir, CATALOG, spans), CATALOG, names.ITEM_ID),
            items_in_events=of_items,
            listeners=count_columns(log_files(data_dir, USERS, spans), USERS, names.USER_ID),
        ),
        impressions=_impressions(data_dir, spans),
        policies=[
            *_findings(EVENTS, POLICIES, sums.policies.counts, sums.policies.places(paths)),
            *_findings(CATALOG, CATALOG_POLICIES, catalog.counts, catalog.places),
        ],
        histograms=figures.histograms(facts),
        notes=[],
    )
    report.notes.extend([*figures.notes(report), *_unread(data_dir, spans)])
    return report


def _sum_up(reader: EventReader) -> _Sums:
    """Sums up batches as they come, then whole histories, so many listeners at a time as fit in memory."""
    sums, catalog, users = _Sums(), reader.catalog(), reader.users()
    with temporary_store() as store:
        for number in range(len(reader.files.paths)):
            for batch in reader.read(number):
                events = batch.clean.table
                sums.rows += batch.raw.num_rows
                sums.policies += batch.clean.policies
                sums.context.add(events, batch.clean.context)
                item_columns = ItemColumnCounts.of(events, batch.clean.context)
                sums.item_columns = ItemColumnCounts.merge([sums.item_columns, item_columns])
                if events.num_rows:
                    store.add(events.select(_STORED))
                del batch, events  # one batch at a time in memory
        for part in store.parts():
            histories, repeats = EventHistories.of(part)
            if len(repeats):
                sums.policies += PolicyCounts.single(REPEAT, len(repeats), int(repeats.min()))
            if users is not None:
                tokens = users.tokens_of(histories.listeners)
                sums.described += len(tokens) - tokens.null_count
            facts = HistoryFacts.of(
                histories.codes, histories.item, histories.timestamp, histories.outcome, catalog.size
            )
            sums.facts = sums.facts.merge(facts)
    return sums


def _unread(data_dir: str, spans: Spans) -> Iterator[str]:
    """A sentence for each table that has files which look like its own and are not read."""
    for table in (EVENTS, CATALOG, USERS):
        paths = unread_log_files(data_dir, table, spans)
        if paths:
            more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
            yield f"Not read, though named as {table}: {paths[0]}{more}. A table is CSV or Parquet."


def _findings(
    table: str, policies: Mapping[str, str], counts: Mapping[str, int], places: Mapping[str, str]
) -> list[Finding]:
    return [
        Finding(name, table, what, counts.get(name, 0), places.get(name)) for name, what in policies.items()
    ]


def _impressions(data_dir: str, spans: Spans) -> int:
    return sum(
        batch.num_rows
        for path in log_files(data_dir, IMPRESSIONS, spans)
        for _, batch in read_batches(path, IMPRESSIONS)
    )
