"""Counts of what goes together and of what follows what: EASE and transitions."""

import numpy as np
import numpy.typing as npt
import scipy.linalg
import scipy.sparse as sp

from models.memory.interactions import Interactions, popularity_of

EASE_LAMBDA = 200.0
EASE_DECAY = 0.9
EASE_MAX_ITEMS = 8000
"""EASE inverts items x items: it is fitted on the most played items up to this number, others get 0."""
TRANSITION_GAPS = 5
TRANSITION_GAP_DECAY = 0.6
TRANSITION_DECAY = 0.5
SOURCE_POWER, TARGET_POWER = 0.5, 0.35
TOP_OF_ROW = 10
"""A row of scores is put on a common scale by the mean of so many of its highest."""


def pairs_apart(interactions: Interactions, gap: int) -> sp.csr_matrix:
    """Counts plays `gap` places apart in one listener's history: float32 [N + 1, N + 1]."""
    rows = interactions.rows()
    together = rows[gap:] == rows[:-gap]
    source, target = interactions.items[:-gap][together], interactions.items[gap:][together]
    size = interactions.n_items + 1
    return sp.csr_matrix((np.ones(len(source), np.float32), (source, target)), shape=(size, size))


def ease_weights(
    interactions: Interactions, max_items: int = EASE_MAX_ITEMS
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Solves EASE (https://arxiv.org/abs/1905.03375).

    Returns:
        kept int64 [M]: the items that take part (played, at most the `max_items` most played), rising.
        weights float32 [M, M]: from source to target over them, zero diagonal.
    """
    plays = popularity_of(interactions)
    kept = np.sort(np.argsort(-plays, kind="stable")[:max_items])
    kept = kept[plays[kept] > 0]
    if not len(kept):
        return kept, np.zeros((0, 0), np.float32)
    seen = interactions.seen()[:, kept]
    gram = (seen.T @ seen).toarray()
    gram[np.diag_indices_from(gram)] += EASE_LAMBDA
    # float32 is accurate enough: lambda bounds the condition number
    factor, failed = scipy.linalg.lapack.spotrf(gram, lower=1, overwrite_a=1)
    inverse, singular = scipy.linalg.lapack.spotri(factor, lower=1, overwrite_c=1)
    if failed or singular:
        raise ArithmeticError(f"EASE: the matrix of {len(kept)} items could not be inverted")
    weights = np.tril(inverse) + np.tril(inverse, -1).T
    weights /= -np.diag(weights)[None, :].copy()
    np.fill_diagonal(weights, 0.0)
    return kept, weights


def transition_weights(interactions: Interactions) -> sp.csr_matrix:
    """Weighs pairs up to five places apart, damped by the totals of source and target: float32 [N + 1, N + 1]."""
    size = interactions.n_items + 1
    total = sp.csr_matrix((size, size), dtype=np.float32)
    for gap in range(1, TRANSITION_GAPS + 1):
        total = total + pairs_apart(interactions, gap) * np.float32(TRANSITION_GAP_DECAY ** (gap - 1))
    source, target = total.sum(axis=1).A1, total.sum(axis=0).A1
    left = sp.diags(np.power(np.maximum(source, 1e-9), -SOURCE_POWER))
    right = sp.diags(np.power(np.maximum(target, 1e-9), -TARGET_POWER))
    return (left @ total @ right).tocsr().astype(np.float32)
