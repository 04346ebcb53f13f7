"""Counts of what goes together and of what follows what: EASE and transitions."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.linalg
import scipy.sparse as sp

from models.memory.interactions import Interactions, popularity_of

EASE_LAMBDA = 200.0
EASE_DECAY = 0.9
EASE_MAX_ITEMS = 8000
"""EASE inverts items x items: it is fitted on the most played items up to this number, others get 0."""
TOP_OF_ROW = 10
"""A row of scores is put on a common scale by the mean of so many of its highest."""
MAX_PAIRS = 64_000_000
"""Pairs of plays that transitions count: a longer log counts fewer gaps, five at least."""


class Transitions(NamedTuple):
    """How plays that stand near each other are counted, damped and read."""

    gaps: int
    """How many places they may be apart."""
    gap_decay: float
    """What a pair weighs less with each place."""
    backward: float
    """What a pair weighs from the newer item to the older; forward it is 1."""
    source_power: float
    target_power: float
    """Powers of the totals of a row and a column by which its cells are divided."""
    decay: float
    """What an item of a history weighs less with each step that it lies back."""


NEAR: Final = Transitions(5, 0.6, 0.0, 0.5, 0.35, 0.5)
"""What follows closely."""
WIDE: Final = Transitions(10, 0.8, 0.3, 0.5, 0.2, 0.7)
"""What stands near, before or after: better alone on every log that was tried (benchmarks/README.md)."""


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


def transition_weights(interactions: Interactions, form: Transitions = NEAR) -> sp.csr_matrix:
    """Weighs pairs of near plays, damped by the totals of source and target: float32 [N + 1, N + 1]."""
    size = interactions.n_items + 1
    total = sp.csr_matrix((size, size), dtype=np.float32)
    for gap in range(1, min(form.gaps, max(5, MAX_PAIRS // max(len(interactions.items), 1))) + 1):
        total = total + pairs_apart(interactions, gap) * np.float32(form.gap_decay ** (gap - 1))
    if form.backward:
        total = total + total.T.tocsr() * np.float32(form.backward)
    source, target = total.sum(axis=1).A1, total.sum(axis=0).A1
    left = sp.diags(np.power(np.maximum(source, 1e-9), -form.source_power))
    right = sp.diags(np.power(np.maximum(target, 1e-9), -form.target_power))
    return (left @ total @ right).tocsr().astype(np.float32)
