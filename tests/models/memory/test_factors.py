"""Vectors of items that stand near each other in histories are near, and the others' are zero."""

import numpy as np

from models.memory.factors import item_factors
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
