from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from listening_log.check.history_facts import WEEK, HistoryFacts

ITEMS = 4
Event = tuple[int, int, int, int]
"""(listener, seconds, item, outcome)"""


def facts_of(events: Sequence[Event]) -> HistoryFacts:
    user, timestamp, item, outcome = np.array(sorted(events, key=lambda event: event[:2])).T
    return HistoryFacts.of(user, item, timestamp, outcome, ITEMS)


def plain(facts: HistoryFacts) -> dict[str, Any]:
    """Facts as plain values, which `==` can compare."""

    def lists(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: lists(part) for name, part in value.items()}
        return value.tolist() if isinstance(value, np.ndarray) else value

    return lists(asdict(facts))


def test_sessions_end_where_more_than_thirty_minutes_lie_between_two_events() -> None:
    facts = facts_of([(0, 0, 1, 0), (0, 1800, 2, 0), (0, 3601, 3, 0), (1, 3602, 1, 0)])
    assert (facts.sessions.value.tolist(), facts.sessions.count.tolist()) == ([1, 2], [2, 1])


def test_the_same_item_right_after_itself_is_adjacent_within_a_listener_alone() -> None:
    facts = facts_of([(0, 5, 1, 0), (0, 5, 1, 0), (0, 9, 1, 0), (0, 10, 2, 0), (0, 11, 1, 0), (1, 12, 1, 0)])
    assert (facts.adjacent, facts.adjacent_at_once) == (2, 1)
    assert (facts.steps, facts.ties) == (4, 1)
    assert facts.pairs == 3


def test_plays_lengths_and_first_times_are_counted() -> None:
    facts = facts_of([(0, 5, 1, 1), (0, 65, 3, 3), (7, 70, 3, 1)])
    assert (facts.log.plays.value.tolist(), facts.log.plays.count.tolist()) == ([1, 3], [1, 2])
    assert facts.item_starts[[1, 3]].tolist() == [5, 65]
    assert (facts.lengths.value.tolist(), facts.lengths.count.tolist()) == ([1, 2], [1, 1])
    assert facts.starts.value.tolist() == [0, 1]
    assert (facts.log.first, facts.log.last, facts.log.events) == (5, 70, 3)
    assert facts.log.outcomes.tolist() == [0, 2, 0, 1]


def test_a_listener_counts_for_a_week_at_least() -> None:
    facts = facts_of([(0, 0, 1, 0), (0, 2 * WEEK, 1, 0), (1, 0, 1, 0)])
    assert facts.listened_seconds == 3 * WEEK


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 9000), st.integers(1, ITEMS), st.integers(0, 3)),
        min_size=1,
        max_size=40,
    ),
    st.lists(st.integers(0, 2), min_size=6, max_size=6),
    st.permutations(range(3)),
)
def test_facts_of_any_parts_by_listener_merge_to_those_of_the_log(
    events: list[Event], part_of: list[int], order: list[int]
) -> None:
    parts = [[event for event in events if part_of[event[0]] == part] for part in order]
    merged = HistoryFacts.merge_all(facts_of(part) for part in parts if part)
    assert plain(merged) == plain(facts_of(events))
