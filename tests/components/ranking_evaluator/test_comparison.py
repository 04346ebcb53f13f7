import numpy as np
import pytest

from components.ranking_evaluator.comparison import compare, measure
from models.metrics import NOT_FOUND


def test_a_model_is_measured_by_its_ranks():
    ranking = measure(np.array([0, 3, 10, NOT_FOUND]))
    assert ranking.hr_at_10 == 0.5
    assert ranking.ndcg_at_10 == pytest.approx((1 + 1 / np.log2(5)) / 4)
    assert ranking.mrr == pytest.approx((1 + 1 / 4 + 1 / 11) / 4)


def test_a_difference_has_an_interval_by_listener():
    listener = np.array([b"ann", b"ann", b"bob", b"bob"], object)
    better, worse = np.zeros(4, np.int64), np.full(4, NOT_FOUND)

    difference = compare(better, worse, listener, seed=1, confidence=0.9)

    assert (difference.difference, difference.low, difference.high) == (1.0, 1.0, 1.0)


def test_listeners_that_disagree_widen_the_interval():
    listener = np.array([b"ann", b"bob", b"cid", b"dan"], object)
    ranks, others = np.array([0, 0, NOT_FOUND, 0]), np.array([NOT_FOUND, 0, 0, 0])

    difference = compare(ranks, others, listener, seed=1, confidence=0.9)

    assert difference.low < difference.difference == 0 < difference.high
