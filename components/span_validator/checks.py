"""What a new span must not be, by plain counts: empty, repeated, shrunk, shifted, of another catalogue.

Each check yields lines that name the span, the figure and the setting that moves the threshold.
"""

import datetime
from collections.abc import Collection, Iterator, Mapping
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from components.span_validator.config import SpansConfig
from components.span_validator.span_facts import HOUR, SpanFacts, merge, times_are_order_only
from listening_log.cleaning.policies import NEGATIVE_PLAYED, POLICIES, TIME_IN_MS
from listening_log.tables.tables import EVENTS

_USUAL_DAYS: Final = 28
"""How many of the latest days say what is usual."""
_DROP_NOTHING: Final = (TIME_IN_MS, NEGATIVE_PLAYED)


def repeated_span(newest: int, facts: Mapping[int, SpanFacts]) -> int | None:
    """The span whose events those of span `newest` are, all of them and no other; None where there is none."""
    found = facts[newest]
    same = [
        span
        for span, known in facts.items()
        if span < newest and known.rows and (known.rows, known.fingerprint) == (found.rows, found.fingerprint)
    ]
    return max(same, default=None)


def check_events(newest: int, facts: Mapping[int, SpanFacts], config: SpansConfig) -> Iterator[str]:
    """Yields what is wrong with the events of span `newest`, the gravest first; `facts` of each span."""
    found = facts[newest]
    earlier = [facts[span] for span in sorted(facts) if span < newest]
    before = [part.columns for part in earlier if part.rows]
    if found.rows and before:
        yield from check_columns(newest, EVENTS, found.columns, before[-1], config)
    if not found.events:
        yield _no_event(newest, found)
        return
    yield from _dropped(newest, found, config)
    known = merge(earlier)
    if known.events and not times_are_order_only(known):
        yield from _before(newest, found, [part for part in earlier if part.events], config)
        yield from _size(newest, found, known, config)


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


def _no_event(span: int, found: SpanFacts) -> str:
    if not found.rows:
        return f"span {span} is empty: its table {EVENTS} has no events"
    policy, count = found.dropped.most_common(1)[0]
    return f"span {span} has no usable event: {count:,} of {found.rows:,} have {_told(policy)}"


def _dropped(span: int, found: SpanFacts, config: SpansConfig) -> Iterator[str]:
    for policy, count in found.dropped.most_common():
        if policy not in _DROP_NOTHING and count > config.max_dropped * found.rows:
            yield (
                f"span {span}: {count:,} of {found.rows:,} events, {count / found.rows:.0%}, have "
                f"{_told(policy)} (at most {config.max_dropped:.0%}: spans.max_dropped)"
            )


def _before(span: int, found: SpanFacts, earlier: list[SpanFacts], config: SpansConfig) -> Iterator[str]:
    end = max(part.end_hour() for part in earlier)
    count = sum(events for hour, events in found.hours.items() if hour < end)
    if count > config.max_before * found.events:
        told = datetime.datetime.fromtimestamp(end * HOUR, datetime.timezone.utc)
        yield (
            f"span {span}: {count:,} of {found.events:,} events, {count / found.events:.0%}, lie before "
            f"{told:%Y-%m-%d %H:%M} UTC, when the spans before it end "
            f"(at most {config.max_before:.0%}: spans.max_before)"
        )


def _size(span: int, found: SpanFacts, known: SpanFacts, config: SpansConfig) -> Iterator[str]:
    usual = float(np.median(list(known.days().values())[-_USUAL_DAYS:]))
    rate = found.events / len(found.days())
    told = f"span {span} has {rate:,.0f} events a day where {usual:,.0f} are usual, {rate / usual:.3g} times that"
    if rate < config.min_size * usual:
        yield f"{told} (at least {config.min_size:g}: spans.min_size)"
    if rate > config.max_size * usual:
        yield f"{told} (at most {config.max_size:g}: spans.max_size)"


def _told(policy: str) -> str:
    return POLICIES[policy].split(":")[0]
