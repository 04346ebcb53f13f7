import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from surfaces.playlists.selecting import Bounds, select

CREATORS = np.array([0, 0, 0, 1, 1, 2, -1, -1], np.int32)
MINUTES = np.array([3, 3, 3, 5, 5, 10, 2, 2], np.int64) * 60_000
EVEN = np.arange(8) % 2 == 0


def test_the_best_come_but_creators_take_turns() -> None:
    assert select(range(8), CREATORS, MINUTES, Bounds(4, by_a_creator=1)) == [0, 3, 5, 6]
    assert select([0, 1, 2], CREATORS, MINUTES, Bounds(3, by_a_creator=1)) == [0, 1, 2]


def test_what_fits_the_minutes_is_taken() -> None:
    assert select([5, 3, 6, 0], CREATORS, MINUTES, Bounds(4, milliseconds=12 * 60_000)) == [5, 6]


def test_a_selection_has_its_least_and_its_most() -> None:
    assert select([1, 3, 5, 0, 2], CREATORS, MINUTES, Bounds(3, at_least=[(EVEN, 2)])) == [1, 0, 2]
    assert select([0, 2, 4, 6, 1], CREATORS, MINUTES, Bounds(4, at_most=[(EVEN, 2)])) == [0, 2, 1]


@settings(max_examples=60, deadline=None)
@given(
    st.permutations(range(8)),
    st.integers(1, 8),
    st.none() | st.integers(0, 40),
    st.integers(0, 8),
    st.integers(0, 8),
    st.integers(1, 3),
)
def test_bounds_hold(
    order: list[int], size: int, minutes: int | None, least: int, most: int, by_a_creator: int
) -> None:
    limit = None if minutes is None else minutes * 60_000
    bounds = Bounds(size, limit, [(EVEN, most)], [(~EVEN, least)], by_a_creator)
    chosen = select(order, CREATORS, MINUTES, bounds)
    assert len(chosen) == len(set(chosen)) <= size
    assert chosen == [place for place in order if place in chosen]
    assert EVEN[chosen].sum() <= most
    if limit is not None:
        assert MINUTES[chosen].sum() <= limit
    else:
        assert (~EVEN[chosen]).sum() >= min(least, 4, size)
        assert len(chosen) == min(size, 4 + min(most, 4))
