from collections import Counter

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from components.span_validator.span_facts import SpanFacts, merge, times_are_order_only
from listening_log.cleaning.catalog import Catalog
from listening_log.cleaning.policies import UNKNOWN_ITEM, clean_events

ITEMS = Catalog(
    pa.table(
        {
            "item_id": ["a", "b"],
            "title": ["", ""],
            "description": ["", ""],
            "duration_ms": pa.array([0, 0], pa.int64()),
            "release_day": pa.array([0, 0], pa.int64()),
            "item_tokens": pa.array([[], []], pa.list_(pa.string())),
        }
    )
)


def facts(events: list[tuple[str, str, int]]) -> SpanFacts:
    users, items, times = (list(column) for column in zip(*events, strict=True)) if events else ([], [], [])
    raw = pa.table(
        {
            "user_id": pa.array(users, pa.string()),
            "item_id": pa.array(items, pa.string()),
            "timestamp": pa.array(times, pa.int64()),
        }
    )
    clean = clean_events(raw, ITEMS, file=0, first_row=0)
    return SpanFacts.of(raw, clean, clean.table["row"].to_numpy(), one_in=1)


def of_hours(hours: dict[int, int]) -> SpanFacts:
    return SpanFacts(rows=sum(hours.values()), hours=Counter(hours))


def test_a_batch_is_counted() -> None:
    found = facts([("u", "a", 3600), ("u", "a", 3601), ("v", "gone", 7200), ("v", "b", 7200)])
    assert (found.rows, found.events) == (4, 3)
    assert found.hours == {1: 2, 2: 1}
    assert found.dropped == {UNKNOWN_ITEM: 1}
    assert found.played.tolist() == [1, 2]
    assert found.columns == {"user_id", "item_id", "timestamp"}
    assert len(found.clock) == 3


@given(
    st.lists(st.tuples(st.sampled_from("uvw"), st.sampled_from(["a", "b", "gone"]), st.integers(0, 9000))),
    st.integers(0, 50),
    st.randoms(use_true_random=False),
)
def test_facts_of_parts_in_another_order_are_those_of_the_whole(events, cut, random) -> None:
    whole = facts(events)
    shuffled = list(events)
    random.shuffle(shuffled)
    parts = merge([facts(shuffled[cut:]), facts(shuffled[:cut])])
    for name in ("rows", "dropped", "hours", "columns", "fingerprint"):
        assert getattr(parts, name) == getattr(whole, name)
    assert parts.played.tolist() == whole.played.tolist()
    assert sorted(parts.clock.tolist()) == sorted(whole.clock.tolist())


def test_a_day_with_few_late_plays_is_no_day_of_the_span() -> None:
    assert of_hours({0: 5, 24: 100, 30: 20}).days() == {1: 120}


def test_a_span_covers_a_day_from_morning_to_midnight() -> None:
    assert of_hours({0: 1, 20: 1}).covers_days(1)
    assert not of_hours({0: 1, 19: 1}).covers_days(1)
    assert not of_hours({}).covers_days(1)
    assert of_hours({24 * day + 12: 1 for day in range(8)}).covers_days(7)
    assert not of_hours({24 * day + 12: 1 for day in range(6)}).covers_days(7)


def test_a_stray_event_does_not_move_the_end_of_a_span() -> None:
    assert of_hours({10: 2000, 20: 2000, 500: 1}).end_hour() == 20


def test_times_that_count_places_are_order_only() -> None:
    users = np.repeat(np.arange(3, dtype=np.uint64), 4)
    places = np.tile(np.arange(4) * 60, 3)
    real = places + np.repeat([0, 5000, 70_000], 4) + np.tile([0, 3, 77, 100], 3)
    assert times_are_order_only(SpanFacts(clock=np.stack([users, places.astype(np.uint64)], axis=1)))
    assert not times_are_order_only(SpanFacts(clock=np.stack([users, real.astype(np.uint64)], axis=1)))
