import numpy as np
import pytest

from models.unix_time import FINER_THAN_SECONDS, to_seconds


@pytest.mark.parametrize("factor", [1, 10**3, 10**6, 10**9])
def test_whatever_the_unit_it_is_the_same_second(factor: int) -> None:
    times = np.array([[1_700_000_000], [978_300_760]], np.int64)
    assert np.array_equal(to_seconds(times * factor), times)


def test_what_can_be_seconds_stays() -> None:
    times = np.array([0, -1, FINER_THAN_SECONDS - 1], np.int64)
    assert np.array_equal(to_seconds(times), times)
