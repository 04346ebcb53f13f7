"""Counting baselines that a trained model must beat (numpy and scipy, no TensorFlow)."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from models.memory.counts import (
    EASE_DECAY,
    EASE_MAX_ITEMS,
    NEAR,
    TOP_OF_ROW,
    ease_weights,
    pairs_apart,
    transition_weights,
)
from models.memory.interactions import Interactions, popularity_of
from models.metrics import rank_of_target

Scorer = Callable[[Interactions], npt.NDArray[np.float32]]
"""From histories of B listeners to scores float32 [B, N + 1]; index 0 is no item and scores -inf."""

_SCORES_AT_ONCE = 1 << 25  # evaluation holds some 128 MB of scores at a time


def _finish(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    scores[:, 0] = -np.inf
    return scores


def _product(left: sp.csr_matrix, right: sp.csr_matrix | npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    product = left @ right
    return np.asarray(product.toarray() if sp.issparse(product) else product, np.float32)


def fit_popularity(interactions: Interactions) -> Scorer:
    """Fits the baseline that ranks the most played first, for everyone."""
    return by_plays(popularity_of(interactions))


def by_plays(plays: npt.NDArray[np.number]) -> Scorer:
    """Returns the baseline that ranks by `plays` [N + 1], for everyone."""
    row = plays.astype(np.float32)
    return lambda histories: _finish(np.tile(row, (len(histories), 1)))


def fit_markov(interactions: Interactions) -> Scorer:
    """Fits the baseline that ranks what most often followed the last play; ties by popularity."""
    pairs, plays = pairs_apart(interactions, 1), popularity_of(interactions)
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
    weights = transition_weights(interactions, NEAR)
    return lambda histories: _finish(_product(histories.matrix(NEAR.decay), weights))


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
