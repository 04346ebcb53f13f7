"""Figures of rankings, and by how much one ranks better than another."""

from typing import Final

import numpy as np
import numpy.typing as npt

from components.common.records import Difference, Ranking
from models import metrics
from models.bootstrap import paired_bootstrap

PLACES: Final = 10
"""Hits and gains count among so many first places."""

Ranks = npt.NDArray[np.int64]
"""[Q] 0-based ranks of targets."""


def measure(ranks: Ranks) -> Ranking:
    """How well a model ranks that gives its targets these ranks."""
    return Ranking(
        hr_at_10=metrics.hit_rate_at_k(ranks, PLACES),
        ndcg_at_10=metrics.ndcg_at_k(ranks, PLACES),
        mrr=metrics.mrr(ranks),
    )


def compare(
    ranks: Ranks, others: Ranks, listener: npt.NDArray[np.object_], *, seed: int, confidence: float
) -> Difference:
    """By how much NDCG@10 is above another model's, with a paired bootstrap by listener.

    Args:
        ranks: [Q] ranks by the one model.
        others: [Q] ranks by the other, of the same targets.
        listener: [Q] the target's listener.
        seed: of the bootstrap.
        confidence: of its interval.
    """
    interval = paired_bootstrap(
        metrics.ndcg_gains(ranks, PLACES),
        metrics.ndcg_gains(others, PLACES),
        np.unique(listener, return_inverse=True)[1],
        seed=seed,
        confidence=confidence,
    )
    return Difference(difference=interval.mean_difference, low=interval.low, high=interval.high)
