"""Vectors of items that stand near each other in histories are near, and the others' are zero."""

import numpy as np
from scipy import sparse

from models.memory.factors import item_factors, largest_factors
from models.memory.interactions import Interactions


def two_worlds() -> Interactions:
    """Plays of items 1 to 10 and of 11 to 20, never of both by one listener; 21 is played alone, 22 never."""
    draw = np.random.default_rng(3)
    walks = [draw.integers(1, 11, 8) + 10 * (listener % 2) for listener in range(200)]
    return Interactions.from_sequences([*walks, [21]], 22)


def test_items_that_are_played_together_have_near_vectors() -> None:
    vectors = item_factors(two_worlds(), 4, seed=1)

    near = vectors[1:21] @ vectors[1:21].T
    np.testing.assert_allclose(np.diag(near), 1.0, rtol=1e-5)
    assert near[:10, :10].mean() > near[:10, 10:].mean() + 0.3


def test_an_item_beside_which_nothing_stands_has_no_vector() -> None:
    vectors = item_factors(two_worlds(), 4, seed=1)

    assert not vectors[[0, 21, 22]].any()


def test_the_same_seed_gives_the_same_vectors() -> None:
    np.testing.assert_array_equal(
        item_factors(two_worlds(), 4, seed=1), item_factors(two_worlds(), 4, seed=1)
    )


def test_fewer_items_than_factors_have_no_vectors() -> None:
    assert not item_factors(two_worlds(), 20, seed=1).any()


def test_small_groups_that_never_meet_take_no_factors_from_the_others() -> None:
    draw = np.random.default_rng(3)
    # four tastes of ten items that meet now and then, and pairs that meet nobody
    walks = [draw.integers(1, 11, 8) + 10 * (listener % 4) for listener in range(400)]
    walks += [draw.integers(1, 41, 8) for _ in range(40)]
    pairs = [[41 + 2 * number, 42 + 2 * number] for number in range(100)]

    vectors = item_factors(Interactions.from_sequences([*walks, *pairs], 240), 4, seed=1)[1:41]

    near = vectors @ vectors.T
    taste = np.arange(40) // 10
    alike = taste[:, None] == taste[None, :]
    assert near[alike].mean() > near[~alike].mean() + 0.5


def test_the_largest_eigenvectors_are_those_of_an_exact_decomposition() -> None:
    draw = np.random.default_rng(3)
    turn, _ = np.linalg.qr(draw.standard_normal((60, 60)))
    exact = np.array([9.0, -8.0, 7.0, *np.linspace(0.5, 0.0, 57)])
    matrix = sparse.csr_matrix((turn * exact) @ turn.T, dtype=np.float32)

    vectors, values = largest_factors(matrix, 3, draw)

    np.testing.assert_allclose(values, exact[:3], rtol=1e-4)
    np.testing.assert_allclose(np.abs(np.sum(vectors * turn[:, :3], axis=0)), 1.0, rtol=1e-4)
