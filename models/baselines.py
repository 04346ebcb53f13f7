"""Counting baselines that a trained model must beat (numpy and scipy, no TensorFlow)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.linalg
import scipy.sparse as sp

from models.metrics import rank_of_target

Scorer = Callable[["Interactions"], npt.NDArray[np.float32]]
"""From histories of B listeners to scores float32 [B, N + 1]; index 0 is no item and scores -inf."""

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
_SCORES_AT_ONCE = 1 << 25  # evaluation holds some 128 MB of scores at a time


@dataclass(frozen=True)
class Interactions:
    """Sequences of plays: listener `u` holds `items[offsets[u]:offsets[u + 1]]`, oldest first."""

    items: npt.NDArray[np.int32]
    """[E] item indices 1..N."""
    offsets: npt.NDArray[np.int64]
    """[U + 1]."""
    n_items: int

    @classmethod
    def from_sequences(cls, sequences: Sequence[Sequence[int]], n_items: int) -> "Interactions":
        """Puts sequences of item indices one after the other.

        Raises:
            ValueError: an index is outside 1..N.
        """
        arrays = [np.asarray(sequence, np.int32) for sequence in sequences]
        lengths = [len(array) for array in arrays]
        flat = np.concatenate([np.zeros(0, np.int32), *arrays])
        if len(flat) and not 1 <= flat.min() <= flat.max() <= n_items:
            raise ValueError(f"items must be in 1..{n_items}, found {flat.min()}..{flat.max()}")
        return cls(flat, np.append(0, np.cumsum(lengths)).astype(np.int64), n_items)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def rows(self) -> npt.NDArray[np.int64]:
        """Returns the listener of each play: int64 [E]."""
        return np.repeat(np.arange(len(self)), np.diff(self.offsets))

    def slice(self, begin: int, end: int) -> "Interactions":
        """Returns the listeners `begin` to `end`."""
        offsets = self.offsets[begin : end + 1]
        return Interactions(self.items[offsets[0] : offsets[-1]], offsets - offsets[0], self.n_items)

    def matrix(self, decay: float = 1.0) -> sp.csr_matrix:
        """Sums `decay` to the power of how many plays ago each play was (0 for the last): float32 [U, N + 1]."""
        age = self.offsets[1:][self.rows()] - 1 - np.arange(len(self.items))
        weights = np.power(decay, age, dtype=np.float32)
        shape = (len(self), self.n_items + 1)
        return sp.csr_matrix((weights, (self.rows(), self.items)), shape=shape, dtype=np.float32)

    def seen(self) -> sp.csr_matrix:
        """Marks what each listener has played: float32 [U, N + 1], 0 or 1."""
        matrix = self.matrix()
        matrix.data[:] = 1.0
        return matrix


def _finish(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    scores[:, 0] = -np.inf
    return scores


def _product(left: sp.csr_matrix, right: sp.csr_matrix | npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    product = left @ right
    return np.asarray(product.toarray() if sp.issparse(product) else product, np.float32)


def popularity_of(interactions: Interactions) -> npt.NDArray[np.float32]:
    """Counts the plays of each item: float32 [N + 1]."""
    return np.bincount(interactions.items, minlength=interactions.n_items + 1).astype(np.float32)


def fit_popularity(interactions: Interactions) -> Scorer:
    """Fits the baseline that ranks the most played first, for everyone."""
    plays = popularity_of(interactions)
    return lambda histories: _finish(np.tile(plays, (len(histories), 1)))


def _pairs(interactions: Interactions, gap: int) -> sp.csr_matrix:
    """Counts plays `gap` places apart in one listener's history: float32 [N + 1, N + 1]."""
    rows = interactions.rows()
    together = rows[gap:] == rows[:-gap]
    source, target = interactions.items[:-gap][together], interactions.items[gap:][together]
    size = interactions.n_items + 1
    return sp.csr_matrix((np.ones(len(source), np.float32), (source, target)), shape=(size, size))


def fit_markov(interactions: Interactions) -> Scorer:
    """Fits the baseline that ranks what most often followed the last play; ties by popularity."""
    pairs, plays = _pairs(interactions, 1), popularity_of(interactions)
    # below 1, so that it decides between equal counts alone; by level, so that float32 tells neighbours apart
    levels = np.unique(plays, return_inverse=True)[1]
    tie = levels / (levels.max() + 1.0)

    def score(histories: Interactions) -> npt.NDArray[np.float32]:
        some = np.flatnonzero(np.diff(histories.offsets))
        scores = np.tile(tie, (len(histories), 1)).astype(np.float32)
        scores[some] += pairs[histories.items[histories.offsets[1:][some] - 1]].toarray()
        return _finish(scores)

    return score


def fit_item_knn(interactions: Interactions) -> Scorer:
    """Fits the cosine between items over listeners, summed over the whole history."""
    seen = interactions.seen()
    norm = np.sqrt(np.maximum(seen.sum(axis=0).A1, 1.0))
    scaled = (seen @ sp.diags(1.0 / norm, dtype=np.float32)).tocsr()
    similarity = (scaled.T @ scaled).tocsr()
    similarity -= sp.diags(similarity.diagonal())
    if interactions.n_items <= EASE_MAX_ITEMS:  # hardly a zero in it: faster as an array
        similarity = similarity.toarray()
    return lambda histories: _finish(_product(histories.seen(), similarity))


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
        total = total + _pairs(interactions, gap) * np.float32(TRANSITION_GAP_DECAY ** (gap - 1))
    source, target = total.sum(axis=1).A1, total.sum(axis=0).A1
    left = sp.diags(np.power(np.maximum(source, 1e-9), -SOURCE_POWER))
    right = sp.diags(np.power(np.maximum(target, 1e-9), -TARGET_POWER))
    return (left @ total @ right).tocsr().astype(np.float32)


def fit_ease(interactions: Interactions) -> Scorer:
    """Fits EASE over a history that fades by 0.9 a step; items outside the most played score 0."""
    kept, weights = ease_weights(interactions)

    def score(histories: Interactions) -> npt.NDArray[np.float32]:
        scores = np.zeros((len(histories), histories.n_items + 1), np.float32)
        scores[:, kept] = _product(histories.matrix(EASE_DECAY)[:, kept], weights)
        return _finish(scores)

    return score


def fit_transitions(interactions: Interactions) -> Scorer:
    """Fits transitions over a history that fades by 0.5 a step."""
    weights = transition_weights(interactions)
    return lambda histories: _finish(_product(histories.matrix(TRANSITION_DECAY), weights))


def by_top(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Divides each row by the mean of its ten highest; a row without a positive score stays.

    Negative ones of the ten count as 0 (a small catalogue has them), so that the divisor is never near 0.
    """
    k = min(TOP_OF_ROW, scores.shape[1] - 1)
    top = np.maximum(np.partition(scores, -k, axis=1)[:, -k:], 0.0).mean(axis=1, keepdims=True)
    return scores / np.where(top > 0, top, 1.0)


def fit_blend(interactions: Interactions) -> Scorer:
    """Fits EASE and transitions, half each."""
    ease, transitions = fit_ease(interactions), fit_transitions(interactions)

    def score(histories: Interactions) -> npt.NDArray[np.float32]:
        return _finish(0.5 * (by_top(ease(histories)) + by_top(transitions(histories))))

    return score


def evaluate(
    scorer: Scorer,
    histories: Interactions,
    targets: npt.NDArray[np.integer],
    *,
    exclude_seen: bool,
    batch: int = 512,
) -> npt.NDArray[np.int64]:
    """Ranks one target a history with a baseline.

    Args:
        scorer: the fitted baseline.
        histories: of U listeners.
        targets: [U] item indices.
        exclude_seen: whether the items of a history are left out of its ranking.
        batch: histories that are scored at a time, at most.

    Returns:
        int64 [U], 0-based; ties break by item index, an excluded target is NOT_FOUND.
    """
    batch = max(1, min(batch, _SCORES_AT_ONCE // (histories.n_items + 1)))
    ranks = [np.zeros(0, np.int64)]
    for begin in range(0, len(histories), batch):
        part = histories.slice(begin, min(begin + batch, len(histories)))
        scores, target = scorer(part), targets[begin : begin + batch]
        if exclude_seen:
            scores[part.rows(), part.items] = -np.inf
        ranks.append(rank_of_target(scores, target))
    return np.concatenate(ranks)
