import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from models.metrics import NOT_FOUND, hit_rate_at_k, mrr, ndcg_at_k, ndcg_gains, rank_of_target, recall_at_k

RANKS = np.array([0, 1, 9, 10, NOT_FOUND])


def test_a_rank_below_k_is_a_hit():
    assert hit_rate_at_k(RANKS, 10) == pytest.approx(3 / 5)
    assert hit_rate_at_k(RANKS, 1) == pytest.approx(1 / 5)


def test_gain_falls_with_the_logarithm_of_the_rank():
    np.testing.assert_allclose(ndcg_gains(np.array([0, 2, 6, 10]), 10), [1.0, 1 / 2, 1 / 3, 0.0])
    assert ndcg_at_k(np.array([0, 2, 6, 10]), 10) == pytest.approx((1 + 1 / 2 + 1 / 3) / 4)


def test_reciprocal_rank_of_a_missing_target_is_zero():
    assert mrr(np.array([0, 1, NOT_FOUND])) == pytest.approx((1 + 1 / 2) / 3)


def test_metrics_of_no_targets_are_zero():
    nothing = np.zeros(0, np.int64)

    assert (hit_rate_at_k(nothing, 10), ndcg_at_k(nothing, 10), mrr(nothing)) == (0.0, 0.0, 0.0)


def test_recall_is_the_share_of_the_exact_items_that_were_found():
    exact = np.array([[1, 2, 3], [4, 5, 6]])
    approximate = np.array([[3, 9, 1], [7, 8, 9]])

    assert recall_at_k(approximate, exact, 3) == pytest.approx((2 / 3 + 0) / 2)
    assert recall_at_k(approximate, exact, 1) == 0.0


def test_recall_ignores_places_without_an_item():
    exact = np.array([[1, 2, 0], [0, 0, 0]])
    approximate = np.array([[2, 0, 0], [5, 0, 0]])

    assert recall_at_k(approximate, exact, 3) == pytest.approx(1 / 2)
    assert recall_at_k(approximate[1:], exact[1:], 3) == 1.0


def test_ties_break_by_item_index():
    scores = np.array([[0.5, 0.9, 0.5, 0.5]] * 4)

    np.testing.assert_array_equal(rank_of_target(scores, np.array([0, 1, 2, 3])), [1, 0, 2, 3])


def test_excluded_items_make_way_and_an_excluded_target_is_not_found():
    scores = np.array([[0.1, 0.4, 0.3, 0.2]] * 2)
    target = np.array([3, 1])
    mask = np.array([[False, True, True, False], [False, True, False, False]])

    np.testing.assert_array_equal(rank_of_target(scores, target), [2, 0])
    np.testing.assert_array_equal(rank_of_target(scores, target, mask), [0, NOT_FOUND])
    np.testing.assert_array_equal(rank_of_target(scores, target, [[1, 2], [1]]), [0, NOT_FOUND])
    np.testing.assert_array_equal(rank_of_target(scores, target, [[], []]), [2, 0])


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"got \(2, 3\) and \(3,\)"):
        rank_of_target(np.zeros((2, 3)), np.zeros(3, int))


@st.composite
def rankings(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, int]:
    """Distinct scores [B, N], a target [B] and k."""
    rows, items = draw(st.integers(1, 4)), draw(st.integers(2, 12))
    scores = np.array([draw(st.permutations(range(items))) for _ in range(rows)], float)
    target = np.array([draw(st.integers(0, items - 1)) for _ in range(rows)])
    return scores, target, draw(st.integers(1, items))


@given(rankings())
def test_ndcg_agrees_with_scikit_learn(ranking: tuple[np.ndarray, np.ndarray, int]):
    scores, target, k = ranking
    relevant = np.eye(scores.shape[1])[target]

    assert ndcg_at_k(rank_of_target(scores, target), k) == pytest.approx(ndcg_score(relevant, scores, k=k))


@given(
    st.lists(st.lists(st.integers(0, 3), min_size=4, max_size=4), min_size=1, max_size=5), st.integers(0, 3)
)
def test_rank_is_the_place_in_a_stable_sort(rows: list[list[int]], item: int):
    scores = np.array(rows, float)
    order = np.argsort(-scores, axis=1, kind="stable")

    ranks = rank_of_target(scores, np.full(len(rows), item))

    np.testing.assert_array_equal(ranks, np.argmax(order == item, axis=1))
