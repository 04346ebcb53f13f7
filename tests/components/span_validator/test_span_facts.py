import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from components.span_validator.span_facts import SpanFacts, times_are_order_only
from listening_log.cleaning.catalog import Catalog
from listening_log.cleaning.event_reader import EventBatch
from listening_log.cleaning.policies import UNKNOWN_ITEM, clean_events
from listening_log.windows.event_facts import EventFacts
from listening_log.windows.value_counts import Tally

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
    return SpanFacts.of(EventBatch(raw, 0, clean), one_in=1)


def of_hours(hours: dict[int, int]) -> SpanFacts:
    counts = Tally(60 * np.array(list(hours), np.int64), np.array(list(hours.values()), np.int64))
    return SpanFacts(rows=sum(hours.values()), log=EventFacts(minutes=counts))


def test_a_batch_is_counted() -> None:
    batch = facts([("u", "a", 3600), ("u", "a", 3601), ("v", "gone", 7200), ("v", "b", 7200)])
    assert (batch.rows, batch.events) == (4, 3)
    assert (batch.hours.value.tolist(), batch.hours.count.tolist()) == ([1, 2], [2, 1])
    assert batch.policies.counts == {UNKNOWN_ITEM: 1}
    assert batch.log.plays.value.tolist() == [1, 2]
    assert batch.columns == {"user_id", "item_id", "timestamp"}
    assert len(batch.clock) == 3


@given(
    st.lists(st.tuples(st.sampled_from("uvw"), st.sampled_from(["a", "b", "gone"]), st.integers(0, 9000))),
    st.integers(0, 50),
    st.randoms(use_true_random=False),
)
def test_facts_of_parts_in_another_order_are_those_of_the_whole(events, cut, random) -> None:
    whole = facts(events)
    shuffled = list(events)
    random.shuffle(shuffled)
    parts = SpanFacts.merge_all([facts(shuffled[cut:]), facts(shuffled[:cut])])
    for name in ("rows", "columns", "fingerprint"):
        assert getattr(parts, name) == getattr(whole, name)
    assert parts.policies.counts == whole.policies.counts
    for name in ("minutes", "plays"):
        one, other = getattr(parts.log, name), getattr(whole.log, name)
        assert (one.value.tolist(), one.count.tolist()) == (other.value.tolist(), other.count.tolist())
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
    assert times_are_order_only([SpanFacts(clock=np.stack([users, places.astype(np.uint64)], axis=1))])
    assert not times_are_order_only([SpanFacts(clock=np.stack([users, real.astype(np.uint64)], axis=1))])
