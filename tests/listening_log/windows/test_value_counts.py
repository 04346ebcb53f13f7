import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening_log.windows.value_counts import Spread, Tally

NUMBERS = st.lists(st.integers(0, 20), min_size=1, max_size=30)


def test_a_spread_is_that_of_the_numbers() -> None:
    # of 1, 1, 2, 6: the middle lies between 1 and 2, nine tenths of the way from 2 to 6 at place 2.7
    spread = Tally.of(np.array([6, 1, 2, 1])).spread()
    assert spread == Spread(min=1, median=1.5, mean=2.5, p90=pytest.approx(4.8), max=6)


def test_numbers_are_counted_between_bounds() -> None:
    tally = Tally.of(np.array([1, 1, 2, 6]))
    assert tally.between([1, 2, 5, 7]).tolist() == [2, 1, 1]
    assert tally.below(3) == 3


def test_an_empty_tally_is_neutral() -> None:
    merged = Tally().merge(Tally.of(np.array([3, 3])))
    assert (merged.value.tolist(), merged.count.tolist(), Tally().size) == ([3], [2], 0)


@given(NUMBERS, st.floats(0, 1))
def test_quantiles_are_those_of_numpy(numbers: list[int], share: float) -> None:
    assert Tally.of(np.array(numbers)).quantile(share) == pytest.approx(np.quantile(numbers, share))


@given(NUMBERS, NUMBERS)
def test_tallies_of_parts_merge_to_that_of_the_whole(some: list[int], others: list[int]) -> None:
    merged = Tally.of(np.array(some)).merge(Tally.of(np.array(others)))
    whole = Tally.of(np.array(some + others))
    assert (merged.value.tolist(), merged.count.tolist()) == (whole.value.tolist(), whole.count.tolist())
