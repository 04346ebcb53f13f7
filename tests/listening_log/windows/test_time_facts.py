import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening_log.windows.time_facts import TimeFacts, order_only


def _order_only(*histories: list[int]) -> bool:
    users = np.repeat(np.arange(len(histories)), [len(times) for times in histories])
    return order_only(users, np.concatenate(histories))


@pytest.mark.parametrize(
    ("histories", "expected"),
    [
        ([[0, 60, 120], [500, 560, 620]], True),  # one step for all
        ([[0, 60, 120], [500, 501, 502]], True),  # a step for each
        ([[7, 7, 7], [9, 9, 9]], True),  # a time for each
        ([[0, 60, 130], [0, 10, 15]], True),  # one shared start
        ([[0, 60, 130], [5, 10, 16]], False),
        ([[0, 0, 0, 5], [7, 7, 9]], False),  # real times, tied
        ([[0, 60], [500, 530]], False),  # too short to judge
        ([[0, 60, 130]], False),  # a lone listener shares no start
        ([[0], [500]], False),
        ([list(range(0, 6000, 60)), [60, 120, *range(240, 6000, 60)]], True),  # an event was dropped
    ],
)
def test_constant_steps_or_a_shared_start_say_order_only(histories: list[list[int]], expected: bool) -> None:
    assert _order_only(*histories) is expected


def test_nothing_is_neutral() -> None:
    facts = TimeFacts.from_sorted(np.array([0, 0, 0]), np.array([1, 2, 4]))
    nothing = TimeFacts.from_sorted(np.array([], int), np.array([], int))
    assert nothing == TimeFacts()
    assert nothing.merge(facts) == facts == facts.merge(nothing)
    assert not nothing.order_only


@given(
    st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=6).map(sorted), min_size=1, max_size=6),
    st.integers(0, 6),
)
def test_facts_of_shards_merge_to_those_of_the_whole(histories: list[list[int]], cut: int) -> None:
    def facts(part: list[list[int]]) -> TimeFacts:
        users = np.repeat(np.arange(len(part)), [len(times) for times in part])
        return TimeFacts.from_sorted(users, np.array([time for times in part for time in times], int))

    assert facts(histories[:cut]).merge(facts(histories[cut:])) == facts(histories)
    assert facts(histories[cut:]).merge(facts(histories[:cut])) == facts(histories)
