"""The index benchmark's own arithmetic."""

import numpy as np

from benchmarks import index, index_engines


def test_made_vectors_are_unit_vectors_and_repeatable():
    vectors, queries = index.make_vectors(1000, seed=1)

    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, rtol=1e-5)
    assert (queries == index.make_vectors(1000, seed=1)[1]).all()


def test_the_nearest_are_those_of_the_largest_product():
    vectors = np.arange(300, dtype=np.float32)[:, None]

    nearest = index.nearest(vectors, np.array([[1.0], [-1.0]], np.float32))

    assert [sorted(row) for row in nearest.tolist()] == [list(range(100, 300)), list(range(200))]


def test_a_search_that_finds_half_has_a_recall_of_a_half():
    exact = np.tile(np.arange(index_engines.K), (3, 1))
    threads = []

    figures = index_engines.measure(lambda queries: exact[: len(queries)] + 100, threads.append, exact, exact)

    assert figures["recall"] == 0.5
    assert threads == [1, 1, 2]
    assert figures["a_second_1"] > 0
