"""Answers are the same up to rounding, and up to the order of items that rounding ties."""

import numpy as np

from components.serving_check.compare import agreement, same_top, shared_top


def ranking(ids: list[list[str]], scores: list[list[float]]) -> dict[str, np.ndarray]:
    return {
        "item_ids": np.array([[i.encode() for i in row] for row in ids], object),
        "scores": np.array(scores, np.float32),
    }


def test_the_same_ranking_agrees_in_spite_of_rounding() -> None:
    one = ranking([["a", "b"]], [[2.0, 1.0]])
    other = ranking([["a", "b"]], [[2.00001, 1.0]])
    assert agreement(one, other).tolist() == [True]


def test_another_order_disagrees_row_by_row() -> None:
    one = ranking([["a", "b"], ["a", "b"]], [[2.0, 1.0], [2.0, 1.0]])
    other = ranking([["b", "a"], ["a", "b"]], [[2.0, 1.0], [2.0, 1.0]])
    assert agreement(one, other).tolist() == [False, True]


def test_another_order_of_tied_items_agrees() -> None:
    one = ranking([["a", "b", "c"]], [[2.0, 1.0, 1.00001]])
    other = ranking([["a", "c", "b"]], [[2.0, 1.0, 1.00001]])
    assert agreement(one, other).tolist() == [True]


def test_other_scores_disagree() -> None:
    one, other = ranking([["a"]], [[2.0]]), ranking([["a"]], [[2.1]])
    assert agreement(one, other).tolist() == [False]
    assert same_top(one, other).tolist() == [True]


def test_places_that_cannot_be_filled_agree() -> None:
    empty = ranking([["a", ""]], [[2.0, -np.inf]])
    assert agreement(empty, empty).tolist() == [True]


def test_what_comes_after_the_tenth_place_does_not_count() -> None:
    ids = [str(i) for i in range(12)]
    scores = [float(-i) for i in range(12)]
    other = [*ids[:11], "x"]
    assert agreement(ranking([ids], [scores]), ranking([other], [scores])).tolist() == [True]


def test_scores_of_given_candidates_are_compared_to_the_last() -> None:
    one = {"scores": np.array([[1.0] * 11 + [2.0]], np.float32)}
    other = {"scores": np.array([[1.0] * 11 + [3.0]], np.float32)}
    assert agreement(one, other).tolist() == [False]


def test_a_missing_output_or_nan_disagrees() -> None:
    one = {"scores": np.ones((1, 2), np.float32), "p_skip": np.ones((1, 2), np.float32)}
    assert agreement(one, {"scores": one["scores"]}).tolist() == [False]
    assert agreement({"scores": one["scores"] * np.nan}, {"scores": one["scores"] * np.nan}).tolist() == [
        False
    ]


def test_of_ten_items_those_are_shared_that_both_have_with_one_score() -> None:
    ids = [str(i) for i in range(12)]
    scores = [float(-i) for i in range(12)]
    one = ranking([ids, ids], [scores, scores])
    missing = [*ids[:4], *ids[5:], "x"]
    other = ranking([missing, ids], [[*scores[:4], *scores[5:], -12.0], [s + 1 for s in scores]])
    assert shared_top(one, other).tolist() == [0.9, 0.0]
    assert shared_top(one, one).tolist() == [1.0, 1.0]


def test_an_item_that_is_tied_with_the_eleventh_may_be_missing() -> None:
    ids = [str(i) for i in range(12)]
    scores = [*map(float, range(12, 2, -1)), 3.0, 1.0]
    other = [*ids[:9], "10", "9", "11"]
    assert shared_top(ranking([ids], [scores]), ranking([other], [scores])).tolist() == [1.0]


def test_places_that_neither_can_fill_are_shared() -> None:
    few = ranking([["a", ""]], [[2.0, -np.inf]])
    assert shared_top(few, few).tolist() == [1.0]
