"""From the facts of a whole log to the figures that a person reads."""

from datetime import datetime, timezone
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from listening_log.check.event_facts import WEEK, CheckFacts
from listening_log.check.report import CheckReport, Day, Histograms, Plays, Times
from listening_log.cleaning.catalog import Catalog
from listening_log.cleaning.item_tokens import KIND
from listening_log.windows.splits import MINUTE
from listening_log.windows.value_counts import Tally
from models import names

_DAY: Final = 86_400
_YEAR_1990: Final = 631_152_000
_LAST: Final = 0.1  # share of the events that is called new


def plays(facts: CheckFacts, catalog: Catalog) -> Plays:
    """How events are spread over items."""
    counts = facts.plays[1:]
    falling = np.sort(counts)[::-1]
    return Plays(
        per_item=Tally.of(counts[counts > 0]).spread(),
        top_1_percent=_share_of_top(falling, 0.01),
        top_10_percent=_share_of_top(falling, 0.1),
        gini=_gini(falling),
        talk=_talk(counts, catalog),
    )


def times(facts: CheckFacts) -> Times:
    """What means something where times are real."""
    days = _days(facts)
    whole = days[1:-1] if len(days) > 2 else days  # the first and the last are cut off
    cut = facts.minutes.cut(1 - _LAST)
    return Times(
        events_a_day=float(np.median([day.events for day in whole])),
        quietest=min(whole, key=lambda day: day.events),
        busiest=max(whole, key=lambda day: day.events),
        sessions=facts.sessions.size,
        events_per_session=facts.sessions.spread(),
        sessions_a_week=facts.sessions.size * WEEK / facts.listened_seconds,
        last_tenth=cut,
        new_items=int(((facts.plays > 0) & (facts.met >= cut)).sum()),
        new_listeners=int(facts.starts.count[facts.starts.minute * MINUTE >= cut].sum()),
    )


def histograms(facts: CheckFacts) -> Histograms:
    """Events a listener in buckets of 1, 2–4, 5–9, 10–19, 20–49, …; events a day; events an hour of the day."""
    bounds = [step * 10**power for power in range(19) for step in (1, 2, 5)]
    counts = facts.lengths.between(bounds)
    met = np.flatnonzero(counts)
    buckets = [
        (bounds[place], bounds[place + 1] - 1, int(counts[place])) for place in range(met[0], met[-1] + 1)
    ]
    hours = np.zeros(24, np.int64)
    np.add.at(hours, facts.minutes.minute // 60 % 24, facts.minutes.count)
    return Histograms(buckets, _days(facts), hours.tolist())


def iso(seconds: int) -> str:
    """Unix seconds as an ISO time in UTC."""
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def notes(report: CheckReport) -> list[str]:
    """What a person should know before training on the log, a sentence each."""
    told = []
    if report.listeners == 1:
        told.append("One listener only: there is nobody to learn from or to compare with.")
    if report.items == 1:
        told.append("One item only: there is nothing to rank.")
    if report.order_only:
        told.append("Times say the order of events alone: no features of time, and leave-last-out as split.")
    elif report.first_time < _YEAR_1990:
        told.append("Some times lie before 1990: a clock that was not set, or counts in place of seconds?")
    if report.listeners > 1 and report.short_histories > report.listeners / 2:
        told.append("Most listeners have fewer than three events: a history says little about them.")
    if report.outcomes["unknown"] == report.events:
        told.append("Nothing says how plays ended: every event counts as liked, and there is no skip head.")
    for name, share in report.event_item_columns.items():
        told.append(
            f"Column {name} of events follows from the item ({share:.1%} of an item's events agree): it is taken "
            "as item data where the catalogue lacks it, and never as context."
        )
    if not report.item_columns and not report.event_item_columns:
        told.append(
            "The catalogue says nothing about its items: one without a play can't be recommended well."
        )
    return told


def _days(facts: CheckFacts) -> list[Day]:
    first = facts.first // _DAY
    counts = np.zeros(facts.last // _DAY - first + 1, np.int64)
    np.add.at(counts, facts.minutes.minute * MINUTE // _DAY - first, facts.minutes.count)
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


def _talk(plays: npt.NDArray[np.int64], catalog: Catalog) -> float | None:
    tokens: pa.ListArray = catalog.table[names.ITEM_TOKENS].combine_chunks()
    if KIND not in catalog.columns:
        return None
    kinds = pa.array([f"{KIND}={kind}" for kind in names.TALK_KINDS])
    spoken = pc.is_in(tokens.flatten(), value_set=kinds).to_numpy(False)
    items = np.unique(pc.list_parent_indices(tokens).to_numpy()[spoken])
    return float(plays[items].sum() / plays.sum())
