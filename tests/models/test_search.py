import numpy as np
import tensorflow as tf

from models.search import best_first, exact_top, join


def test_best_first_breaks_ties_by_item_index_and_leaves_unfilled_places_empty():
    index = tf.constant([[7, 3, 0, 5]])
    scores = tf.constant([[1.0, 1.0, 9.0, 2.0]])

    index, best = best_first(index, scores, 5)

    assert index.numpy().tolist() == [[5, 3, 7, 0, 0]]
    assert best.numpy().tolist() == [[2.0, 1.0, 1.0, -np.inf, -np.inf]]


def test_exact_top_holds_only_eligible_items():
    candidates = tf.constant([[0.0], [3.0], [2.0], [1.0]])
    mask = tf.constant([[True, False, True, True]]) & (tf.range(4) > 0)

    index, scores = exact_top(tf.constant([[1.0]]), candidates, 3, mask)

    assert index.numpy().tolist() == [[2, 3, 0]]
    assert scores.numpy().tolist() == [[2.0, 1.0, -np.inf]]


def test_joined_sets_hold_each_item_once():
    joined = join(tf.constant([[5, 2, 0]]), tf.constant([[2, 7, 5]]))

    assert joined.numpy().tolist() == [[0, 2, 0, 5, 0, 7]]
