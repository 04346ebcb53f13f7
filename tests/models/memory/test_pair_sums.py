import numpy as np
import pytest

from models.memory import pair_sums
from models.memory.interactions import Interactions
from models.memory.pair_sums import Horizon, count_pairs, heaviest

LAST = Horizon(decays=(0.0,), future=(1.0,))
HALF = Horizon(decays=(0.0, 0.5), future=(1.0, 0.25))


def pair(sums: pair_sums.PairSums, older: int, newer: int) -> int:
    """The row of the sums of two items; 0 where they never came in this order."""
    return int(sums.cells[newer, older])


def test_a_play_meets_itself_in_every_row_after_it() -> None:
    sums = count_pairs(Interactions.from_sequences([[1, 2, 3]], 3), HALF)

    # item 1 is in the rows before 2 and before 3: 1 + 0 with decay 0, 1 + 1/4 with decay 1/2
    assert sums.own[0, 0].tolist() == [0, 1, 1, 0]
    assert sums.own[1, 1].tolist() == [0, 1.25, 1, 0]
    # 1 x 1 in the first, 0 x 1/2 in the second
    assert sums.own[0, 1].tolist() == sums.own[1, 0].tolist() == [0, 1, 1, 0]


def test_two_plays_meet_in_every_row_after_both() -> None:
    sums = count_pairs(Interactions.from_sequences([[1, 2, 3, 3]], 3), HALF)

    # the rows before the first 3 (ages 1 and 0) and before the second (ages 2 and 1)
    one_two = sums.past[pair(sums, older=1, newer=2)]
    assert one_two.tolist() == [[0, 0], [0.5, 0.5 + 0.25 * 0.5]]
    assert pair(sums, older=2, newer=1) == 0


def test_what_comes_later_counts_less() -> None:
    sums = count_pairs(Interactions.from_sequences([[1, 2, 3]], 3), HALF)

    assert sums.future[pair(sums, older=1, newer=2)].tolist() == [1, 1]
    # before 2 item 3 is the one after the next: 1/4 of ages 0; before 3 it is the next, item 1 of age 1
    assert sums.future[pair(sums, older=1, newer=3)].tolist() == [0.25, 0.25 + 0.5]
    assert sums.future[pair(sums, older=2, newer=3)].tolist() == [1, 1]


def test_the_diagonal_counts_an_item_twice_in_one_past() -> None:
    sums = count_pairs(Interactions.from_sequences([[1, 1, 2]], 2), HALF)

    # the row before the second 1 holds 1; the row before 2 holds 1 + 1/2 with decay 1/2, squared
    assert sums.diagonal.tolist() == [[0, 2, 0], [0, 1 + 2.25, 0]]


def test_listeners_do_not_meet() -> None:
    sums = count_pairs(Interactions.from_sequences([[1, 2], [], [3], [2, 1]], 3), LAST)

    assert sums.cells.nnz == 2
    assert [pair(sums, older=2, newer=3), pair(sums, older=3, newer=2)] == [0, 0]


def test_plays_older_than_the_horizon_are_forgotten() -> None:
    near = Horizon(decays=(0.5,), future=(1.0,), events=2)

    sums = count_pairs(Interactions.from_sequences([[1, 2, 3, 4]], 4), near)

    assert pair(sums, older=1, newer=4) == 0
    assert sums.future[pair(sums, older=1, newer=3)].tolist() == [0.5]


@pytest.mark.parametrize("pairs_at_once", [1, 40, 10**6])
def test_sums_do_not_depend_on_how_many_pairs_are_counted_at_once(
    monkeypatch: pytest.MonkeyPatch, pairs_at_once: int
) -> None:
    log = Interactions.from_sequences(np.arange(36).reshape(6, 6) % 36 + 1, 36)  # each item once: no sample
    expected = count_pairs(log, HALF)
    monkeypatch.setattr(pair_sums, "PAIRS_AT_ONCE", pairs_at_once)

    sums = count_pairs(log, HALF)

    np.testing.assert_array_equal(sums.cells.toarray(), expected.cells.toarray())
    np.testing.assert_array_equal(sums.past, expected.past)
    np.testing.assert_array_equal(sums.future, expected.future)


def test_an_item_of_very_many_plays_is_counted_from_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Interactions.from_sequences([[1, 2]] * 100 + [[3, 4]] * 3, 4)
    monkeypatch.setattr(pair_sums, "PAIRS_AT_ONCE", 10)

    sums = count_pairs(log, LAST)

    assert sums.future[pair(sums, older=1, newer=2)] == pytest.approx(100)
    assert sums.future[pair(sums, older=3, newer=4)] == pytest.approx(3)


def test_a_large_log_keeps_the_heaviest_partners_of_each_item() -> None:
    log = Interactions.from_sequences([[1, 4]] * 3 + [[2, 4]] * 2 + [[3, 4]], 4)

    sums = count_pairs(log, LAST, max_cells=2)

    assert sums.cells.toarray()[4].nonzero()[0].tolist() == [1, 2]


def test_a_log_without_pairs_has_empty_sums() -> None:
    sums = count_pairs(Interactions.from_sequences([[1], []], 2), HALF)

    assert sums.cells.nnz == 0
    assert not sums.own.any()
    assert sums.past.shape == (1, 2, 2)


@pytest.mark.parametrize("decay", [-0.1, 1.0])
def test_a_decay_that_never_fades_is_refused(decay: float) -> None:
    with pytest.raises(ValueError, match="from 0 to below 1"):
        Horizon(decays=(decay,))


def test_the_heaviest_of_each_group() -> None:
    kept = heaviest(np.array([0, 0, 0, 5, 5]), np.array([1, 3, 2, 9, 8], np.float32), 2)

    assert kept.tolist() == [1, 2, 3, 4]
