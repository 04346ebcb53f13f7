import numpy as np
import pytest
import tensorflow as tf

from models.metrics import recall_at_k
from models.scann_search import Effort, ScannSearcher, TreeShape, build_exact, build_tree
from models.search import exact_top

SHAPE = TreeShape(leaves=50, anisotropy=0.2)


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    return np.random.default_rng(3).normal(size=(3000, 16)).astype(np.float32)


@pytest.fixture(scope="module")
def queries() -> tf.Tensor:
    return tf.constant(np.random.default_rng(4).normal(size=(20, 16)).astype(np.float32))


def table_of(vectors: np.ndarray) -> tf.Tensor:
    return tf.concat([tf.zeros([1, vectors.shape[1]]), vectors], axis=0)


def test_the_exact_searcher_finds_what_exact_search_does(vectors, queries):
    searcher = build_exact(vectors, 10).serialised()

    index, scores = searcher.top(queries, table_of(vectors), 10)
    exact, exact_scores = exact_top(queries, table_of(vectors), 10)

    assert index.numpy().tolist() == exact.numpy().tolist()
    np.testing.assert_allclose(scores, exact_scores, rtol=1e-5)


def test_a_quantised_index_that_searches_every_leaf_finds_nearly_all(vectors, queries):
    exact = exact_top(queries, table_of(vectors), 100)[0].numpy()

    nearest = build_tree(vectors, 100, SHAPE).find(queries)

    assert recall_at_k(nearest, exact, 100) > 0.99


def test_less_effort_finds_less(vectors, queries):
    exact = exact_top(queries, table_of(vectors), 100)[0].numpy()
    index = build_tree(vectors, 100, SHAPE)

    little, more = (index.spending(Effort(leaves, 300)).find(queries) for leaves in (2, 20))

    assert recall_at_k(little, exact, 100) < recall_at_k(more, exact, 100)


def test_an_index_is_read_as_it_was_written_and_spends_what_it_did(vectors, queries, tmp_path):
    searcher = build_tree(vectors, 100, SHAPE).spending(Effort(3, 150)).serialised()
    searcher.save(str(tmp_path))

    loaded = ScannSearcher.load(str(tmp_path), Effort(3, 150))

    assert loaded.find(queries).numpy().tolist() == searcher.find(queries).numpy().tolist()
    assert loaded.leaf_of_item.tolist() == searcher.leaf_of_item.tolist()


def test_a_closed_index_leaves_its_serialised_searcher_whole(vectors, queries):
    built = build_exact(vectors, 10)
    searcher = built.serialised()
    before = searcher.find(queries).numpy().tolist()

    built.close()

    assert searcher.find(queries).numpy().tolist() == before


def test_a_catalogue_smaller_than_k_leaves_places_empty():
    vectors = np.eye(3, dtype=np.float32)
    searcher = build_exact(vectors, 5).serialised()

    index, scores = searcher.top(tf.constant([[3.0, 2.0, 1.0]]), table_of(vectors), 5)

    assert index.numpy().tolist() == [[1, 2, 3, 0, 0]]
    assert scores.numpy().tolist() == [[3.0, 2.0, 1.0, -np.inf, -np.inf]]
