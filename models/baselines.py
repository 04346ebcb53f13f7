"""Counting baselines that a trained model must beat (numpy and scipy, no TensorFlow)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.linalg
import scipy.sparse as sp

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
        """Puts sequences of item indices one after the other."""
        lengths = [len(sequence) for sequence in sequences]
        flat = np.fromiter((item for sequence in sequences for item in sequence), np.int32, sum(lengths))
        return cls(flat, np.append(0, np.cumsum(lengths)).astype(np.int64), n_items)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def rows(self) -> npt.NDArray[np.int64]:
        """The listener of each play: [E]."""
        return np.repeat(np.arange(len(self)), np.diff(self.offsets))

    def slice(self, begin: int, end: int) -> "Interactions":
        """The listeners `begin` to `end`."""
        offsets = self.offsets[begin : end + 1]
        return Interactions(self.items[offsets[0] : offsets[-1]], offsets - offsets[0], self.n_items)

    def matrix(self, decay: float = 1.0) -> sp.csr_matrix:
        """float32 [U, N + 1]: sums of `decay` to the power of how many plays ago (0 for the last)."""
        age = self.offsets[1:][self.rows()] - 1 - np.arange(len(self.items))
        weights = np.power(decay, age, dtype=np.float32)
        shape = (len(self), self.n_items + 1)
        return sp.csr_matrix((weights, (self.rows(), self.items)), shape=shape, dtype=np.float32)

    def seen(self) -> sp.csr_matrix:
        """float32 [U, N + 1]: 1 where the listener has played the item."""
        matrix = self.matrix()
        matrix.data[:] = 1.0
        return matrix


def _finish(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    scores[:, 0] = -np.inf
    return scores


def _linear(weights: sp.csr_matrix | npt.NDArray[np.float32], decay: float, binary: bool = False) -> Scorer:
    def score(histories: Interactions) -> npt.NDArray[np.float32]:
        found = (histories.seen() if binary else histories.matrix(decay)) @ weights
        return _finish(np.asarray(found.todense() if sp.issparse(found) else found, np.float32))

    return score


def popularity_of(interactions: Interactions) -> npt.NDArray[np.float32]:
    """Plays of each item: float32 [N + 1]."""
    return np.bincount(interactions.items, minlength=interactions.n_items + 1).astype(np.float32)


def fit_popularity(interactions: Interactions) -> Scorer:
    """The most played first, for everyone."""
    plays = popularity_of(interactions)
    return lambda histories: _finish(np.tile(plays, (len(histories), 1)))


def _pairs(interactions: Interactions, gap: int) -> sp.csr_matrix:
    """Counts float32 [N + 1, N + 1] of plays `gap` places apart in one listener's history."""
    rows = interactions.rows()
    together = rows[gap:] == rows[:-gap] if len(rows) > gap else np.zeros(0, bool)
    source, target = interactions.items[:-gap][together], interactions.items[gap:][together]
    size = interactions.n_items + 1
    return sp.csr_matrix((np.ones(len(source), np.float32), (source, target)), shape=(size, size))


def fit_markov(interactions: Interactions) -> Scorer:
    """What most often followed the last play; ties by popularity."""
    pairs, plays = _pairs(interactions, 1), popularity_of(interactions)
    tie = plays / (plays.max() + 1.0)

    def score(histories: Interactions) -> npt.NDArray[np.float32]:
        some = np.flatnonzero(np.diff(histories.offsets))
        scores = np.tile(tie, (len(histories), 1)).astype(np.float32)
        scores[some] += pairs[histories.items[histories.offsets[1:][some] - 1]].toarray()
        return _finish(scores)

    return score


def fit_item_knn(interactions: Interactions) -> Scorer:
    """Cosine between items over listeners, summed over the whole history."""
    seen = interactions.seen()
    norm = np.sqrt(np.maximum(seen.sum(axis=0).A1, 1.0))
    scaled = (seen @ sp.diags(1.0 / norm)).tocsr()
    similarity = (scaled.T @ scaled).tolil()
    similarity.setdiag(0.0)
    return _linear(similarity.tocsr().astype(np.float32), 1.0, binary=True)


def ease_weights(interactions: Interactions) -> npt.NDArray[np.float32]:
    """EASE (https://arxiv.org/abs/1905.03375): float32 [N + 1, N + 1], zero diagonal."""
    plays = popularity_of(interactions)
    kept = np.sort(np.argsort(-plays, kind="stable")[:EASE_MAX_ITEMS])
    kept = kept[plays[kept] > 0]
    seen = interactions.seen()[:, kept]
    gram = np.asarray((seen.T @ seen).todense(), np.float64)
    gram[np.diag_indices_from(gram)] += EASE_LAMBDA
    factor, _ = scipy.linalg.lapack.dpotrf(gram, lower=1, overwrite_a=1)
    inverse, _ = scipy.linalg.lapack.dpotri(factor, lower=1, overwrite_c=1)
    inverse = np.tril(inverse) + np.tril(inverse, -1).T
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0.0)
    result = np.zeros((interactions.n_items + 1, interactions.n_items + 1), np.float32)
    result[np.ix_(kept, kept)] = weights
    return result


def transition_weights(interactions: Interactions) -> sp.csr_matrix:
    """Pairs up to five places apart, damped by the totals of source and target: [N + 1, N + 1]."""
    size = interactions.n_items + 1
    total = sp.csr_matrix((size, size), dtype=np.float32)
    for gap in range(1, TRANSITION_GAPS + 1):
        total = total + _pairs(interactions, gap) * np.float32(TRANSITION_GAP_DECAY ** (gap - 1))
    source, target = total.sum(axis=1).A1, total.sum(axis=0).A1
    left = sp.diags(np.power(np.maximum(source, 1e-9), -SOURCE_POWER))
    right = sp.diags(np.power(np.maximum(target, 1e-9), -TARGET_POWER))
    return (left @ total @ right).tocsr().astype(np.float32)


def fit_ease(interactions: Interactions) -> Scorer:
    """EASE over a history that fades by 0.9 a step."""
    return _linear(ease_weights(interactions), EASE_DECAY)


def fit_transitions(interactions: Interactions) -> Scorer:
    """Transitions over a history that fades by 0.5 a step."""
    return _linear(transition_weights(interactions), TRANSITION_DECAY)


def by_top(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Each row divided by the mean of its ten highest; a row without a positive score stays."""
    k = min(TOP_OF_ROW, scores.shape[1])
    top = np.partition(scores, -k, axis=1)[:, -k:].mean(axis=1, keepdims=True)
    return scores / np.where(top > 0, top, 1.0)


def fit_blend(interactions: Interactions) -> Scorer:
    """EASE and transitions, half each."""
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
    """0-based ranks [U] of one target a history; ties break by item index, an excluded target comes last."""
    ranks = []
    for begin in range(0, len(histories), batch):
        part = histories.slice(begin, min(begin + batch, len(histories)))
        scores, target = scorer(part), targets[begin : begin + batch]
        if exclude_seen:
            scores[part.rows(), part.items] = -np.inf
        own = np.take_along_axis(scores, target[:, None], axis=1)
        earlier = np.arange(scores.shape[1])[None, :] < target[:, None]
        ahead = ((scores > own) | ((scores == own) & earlier)).sum(axis=1)
        ranks.append(np.where(np.isneginf(own[:, 0]), scores.shape[1], ahead))
    return np.concatenate(ranks).astype(np.int64)
