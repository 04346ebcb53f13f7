import numpy as np
import pytest

from surfaces.search.hits import NOTHING, Hits, best, fuse


def hits(*pairs: tuple[int, float]) -> Hits:
    return Hits(np.array([doc for doc, _ in pairs], np.int32), np.array([s for _, s in pairs], np.float32))


def test_the_best_scores_in_order_and_equals_by_document():
    top = best(np.array([0.1, 0.9, 0.5, 0.9, 0.4], np.float32), 0.4, 3)
    assert top.docs.tolist() == [1, 3, 2]
    assert best(np.zeros(3, np.float32), 0.1, 3).docs.tolist() == []


@pytest.mark.parametrize("order", ["mixed", "rising", "every sixteenth", "none of them", "equal"])
def test_of_many_scores_the_very_best_are_chosen_however_they_lie(order: str):
    scores = np.random.default_rng(1).permutation(5_000).astype(np.float32)
    if order == "rising":
        scores.sort()
    elif order == "every sixteenth":  # where the guess looks there is nothing but the best
        scores[::16] += 10_000
    elif order == "none of them":
        scores[::16] -= 10_000
    elif order == "equal":
        scores[:] = 1
    top = best(scores, 0.5, 100)
    assert top.scores.tolist() == np.sort(scores)[::-1][:100].tolist()
    assert len({*top.docs.tolist()}) == 100


def test_what_two_lists_have_comes_before_what_one_has():
    assert fuse([(hits((1, 9), (2, 8)), 1.0), (hits((2, 0.4), (3, 0.3)), 1.0)]).docs.tolist() == [2, 1, 3]


def test_equals_of_one_list_are_parted_by_another():
    first = hits((1, 5), (2, 5), (3, 5), (4, 1))
    assert fuse([(first, 1.0), (hits((3, 2)), 0.01)]).docs.tolist() == [3, 1, 2, 4]


def test_a_list_of_little_weight_turns_no_difference_round():
    assert fuse([(hits((1, 9), (2, 8)), 1.0), (hits((2, 9), (1, 8)), 0.5)]).docs.tolist() == [1, 2]
    assert fuse([(NOTHING, 1.0)]).docs.tolist() == []
