"""Counts worked out by hand: 100 events an hour make the usual day 2,400."""

import numpy as np
import pyarrow as pa
import pytest

from components.span_validator.checks import check_catalog, check_columns, check_events, repeated_span
from components.span_validator.config import SpansConfig
from components.span_validator.span_facts import SpanFacts
from listening_log.cleaning.policies import FUTURE_TIME, NEGATIVE_PLAYED
from listening_log.cleaning.policy_counts import PolicyCounts
from listening_log.windows.event_facts import EventFacts
from listening_log.windows.value_counts import Tally

CONFIG = SpansConfig()
COLUMNS = frozenset({"user_id", "item_id", "timestamp"})
REAL = np.array([[1, 0], [1, 70], [1, 75], [2, 500], [2, 501], [2, 900]], np.uint64)
"""A clock of two listeners."""


def days(first: int, count: int, an_hour: int = 100, late: int = 0, **more: object) -> SpanFacts:
    """So many days from day `first`, `an_hour` events in each hour, and `late` ones of day 13, 10 o'clock."""
    hours = np.r_[
        np.full(late, 13 * 24 + 10), np.repeat(np.arange(24 * first, 24 * (first + count)), an_hour)
    ]
    log = EventFacts(minutes=Tally.of(60 * hours))
    rows = 24 * count * an_hour
    return SpanFacts(
        **{"rows": rows, "log": log, "columns": COLUMNS, "clock": REAL, "fingerprint": first} | more
    )


WEEKS = days(0, 14)


def lines(newest: SpanFacts, **config: object) -> list[str]:
    return list(check_events(2, {1: WEEKS, 2: newest}, SpansConfig(**config)))


def test_an_ordinary_day_passes() -> None:
    assert lines(days(14, 1)) == []


@pytest.mark.parametrize("an_hour", [20, 1000])
def test_a_day_within_the_bounds_of_size_passes(an_hour: int) -> None:
    assert lines(days(14, 1, an_hour)) == []


def test_a_small_day_is_told_with_what_is_usual() -> None:
    assert lines(days(14, 1, 10)) == [
        "span 2 has 240 events a day where 2,400 are usual, 0.1 times that (at least 0.2: spans.min_size)"
    ]
    assert lines(days(14, 1, 10), min_size=0.05) == []


def test_a_large_day_is_told() -> None:
    assert lines(days(14, 1, 1100)) == [
        "span 2 has 26,400 events a day where 2,400 are usual, 11 times that (at most 10: spans.max_size)"
    ]


def test_two_days_in_one_span_are_not_too_large() -> None:
    assert lines(days(14, 12, 100)) == []


def test_a_log_that_grew_is_compared_with_its_latest_weeks() -> None:
    grown = {1: days(0, 100, 1), 2: days(100, 28, 100), 3: days(128, 1, 100)}
    assert list(check_events(3, grown, CONFIG)) == []


def test_a_span_without_rows_is_empty() -> None:
    assert lines(SpanFacts()) == ["span 2 has no usable event: its table events has no rows"]


def test_a_span_without_a_usable_event_says_why() -> None:
    facts = SpanFacts(rows=9, policies=PolicyCounts({FUTURE_TIME: 9}), columns=COLUMNS)
    assert lines(facts) == ["span 2 has no usable event: 9 of 9 have timestamp more than a day ahead of now"]


def test_a_policy_that_drops_much_is_told_and_one_that_mends_is_not() -> None:
    facts = days(14, 1, rows=4000, policies=PolicyCounts({FUTURE_TIME: 1600, NEGATIVE_PLAYED: 2000}))
    assert lines(facts) == [
        "span 2: 1,600 of 4,000 events, 40%, have timestamp more than a day ahead of now "
        "(at most 20%: spans.max_dropped)"
    ]


def test_plays_that_came_late_are_allowed_up_to_a_share() -> None:
    assert lines(days(14, 1, late=2400 * 2 // 10)) == []
    earlier = days(7, 1)
    assert lines(earlier) == [
        "span 2: 2,400 of 2,400 events, 100%, lie before 1970-01-14 23:00 UTC, when the spans before it end "
        "(at most 20%: spans.max_before)"
    ]


def test_times_that_are_order_only_say_nothing_of_days() -> None:
    clock = np.array([[1, 0], [1, 60], [1, 120], [2, 0], [2, 60], [2, 120]], np.uint64)
    facts = {1: days(0, 14, clock=clock), 2: days(0, 1, 1, clock=clock)}
    assert list(check_events(2, facts, CONFIG)) == []


def test_a_column_that_is_gone_is_named_unless_it_may_go() -> None:
    before = COLUMNS | {"surface", "device"}
    assert list(check_columns(2, "events", COLUMNS | {"device"}, before, CONFIG)) == [
        "span 2: the table events lacks the column surface, which it had before "
        "(spans.may_lack names those that may go)"
    ]
    assert (
        list(check_columns(2, "events", COLUMNS, before, SpansConfig(may_lack=("surface", "device")))) == []
    )
    assert list(check_columns(2, "events", before, COLUMNS, CONFIG)) == []


def test_a_catalogue_must_keep_what_was_played() -> None:
    played = pa.array(["a", "b", "c", "d", "e"])
    assert list(check_catalog(2, played, pa.array(["a", "b", "c", "d", "new"]), CONFIG)) == []
    assert list(check_catalog(2, played, pa.array(["a", "b", "c", "new"]), CONFIG)) == [
        "span 2 has another catalogue: of the 5 items played before it has 3, 60% "
        "(at least 80%: spans.min_items_kept)"
    ]


def test_a_span_repeats_another_if_all_events_are_the_same() -> None:
    facts = {1: days(0, 2), 2: days(2, 1), 3: days(2, 1), 4: days(2, 1, rows=1)}
    assert repeated_span(3, facts) == 2
    assert repeated_span(2, facts) is None
    assert repeated_span(4, facts) is None
