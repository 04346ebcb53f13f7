"""Item vectors from what follows what, in closed form: where a model's own vectors begin.

A transformer learns a sparse log's items from a few plays each, and much of what it could learn of them is counted
in one pass: items that stand near each other have near vectors. Beginning there is what pre-trained word vectors do
for language (compare Levy and Goldberg, Neural Word Embedding as Implicit Matrix Factorization, NeurIPS 2014).
"""

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.linalg import svds

from models.memory.counts import transition_weights
from models.memory.interactions import Interactions


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
    scale = sp.diags(1.0 / np.sqrt(totals[near]), dtype=np.float32)
    draw = np.random.default_rng(seed)
    start = draw.standard_normal(len(near)).astype(np.float32)
    left, values, _ = svds(scale @ both[near][:, near] @ scale, k=dimension, v0=start)
    factors = left * np.sqrt(np.maximum(values, 0.0))
    rotation, _ = np.linalg.qr(draw.standard_normal((dimension, dimension)))
    factors = factors @ rotation
    vectors[near] = factors / np.maximum(np.linalg.norm(factors, axis=1, keepdims=True), 1e-6)
    return vectors
