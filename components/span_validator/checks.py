"""What a new span must not be, by plain counts: empty, repeated, shrunk, shifted, of another catalogue.

Each check yields lines that name the span, the figure and the setting that moves the threshold.
"""

import datetime
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from components.span_validator.config import SpansConfig
from components.span_validator.span_facts import HOUR, SpanFacts, times_are_order_only
from listening_log.cleaning.event_reader import no_usable_event
from listening_log.cleaning.policies import MENDING, POLICIES
from listening_log.tables.tables import EVENTS

_USUAL_DAYS: Final = 28
"""How many of the latest days say what is usual."""


def repeated_span(newest: int, facts: Mapping[int, SpanFacts]) -> int | None:
    """The earlier span whose events are those of span `newest`, all of them and no other; None for none."""
    events = (facts[newest].rows, facts[newest].fingerprint)
    same = (
        span
        for span, part in facts.items()
        if span < newest and part.rows and (part.rows, part.fingerprint) == events
    )
    return max(same, default=None)


def check_events(newest: int, facts: Mapping[int, SpanFacts], config: SpansConfig) -> Iterator[str]:
    """Yields what is wrong with the events of span `newest`, the gravest first; `facts` of each span."""
    span = facts[newest]
    earlier = [facts[number] for number in sorted(facts) if number < newest]
    before = [part.columns for part in earlier if part.rows]
    if span.rows and before:
        yield from check_columns(newest, EVENTS, span.columns, before[-1], config)
    if not span.events:
        yield str(no_usable_event(f"span {newest}", span.policies.counts))
        return
    yield from _dropped(newest, span, config)
    if any(part.events for part in earlier) and not times_are_order_only(earlier):
        yield from _before(newest, span, [part for part in earlier if part.events], config)
        yield from _size(newest, span, SpanFacts.merge_all(earlier), config)


def check_columns(
    newest: int, table: str, columns: Collection[str], before: Collection[str], config: SpansConfig
) -> Iterator[str]:
    """Yields the columns of a table that it had in the span before, and no longer has."""
    for column in sorted(set(before) - set(columns) - set(config.may_lack)):
        yield (
            f"span {newest}: the table {table} lacks the column {column}, which it had before "
            "(spans.may_lack names those that may go)"
        )


def check_catalog(newest: int, played: pa.Array, items: pa.Array, config: SpansConfig) -> Iterator[str]:
    """Yields a line if too few of the items [n] string played before are among the newest catalogue's."""
    if not len(played):
        return
    kept = int(pc.sum(pc.is_in(played, value_set=items)).as_py())
    if kept < config.min_items_kept * len(played):
        yield (
            f"span {newest} has another catalogue: of the {len(played):,} items played before it has "
            f"{kept:,}, {kept / len(played):.0%} (at least {config.min_items_kept:.0%}: spans.min_items_kept)"
        )


def _dropped(newest: int, span: SpanFacts, config: SpansConfig) -> Iterator[str]:
    for policy, count in Counter(span.policies.counts).most_common():
        if policy not in MENDING and count > config.max_dropped * span.rows:
            yield (
                f"span {newest}: {count:,} of {span.rows:,} events, {count / span.rows:.0%}, have "
                f"{POLICIES[policy].split(':')[0]} (at most {config.max_dropped:.0%}: spans.max_dropped)"
            )


def _before(newest: int, span: SpanFacts, earlier: list[SpanFacts], config: SpansConfig) -> Iterator[str]:
    end = max(part.end_hour() for part in earlier)
    count = span.hours.below(end)
    if count > config.max_before * span.events:
        time = datetime.datetime.fromtimestamp(end * HOUR, datetime.timezone.utc)
        yield (
            f"span {newest}: {count:,} of {span.events:,} events, {count / span.events:.0%}, lie before "
            f"{time:%Y-%m-%d %H:%M} UTC, when the spans before it end "
            f"(at most {config.max_before:.0%}: spans.max_before)"
        )


def _size(newest: int, span: SpanFacts, earlier: SpanFacts, config: SpansConfig) -> Iterator[str]:
    usual = float(np.median(list(earlier.days().values())[-_USUAL_DAYS:]))
    rate = span.events / len(span.days())
    line = f"span {newest} has {rate:,.0f} events a day where {usual:,.0f} are usual, {rate / usual:.3g} times that"
    if rate < config.min_size * usual:
        yield f"{line} (at least {config.min_size:g}: spans.min_size)"
    if rate > config.max_size * usual:
        yield f"{line} (at most {config.max_size:g}: spans.max_size)"
