import numpy as np
from scipy import sparse

from models.memory.neighbours import strongest_of_dense, strongest_of_sparse


def test_the_strongest_of_a_sparse_row_come_first() -> None:
    weights = sparse.csr_matrix(np.array([[0, 0, 0], [0.5, -2.0, 1.0], [0, 0, 3.0]], np.float32))

    table = strongest_of_sparse(weights, 2)

    assert table.neighbours.tolist() == [[0, 0], [1, 2], [2, 0]]
    assert table.weights.tolist() == [[0, 0], [-2, 1], [3, 0]]


def test_the_strongest_over_some_items_are_those_of_the_catalogue() -> None:
    weights = np.array([[0.5, -2.0, 1.0], [0, 0, 0], [4.0, 0, 0]], np.float32)

    table = strongest_of_dense(np.array([1, 3, 4]), weights, size=5, count=2)

    assert [set(row) for row in table.neighbours.tolist()] == [{0}, {3, 4}, {0}, {0}, {0, 1}]
    assert np.abs(table.weights).sum(axis=1).tolist() == [0, 3, 0, 0, 4]
