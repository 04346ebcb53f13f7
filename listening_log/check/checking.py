"""What `upnext data check` tells: a log's figures, and what is wrong with it."""

from collections.abc import Mapping
from typing import Any, Final

import numpy.typing as npt
import pyarrow as pa

from listening_log.check.columns import count_columns
from listening_log.check.event_facts import CheckFacts
from listening_log.check.figures import histograms, notes, plays, times
from listening_log.check.json_report import as_json
from listening_log.check.page import render
from listening_log.check.reading import Reading, no_usable_event, read_events
from listening_log.check.report import CheckReport, Finding
from listening_log.cleaning import policies
from listening_log.cleaning.catalog import CATALOG_POLICIES, Catalog, read_catalog
from listening_log.cleaning.policies import POLICIES, REPEAT
from listening_log.cleaning.policy_counts import PolicyCounts
from listening_log.cleaning.users import Users, read_users
from listening_log.config import LogConfig
from listening_log.storage.event_store import temporary_store
from listening_log.tables import files
from listening_log.tables.reader import read_batches
from listening_log.tables.spans import NO_SPANS, Spans, log_files
from listening_log.tables.tables import CATALOG, EVENTS, IMPRESSIONS, USERS
from listening_log.windows import histories
from listening_log.windows.splits import AUTO, make_plan
from models import names

__all__ = ["CheckReport", "Finding", "as_json", "check_log", "render"]

_SHORT_HISTORY: Final = 3  # leave-last-out needs as many events of a listener


def check_log(
    data_dir: str, config: LogConfig | None = None, *, spans: Spans = NO_SPANS, now: int | None = None
) -> CheckReport:
    """Reads all tables and sums them up; memory doesn't grow with the number of events.

    Args:
        data_dir: the data directory.
        config: by what rules events have their outcome and the split its shares.
        spans: which spans of the log, .
        now: the clock that decides which times lie ahead, unix seconds; default: this machine's.

    Raises:
        UserError: where a run would stop too, or no temporary files can be written.
        UsageError: `spans` names none.
    """
    config = config or LogConfig()
    catalog = read_catalog(data_dir, spans)
    users = read_users(data_dir, spans)
    with temporary_store() as store:
        reading = read_events(log_files(data_dir, EVENTS, spans), catalog, config, now, store)
        facts, described = None, 0
        for part in store.parts():
            of_part, known = _facts(part, catalog, users, reading)
            facts = of_part if facts is None else facts.merge(of_part)
            described += known
    if facts is None:
        raise no_usable_event(data_dir, reading)
    plan = make_plan(
        facts.minutes,
        split=AUTO,
        order_only=facts.time.order_only,
        eval_share=config.eval_share,
        test_share=config.test_share,
    )
    of_items = reading.item_columns.shares()
    listeners, played = facts.lengths.size, int((facts.plays > 0).sum())
    report = CheckReport(
        data_dir=data_dir,
        spans=str(spans),
        event_files=len(reading.paths),
        event_bytes=sum(files.size(path) for path in reading.paths),
        events_read=reading.rows,
        events=facts.events,
        listeners=listeners,
        items=catalog.size,
        items_played=played,
        events_per_listener=facts.lengths.spread(),
        short_histories=facts.lengths.below(_SHORT_HISTORY),
        first_time=facts.first,
        last_time=facts.last,
        density=facts.pairs / (listeners * played),
        replays=(facts.events - facts.pairs) / facts.events,
        adjacent=facts.adjacent,
        adjacent_at_once=facts.adjacent_at_once,
        ties=facts.ties / max(facts.steps, 1),
        order_only=facts.time.order_only,
        split=plan.kind,
        split_reason=plan.reason,
        outcomes=dict(zip(names.OUTCOME_NAMES, facts.outcomes.tolist(), strict=True)),
        plays=plays(facts, catalog),
        times=None if facts.time.order_only else times(facts),
        context=[column for column in reading.context.columns() if column.name not in of_items],
        event_item_columns=of_items,
        item_columns=count_columns(log_files(data_dir, CATALOG, spans), CATALOG, names.ITEM_ID),
        listener_columns=count_columns(log_files(data_dir, USERS, spans), USERS, names.USER_ID),
        listeners_described=described,
        impressions=_impressions(data_dir, spans),
        policies=[
            *_findings(EVENTS, POLICIES, reading.policies.counts, reading.policies.places(reading.paths)),
            *_findings(CATALOG, CATALOG_POLICIES, catalog.counts, catalog.places),
        ],
        histograms=histograms(facts),
        notes=[],
    )
    report.notes.extend(notes(report))
    return report


def _facts(
    events: pa.Table, catalog: Catalog, users: Users | None, reading: Reading
) -> tuple[CheckFacts, int]:
    """Facts of all events of some listeners, and how many of these `users` has; counts the repeats."""
    encoded = events[policies.USER].combine_chunks().dictionary_encode()
    user = encoded.indices.to_numpy()
    item, timestamp, outcome, played, row = (
        _array(events, name)
        for name in (policies.ITEM, policies.TIMESTAMP, policies.OUTCOME, policies.PLAYED, policies.ROW)
    )
    order = histories.sort_order(user, timestamp, row)
    user, item, timestamp, outcome, played = (x[order] for x in (user, item, timestamp, outcome, played))
    keep = policies.drop_repeats(user, item, timestamp, played)
    if not keep.all():
        reading.policies += PolicyCounts.of({REPEAT: ~keep}, row[order])
        user, item, timestamp, outcome = (x[keep] for x in (user, item, timestamp, outcome))
    tokens = users.tokens_of(encoded.dictionary) if users is not None else None
    described = len(tokens) - tokens.null_count if tokens is not None else 0
    return CheckFacts.of(user, item, timestamp, outcome, catalog.size), described


def _array(events: pa.Table, name: str) -> npt.NDArray[Any]:
    return events[name].to_numpy()


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
