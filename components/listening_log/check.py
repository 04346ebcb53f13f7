"""What `upnext data check` tells: a log's figures, and what is wrong with it."""

from typing import Final

import numpy as np

from components.listening_log.catalog import CATALOG_POLICIES, Catalog, read_catalog
from components.listening_log.check_page import render
from components.listening_log.check_report import CheckReport, Finding, as_dict
from components.listening_log.policies import POLICIES, LogConfig
from components.listening_log.reader import read_batches
from components.listening_log.tables import IMPRESSIONS, table_files
from components.listening_log.time_facts import TimeFacts
from components.listening_log.users import read_users
from components.listening_log.whole_log import WholeLog, read_log
from models import names

__all__ = ["CheckReport", "Finding", "as_dict", "check_log", "render"]

_YEAR_1990: Final = 631_152_000
_SHORT_HISTORY: Final = 3  # leave-last-out needs as many events of a listener


def check_log(data_dir: str, config: LogConfig | None = None, *, now: int | None = None) -> CheckReport:
    """Reads all tables and sums them up. Raises UserError where a run would stop too."""
    catalog = read_catalog(data_dir)
    log = read_log(data_dir, catalog, config, now=now)
    users = read_users(data_dir)
    impressions = sum(
        batch.num_rows
        for path in table_files(data_dir, IMPRESSIONS)
        for _, batch in read_batches(path, IMPRESSIONS)
    )
    lengths = np.bincount(log.user)
    lengths = lengths[lengths > 0]
    same_user = log.user[1:] == log.user[:-1]
    ties = (log.timestamp[1:] == log.timestamp[:-1]) & same_user
    pairs = len(np.unique(log.user.astype(np.int64) * (catalog.size + 1) + log.item))
    played = len(np.unique(log.item))
    order_only = TimeFacts.from_sorted(log.user, log.timestamp).order_only
    tallies = np.bincount(log.outcome, minlength=len(names.OUTCOME_NAMES))
    known = users.tokens_of(log.user_ids) if users is not None else None
    report = CheckReport(
        data_dir=data_dir,
        event_files=len(log.files),
        events_read=log.rows_read,
        events=len(log.user),
        listeners=len(lengths),
        items=catalog.size,
        items_played=played,
        events_per_listener=(int(lengths.min()), float(np.median(lengths)), int(lengths.max())),
        short_histories=int((lengths < _SHORT_HISTORY).sum()),
        first_time=int(log.timestamp.min()),
        last_time=int(log.timestamp.max()),
        density=pairs / (len(lengths) * played),
        replays=1 - pairs / len(log.user),
        ties=float(ties.sum() / max(int(same_user.sum()), 1)),
        order_only=order_only,
        split="leave-last-out" if order_only else "time",
        outcomes=dict(zip(names.OUTCOME_NAMES, tallies.tolist(), strict=True)),
        context=log.context,
        item_columns=[name for name in catalog.columns if name != names.ITEM_ID],
        listener_columns=list(users.columns) if users is not None else [],
        listeners_described=len(known) - known.null_count if known is not None else 0,
        impressions=impressions,
        findings=_findings(log, catalog),
        notes=[],
    )
    report.notes.extend(_notes(report))
    return report


def _findings(log: WholeLog, catalog: Catalog) -> list[Finding]:
    found = [
        Finding(policy, what, log.counts[policy], log.places[policy])
        for policy, what in POLICIES.items()
        if log.counts[policy]
    ]
    found += [
        Finding(policy, what, catalog.counts[policy], catalog.places[policy])
        for policy, what in CATALOG_POLICIES.items()
        if catalog.counts[policy]
    ]
    return found


def _notes(report: CheckReport) -> list[str]:
    notes = []
    if report.listeners == 1:
        notes.append("One listener only: there is nobody to learn from or to compare with.")
    if report.items == 1:
        notes.append("One item only: there is nothing to rank.")
    if report.order_only:
        notes.append("Times say the order of events alone: no features of time, and leave-last-out as split.")
    elif report.first_time < _YEAR_1990:
        notes.append("Some times lie before 1990: a clock that was not set, or counts in place of seconds?")
    if report.listeners > 1 and report.short_histories > report.listeners / 2:
        notes.append("Most listeners have fewer than three events: a history says little about them.")
    if report.outcomes["unknown"] == report.events:
        notes.append("Nothing says how plays ended: every event counts as liked, and there is no skip head.")
    if not report.item_columns:
        notes.append(
            "The catalogue says nothing about its items: one without a play can't be recommended well."
        )
    return notes
