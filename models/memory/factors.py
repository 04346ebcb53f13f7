"""Item vectors from what follows what, in closed form: where a model's own vectors begin.

A transformer learns a sparse log's items from a few plays each, and much of what it could learn of them is counted
in one pass: items that stand near each other have near vectors. Beginning there is what pre-trained word vectors do
for language (compare Levy and Goldberg, Neural Word Embedding as Implicit Matrix Factorization, NeurIPS 2014).
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from models.memory.counts import transition_weights
from models.memory.interactions import Interactions

ROUNDS: Final = 4
"""Products with the matrix that are made in turn. What they cost is known beforehand, where an exact decomposition
hardly ends on a log of many small groups that never meet, whose largest values are all alike."""
SPARE: Final = 16
"""Further vectors that the products are made of."""


def item_factors(interactions: Interactions, dimension: int, seed: int) -> npt.NDArray[np.float32]:
    """Factors the transitions of a log, in both directions.

    Args:
        interactions: the plays.
        dimension: D, factors of an item.
        seed: of the start and of the rotation that spreads the factors over all places.

    Returns:
        float32 [N + 1, D]: unit vectors; zeros for an item that follows nothing and that nothing follows, and for
        all where the log has no more than D such items.
    """
    forward = transition_weights(interactions)
    both = (forward + forward.T).sqrt()
    totals = both.sum(axis=1).A1
    near = np.flatnonzero(totals > 0)
    vectors = np.zeros((interactions.n_items + 1, dimension), np.float32)
    if len(near) <= dimension:
        return vectors
    # without the mean in it, small groups of items would get factors of their own
    scale = sp.diags(1.0 / np.sqrt(totals[near] + totals[near].mean()), dtype=np.float32)
    draw = np.random.default_rng(seed)
    left, values = largest_factors((scale @ both[near][:, near] @ scale).tocsr(), dimension, draw)
    rotation, _ = np.linalg.qr(draw.standard_normal((dimension, dimension)))
    factors = left * np.sqrt(np.abs(values)) @ rotation
    vectors[near] = factors / np.maximum(np.linalg.norm(factors, axis=1, keepdims=True), 1e-6)
    return vectors


def largest_factors(
    matrix: sp.csr_matrix, count: int, draw: np.random.Generator
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Finds about the eigenvectors of the largest eigenvalues (https://arxiv.org/abs/0909.4061, algorithm 4.4).

    Args:
        matrix: symmetric float32 [M, M], M above `count`.
        count: K.
        draw: of the beginning.

    Returns:
        Vectors float32 [M, K] of length 1 and their values float32 [K], of largest size first.
    """
    basis = draw.standard_normal((matrix.shape[0], min(count + SPARE, matrix.shape[0]))).astype(np.float32)
    for _ in range(ROUNDS + 1):
        basis, _ = np.linalg.qr(matrix @ basis)
    small = basis.T @ (matrix @ basis)
    values, turn = np.linalg.eigh((small + small.T) / 2)
    kept = np.argsort(-np.abs(values), kind="stable")[:count]
    return basis @ turn[:, kept], values[kept]
