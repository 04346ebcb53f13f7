import numpy as np
import tensorflow as tf

from models.config import IndexConfig
from models.search import best_first, build_searcher, exact_top, join, scann_top


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


def test_a_small_catalogue_is_searched_exactly_by_scann():
    vectors = np.random.default_rng(3).normal(size=(50, 8)).astype(np.float32)
    queries = tf.constant(np.random.default_rng(4).normal(size=(6, 8)).astype(np.float32))
    table = tf.concat([tf.zeros([1, 8]), vectors], axis=0)

    state, kind = build_searcher(vectors, 10, IndexConfig())
    index, scores = scann_top(state, queries, table, 10)
    exact, exact_scores = exact_top(queries, table, 10)

    assert kind == "brute_force"
    assert index.numpy().tolist() == exact.numpy().tolist()
    np.testing.assert_allclose(scores, exact_scores, rtol=1e-5)


def test_a_large_catalogue_is_quantised_and_still_found():
    vectors = np.random.default_rng(3).normal(size=(3000, 16)).astype(np.float32)
    queries = tf.constant(np.random.default_rng(4).normal(size=(20, 16)).astype(np.float32))
    table = tf.concat([tf.zeros([1, 16]), vectors], axis=0)

    state, kind = build_searcher(vectors, 100, IndexConfig())
    index = scann_top(state, queries, table, 100)[0].numpy()
    exact = exact_top(queries, table, 100)[0].numpy()

    assert kind == "scann"
    assert np.mean([len(set(f) & set(e)) / 100 for f, e in zip(index, exact, strict=True)]) > 0.99


def test_a_catalogue_smaller_than_k_leaves_places_empty():
    vectors = np.eye(3, dtype=np.float32)
    table = tf.concat([tf.zeros([1, 3]), vectors], axis=0)

    state, _ = build_searcher(vectors, 5, IndexConfig())
    index, scores = scann_top(state, tf.constant([[3.0, 2.0, 1.0]]), table, 5)

    assert index.numpy().tolist() == [[1, 2, 3, 0, 0]]
    assert scores.numpy().tolist() == [[3.0, 2.0, 1.0, -np.inf, -np.inf]]


def test_joined_sets_hold_each_item_once():
    joined = join(tf.constant([[5, 2, 0]]), tf.constant([[2, 7, 5]]))

    assert joined.numpy().tolist() == [[0, 2, 0, 5, 0, 7]]
