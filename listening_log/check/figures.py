"""From the facts of a whole log to the figures that a person reads."""

from datetime import datetime, timezone
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from listening_log.check.history_facts import WEEK, HistoryFacts
from listening_log.check.report import (
    Bucket,
    CheckReport,
    Day,
    EventsADay,
    Histograms,
    Items,
    LastTenth,
    Sessions,
    Time,
)
from listening_log.cleaning.catalog import Catalog
from listening_log.cleaning.item_tokens import KIND
from listening_log.windows.event_facts import EventFacts
from listening_log.windows.mergeable import NEVER
from listening_log.windows.splits import MINUTE, cut_at
from listening_log.windows.value_counts import Tally
from models import names

_DAY: Final = 86_400
_YEAR_1990: Final = 631_152_000
_LAST: Final = 0.1  # share of the events that is called new


def items(log: EventFacts, size: int) -> Items:
    """How events are spread over the `size` items of the catalogue."""
    played = log.plays.count
    falling = np.zeros(size, np.int64)
    falling[: len(played)] = np.sort(played)[::-1]
    return Items(
        count=size,
        played=len(played),
        cold=size - len(played),
        events=Tally.of(played).spread(),
        top_1_percent=_share_of_top(falling, 0.01),
        top_10_percent=_share_of_top(falling, 0.1),
        gini=_gini(falling),
    )


def talk(log: EventFacts, catalog: Catalog) -> float | None:
    """Share of the events whose item is spoken word; None where the catalogue has no kinds."""
    if KIND not in catalog.columns:
        return None
    kinds = catalog.kinds.take(pa.array(log.plays.value))
    spoken = pc.is_in(kinds, value_set=pa.array(names.TALK_KINDS)).to_numpy(False)
    return float(log.plays.count[spoken].sum() / log.events)


def times(facts: HistoryFacts) -> Time:
    """When events happened, and what that says where times are real."""
    log, order_only = facts.log, facts.time.order_only
    return Time(
        first=log.first,
        first_iso=iso(log.first),
        last=log.last,
        last_iso=iso(log.last),
        order_only=order_only,
        events_a_day=None if order_only else _events_a_day(_days(log)),
        sessions=None if order_only else _sessions(facts),
        last_tenth=None if order_only else _last_tenth(facts),
    )


def histograms(facts: HistoryFacts) -> Histograms:
    """Events a listener in buckets of 1, 2–4, 5–9, 10–19, 20–49, …; events a day; events an hour of the day."""
    bounds = [step * 10**power for power in range(19) for step in (1, 2, 5)]
    counts = facts.lengths.between(bounds)
    filled = np.flatnonzero(counts)
    buckets = [
        Bucket(bounds[place], bounds[place + 1] - 1, int(counts[place]))
        for place in range(filled[0], filled[-1] + 1)
    ]
    minutes = facts.log.minutes
    hours = np.bincount(minutes.value // 60 % 24, minutes.count, 24).astype(np.int64)  # exact below 2^53
    return Histograms(buckets, _days(facts.log), hours.tolist())


def iso(seconds: int) -> str:
    """Unix seconds as an ISO time in UTC."""
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def notes(report: CheckReport) -> list[str]:
    """What a person should know before training on the log, a sentence each."""
    events, listeners = report.events, report.listeners
    sentences = []
    if listeners.count == 1:
        sentences.append("One listener only: there is nobody to learn from or to compare with.")
    if report.items.count == 1:
        sentences.append("One item only: there is nothing to rank.")
    if report.time.order_only:
        sentences.append(
            "Times say the order of events alone: no features of time, and leave-last-out as split."
        )
    elif report.time.first < _YEAR_1990:
        sentences.append(
            "Some times lie before 1990: a clock that was not set, or counts in place of seconds?"
        )
    if listeners.count > 1 and listeners.fewer_than_three_events > listeners.count / 2:
        sentences.append("Most listeners have fewer than three events: a history says little about them.")
    if events.outcomes["unknown"] == events.usable:
        sentences.append(
            "Nothing says how plays ended: every event counts as liked, and there is no skip head."
        )
    for name, share in report.columns.items_in_events.items():
        sentences.append(
            f"Column {name} of events follows from the item ({share:.1%} of an item's events agree): it is taken "
            "as item data where the catalogue lacks it, and never as context."
        )
    if not report.columns.items and not report.columns.items_in_events:
        sentences.append(
            "The catalogue says nothing about its items: one without a play can't be recommended well."
        )
    return sentences


def _events_a_day(days: list[Day]) -> EventsADay:
    whole = days[1:-1] if len(days) > 2 else days  # the first and the last are cut off
    return EventsADay(
        median=float(np.median([day.events for day in whole])),
        quietest=min(whole, key=lambda day: day.events),
        busiest=max(whole, key=lambda day: day.events),
    )


def _sessions(facts: HistoryFacts) -> Sessions:
    sessions = facts.sessions
    return Sessions(sessions.size, sessions.spread(), a_week=sessions.size * WEEK / facts.listened_seconds)


def _last_tenth(facts: HistoryFacts) -> LastTenth:
    cut = cut_at(facts.log.minutes, 1 - _LAST)
    starts = facts.starts
    return LastTenth(
        from_=cut,
        from_iso=iso(cut),
        new_items=int(((facts.item_starts >= cut) & (facts.item_starts < NEVER)).sum()),
        new_listeners=int(starts.count[starts.value * MINUTE >= cut].sum()),
    )


def _days(log: EventFacts) -> list[Day]:
    first = log.first // _DAY
    days = log.minutes.grouped(_DAY // MINUTE)
    counts = np.zeros(log.last // _DAY - first + 1, np.int64)
    counts[days.value - first] = days.count
    dates = np.datetime_as_string(np.arange(first, first + len(counts)).astype("datetime64[D]"))
    return [Day(day, count) for day, count in zip(dates.tolist(), counts.tolist(), strict=True)]


def _share_of_top(falling: npt.NDArray[np.int64], share: float) -> float:
    top = max(1, round(share * len(falling)))
    return float(falling[:top].sum() / falling.sum())


def _gini(falling: npt.NDArray[np.int64]) -> float:
    # The mean difference of two items over twice the mean: https://en.wikipedia.org/wiki/Gini_coefficient
    size = len(falling)
    weights = size + 1 - 2 * np.arange(1, size + 1)
    return float((weights * falling).sum() / (size * falling.sum()))
