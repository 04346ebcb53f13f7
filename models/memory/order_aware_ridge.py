"""Order-aware ridge: regresses what a listener plays next on several decayed pasts, in closed form.

It is SLIT (Choi and others, SLIST, https://arxiv.org/abs/2102.09159) with more than one past and a longer future.
"""

from dataclasses import dataclass, field

import numpy as np
import scipy.linalg
from scipy import sparse

from models.memory.interactions import Interactions
from models.memory.pair_sums import Floats, Horizon, PairSums, Places, count_pairs, heaviest

NEIGHBOURS = 64
EXACT_FEATURES = 12_000
"""Pasts times items up to which the system is solved as one: 600 MB, and as much again for the result."""
_CELLS_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class OrderAwareRidge:
    """Weights from pasts to items.

    Args:
        weights: float32 [D x (N + 1), N + 1]; row d x (N + 1) + i is item i in the past of decay number d.
        horizon: the decays, and how many plays they reach.
    """

    weights: sparse.csr_matrix
    horizon: Horizon = field(default_factory=Horizon)

    @classmethod
    def fit(
        cls,
        interactions: Interactions,
        *,
        penalty: float,
        horizon: Horizon | None = None,
        neighbours: int | None = None,
    ) -> "OrderAwareRidge":
        """Counts a log and solves it; see `solve`."""
        horizon = horizon or Horizon()
        return cls.solve(count_pairs(interactions, horizon), horizon, penalty=penalty, neighbours=neighbours)

    @classmethod
    def solve(
        cls, sums: PairSums, horizon: Horizon, *, penalty: float, neighbours: int | None = None
    ) -> "OrderAwareRidge":
        """Solves (X'X + penalty I) B = X'Y.

        Args:
            sums: X'X and X'Y.
            horizon: what they were counted with.
            penalty: lambda.
            neighbours: features that each item is regressed on, those of the largest X'Y / sqrt(diagonal of X'X +
                penalty); 0 for all. By default all while there are at most 12,000, else 64.
        """
        if neighbours is None:
            neighbours = 0 if sums.own[0].size <= EXACT_FEATURES else NEIGHBOURS
        weights = _solve_nearest(sums, penalty, neighbours) if neighbours else _solve_exactly(sums, penalty)
        return cls(weights, horizon)

    def score(self, histories: Interactions) -> Floats:
        """Scores the catalogue for each history: float32 [B, N + 1], -inf at index 0."""
        scores = np.asarray((pasts(histories, self.horizon) @ self.weights).toarray(), np.float32)
        scores[:, 0] = -np.inf
        return scores


def pasts(histories: Interactions, horizon: Horizon) -> sparse.csr_matrix:
    """Returns what a row of X holds after each whole history: float32 [B, D x (N + 1)]."""
    rows, size = histories.rows(), histories.n_items + 1
    age = histories.offsets[1:][rows] - 1 - np.arange(len(histories.items))
    recent = age < horizon.events
    rows, items, age = rows[recent], histories.items[recent], age[recent]
    values = np.array(horizon.decays)[:, None] ** age
    columns = items + size * np.arange(len(horizon.decays))[:, None]
    entries = (values.ravel().astype(np.float32), (np.tile(rows, len(values)), columns.ravel()))
    matrix = sparse.csr_matrix(entries, shape=(len(histories), len(values) * size))
    matrix.eliminate_zeros()
    return matrix


def _solve_exactly(sums: PairSums, penalty: float) -> sparse.csr_matrix:
    """Solves the whole system by Cholesky's factors; items that are in no past take no part."""
    decays, size = sums.own.shape[1:]
    known = np.flatnonzero(sums.own[0, 0] > 0)
    count = len(known)
    if not count:
        return sparse.csr_matrix((decays * size, size), dtype=np.float32)
    pairs = sums.cells[:, known].tocoo()
    right = np.zeros((size, decays, count), np.float32)
    right[pairs.row, :, pairs.col] = sums.future[pairs.data]
    pairs = sums.cells[known][:, known].tocoo()
    gram = np.zeros((decays, count, decays, count), np.float32)
    own = np.arange(count)
    for a, b in np.ndindex(decays, decays):
        gram[a, pairs.col, b, pairs.row] = sums.past[pairs.data, a, b]
        gram[a, own, b, own] += sums.own[a, b, known] / 2
    gram = gram.reshape(decays * count, decays * count)
    gram += gram.T
    gram[np.diag_indices_from(gram)] += penalty
    # float32 is accurate enough: the penalty bounds the condition number
    factor, failed = scipy.linalg.lapack.spotrf(gram.T, lower=1, overwrite_a=1)
    if failed:
        raise ArithmeticError(
            f"the system of {len(gram)} features is not positive definite: raise the penalty"
        )
    solution, _ = scipy.linalg.lapack.spotrs(
        factor, right.reshape(size, decays * count).T, lower=1, overwrite_b=1
    )
    feature, target = np.nonzero(solution)
    rows = (size * np.arange(decays)[:, None] + known).ravel()[feature]
    return sparse.csr_matrix((solution[feature, target], (rows, target)), shape=(decays * size, size))


def _solve_nearest(sums: PairSums, penalty: float, neighbours: int) -> sparse.csr_matrix:
    """Solves a system of `neighbours` features for each item, many items at a time."""
    decays, size = sums.own.shape[1:]
    scale = np.sqrt(sums.diagonal + penalty)
    step = max(1, _CELLS_AT_ONCE // neighbours**2)
    blocks = [
        _solve_targets(sums, range(begin, min(begin + step, size)), scale, penalty, neighbours)
        for begin in range(0, size, step)
    ]
    feature, target, values = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    return sparse.csr_matrix((values, (feature, target)), shape=(decays * size, size))


def _solve_targets(
    sums: PairSums, targets: range, scale: Floats, penalty: float, neighbours: int
) -> tuple[Places, Places, Floats]:
    """Returns features, targets and weights of some targets."""
    size = sums.cells.shape[0]
    # the features of each target
    pairs = sums.cells[targets.start : targets.stop].tocoo()
    pair, decay = np.nonzero(sums.future[pairs.data])
    target, older, ahead = pairs.row[pair], pairs.col[pair], sums.future[pairs.data[pair], decay]
    kept = heaviest(target, ahead / scale[decay, older], neighbours)
    target, older, ahead, decay = target[kept], older[kept], ahead[kept], decay[kept]
    counts = np.bincount(target, minlength=len(targets))
    place = np.arange(len(target)) - np.repeat(np.cumsum(counts) - counts, counts)
    width = max(int(counts.max()), 1)
    item, past = np.zeros((2, len(targets), width), np.int64)
    right = np.zeros((len(targets), width, 1), np.float32)
    item[target, place], past[target, place], right[target, place, 0] = older, decay, ahead
    # their systems; where a target has fewer, a feature of item 0 gets weight 0
    shape = (len(targets), width, width)
    rows, columns = np.broadcast_to(item[:, None, :], shape), np.broadcast_to(item[:, :, None], shape)
    numbers = np.asarray(sums.cells[rows.ravel(), columns.ravel()]).reshape(shape)
    gram = sums.past[numbers, past[:, :, None], past[:, None, :]]
    gram = gram + gram.transpose(0, 2, 1)
    gram += np.where(rows == columns, sums.own[past[:, :, None], past[:, None, :], rows], 0)
    gram += penalty * np.eye(width, dtype=np.float32)
    values = np.linalg.solve(gram, right)[target, place, 0]
    return decay * size + older, target + targets.start, values
