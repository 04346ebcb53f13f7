"""All that is wrong with a new span, the gravest first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from components.span_validator.beam_steps import SpanReaders
from components.span_validator.checks import check_catalog, check_columns, check_events, repeated_span
from components.span_validator.comparison_plan import ComparisonPlan
from components.span_validator.config import SpansConfig
from components.span_validator.distributions import Findings, compare
from components.span_validator.features import HOUR, WEEKDAY
from components.span_validator.span_facts import SpanFacts, times_are_order_only
from components.span_validator.statistics import Statistics
from listening_log.cleaning.item_columns import ItemColumnCounts
from listening_log.tables.tables import CATALOG, USERS


@dataclass(frozen=True)
class Verdict:
    """Whether the newest span may be used, and why not."""

    plan: ComparisonPlan
    facts: Mapping[int, SpanFacts]
    lines: list[str] = field(default_factory=list)
    """What is wrong with it; [] for a good day."""
    findings: Findings = field(default_factory=Findings)

    @property
    def summary(self) -> str:
        """The verdict in one line."""
        if self.lines:
            first, *more = self.lines
            return f"{first} (and {len(more)} more: see the log)" if more else first
        spans = f"span {self.plan.newest}, {self.facts[self.plan.newest].events:,} events"
        return f"{spans}: like {_spans(self.plan.earlier)}"


def judge(
    readers: SpanReaders,
    facts: Mapping[int, SpanFacts],
    statistics: Mapping[str, Statistics],
    config: SpansConfig,
) -> Verdict:
    """Judges the newest span by the facts of each span and the statistics of each set of events."""
    plan, newest = readers.plan, facts[readers.plan.newest]
    unread = [error for span in sorted(facts, reverse=True) for error in facts[span].errors]
    if unread:
        return Verdict(plan, facts, unread)
    repeated = repeated_span(plan.newest, facts)
    if repeated is not None:
        line = f"span {plan.newest} repeats span {repeated}: the same {newest.rows:,} events again"
        return Verdict(plan, facts, [line])
    findings = Findings()
    if newest.events and any(facts[span].events for span in plan.earlier):
        findings = compare(plan, statistics, _incomparable(facts, plan), config)
    lines = [
        *_snapshots(readers, facts, config),
        *check_events(plan.newest, facts, config),
        *findings.lines,
    ]
    return Verdict(plan, facts, lines, findings)


def _snapshots(readers: SpanReaders, facts: Mapping[int, SpanFacts], config: SpansConfig) -> Iterator[str]:
    plan = readers.plan
    newest, earlier = readers.of(plan.newest), readers.of(plan.earlier[-1])
    catalog, before = newest.catalog(), earlier.catalog()
    played = np.unique(np.concatenate([facts[span].log.plays.value for span in plan.earlier]))
    yield from check_catalog(
        plan.newest, before.item_ids.take(pa.array(played - 1)), catalog.item_ids, config
    )
    yield from check_columns(plan.newest, CATALOG, catalog.columns, before.columns, config)
    users, users_before = newest.users(), earlier.users()
    if users is not None and users_before is not None:
        yield from check_columns(plan.newest, USERS, users.columns, users_before.columns, config)


def _incomparable(facts: Mapping[int, SpanFacts], plan: ComparisonPlan) -> frozenset[str]:
    """Features of time that no span or not each one shows, and item columns: new items, new values."""
    item_columns = ItemColumnCounts.merge(facts[span].item_columns for span in plan.earlier).shares()
    if times_are_order_only(facts.values()):
        return frozenset({HOUR, WEEKDAY, *item_columns})
    compared = [facts[plan.newest], facts[plan.earlier[-1]]]
    too_short = [
        feature
        for feature, days in ((HOUR, 1), (WEEKDAY, 7))
        if not all(part.covers_days(days) for part in compared)
    ]
    return frozenset({*too_short, *item_columns})


def _spans(earlier: tuple[int, ...]) -> str:
    return f"span {earlier[0]}" if len(earlier) == 1 else f"spans {earlier[0]} to {earlier[-1]}"
