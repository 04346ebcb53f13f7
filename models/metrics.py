"""Ranking quality, from the 0-based rank of each target. NumPy alone."""

from collections.abc import Sequence

import numpy as np

NOT_FOUND = np.iinfo(np.int32).max
"""The rank of a target that the ranking does not hold."""


def hit_rate_at_k(ranks: np.ndarray, k: int) -> float:
    """Computes the share of `ranks` int [n] that are among the first `k`; 0 if there are none."""
    return _mean(ranks < k)


def ndcg_at_k(ranks: np.ndarray, k: int) -> float:
    """Computes the mean of `ndcg_gains`; 0 if there are no ranks."""
    return _mean(ndcg_gains(ranks, k))


def ndcg_gains(ranks: np.ndarray, k: int) -> np.ndarray:
    """Computes NDCG@k of each of `ranks` int [n], one relevant item each: float64 [n], 0 from rank `k` on."""
    ranks = np.asarray(ranks, np.float64)
    return np.where(ranks < k, 1.0 / np.log2(ranks + 2.0), 0.0)


def mrr(ranks: np.ndarray) -> float:
    """Computes the mean reciprocal rank of `ranks` int [n], 0 for `NOT_FOUND`; 0 if there are none."""
    return _mean(reciprocal_ranks(ranks))


def reciprocal_ranks(ranks: np.ndarray) -> np.ndarray:
    """Computes 1 / place of each of `ranks` int [n], which are 0-based: float64 [n], 0 for `NOT_FOUND`."""
    ranks = np.asarray(ranks, np.float64)
    return np.where(ranks < NOT_FOUND, 1.0 / (ranks + 1.0), 0.0)


def recall_at_k(approximate: np.ndarray, exact: np.ndarray, k: int) -> float:
    """Computes the mean share of the exact best `k` that an approximate search has among its best `k`.

    Args:
        approximate: int [B, >= k] item indices, best first, distinct within a row; 0 is a place without an item.
        exact: int [B, >= k] item indices of the same form, by exact search.
        k: how many of each to compare.

    Returns:
        The mean over the rows whose exact answer holds an item; 1 if there is none.
    """
    approximate, exact = np.asarray(approximate, np.int64)[:, :k], np.asarray(exact, np.int64)[:, :k]
    if not exact.size or not exact.any():
        return 1.0
    # one number for each pair of row and item
    stride = max(int(exact.max()), int(approximate.max(initial=0))) + 1
    rows = np.arange(len(exact))[:, None] * stride
    hits = (np.isin(exact + rows, approximate + rows) & (exact > 0)).sum(axis=1)
    totals = (exact > 0).sum(axis=1)
    return _mean(hits[totals > 0] / totals[totals > 0])


def rank_of_target(
    scores: np.ndarray,
    target: np.ndarray,
    exclude: np.ndarray | Sequence[Sequence[int]] | None = None,
) -> np.ndarray:
    """Ranks each row's target from 0; ties break by item index.

    Args:
        scores: float [B, N]; -inf never stands before anything.
        target: int [B], columns of `scores`.
        exclude: bool [B, N], or a list of columns for each row, that the ranking leaves out.

    Returns:
        int64 [B], `NOT_FOUND` where the target itself is left out or scores -inf.
    """
    scores, target = np.asarray(scores), np.asarray(target, np.int64)
    if scores.ndim != 2 or target.shape != scores.shape[:1]:
        raise ValueError(f"expected scores [B, N] and target [B], got {scores.shape} and {target.shape}")
    if exclude is not None:
        scores = np.where(_mask(exclude, scores.shape), -np.inf, scores)
    own = np.take_along_axis(scores, target[:, None], axis=1)
    earlier = np.arange(scores.shape[1])[None, :] < target[:, None]
    ranks = ((scores > own) | ((scores == own) & earlier)).sum(axis=1)
    return np.where(np.isneginf(own[:, 0]), NOT_FOUND, ranks)


def _mask(exclude: np.ndarray | Sequence[Sequence[int]], shape: tuple[int, ...]) -> np.ndarray:
    if isinstance(exclude, np.ndarray) and exclude.dtype == bool:
        return exclude
    mask = np.zeros(shape, bool)
    lengths = [len(columns) for columns in exclude]
    mask[
        np.repeat(np.arange(shape[0]), lengths), np.concatenate([np.asarray(c, np.int64) for c in exclude])
    ] = True
    return mask


def _mean(values: np.ndarray) -> float:
    values = np.asarray(values)
    return float(values.mean()) if values.size else 0.0
