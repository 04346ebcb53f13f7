"""Is one ranking better than another? A paired bootstrap that draws whole listeners. No TensorFlow."""

from typing import NamedTuple

import numpy as np
from scipy import special

_DRAWS_AT_ONCE = 1 << 22


class Interval(NamedTuple):
    """The mean of a difference, and the interval that holds it with the stated confidence."""

    mean_difference: float
    low: float
    high: float


def paired_bootstrap(
    metric_a: np.ndarray,
    metric_b: np.ndarray,
    listener_codes: np.ndarray,
    *,
    samples: int = 1000,
    seed: int,
    confidence: float = 0.95,
) -> Interval:
    """The mean of `metric_a - metric_b` over targets, with a two-sided expanded percentile interval.

    The targets of one listener depend on each other, so listeners are drawn (as many as there are, with
    replacement), each with all of its targets. Draws from few listeners vary less than listeners do, so a plain
    percentile interval is too sure of itself: the percentiles lie further out, by as much as Student's interval is
    wider than the normal one (T. Hesterberg, What Teachers Should Know about the Bootstrap, 2015, section 4.3).

    Args:
        metric_a: float [n], a metric of each target.
        metric_b: float [n], of the same targets.
        listener_codes: int [n], the listener of each target.
        samples: how many times to draw.
        seed: of the draws; one seed gives one answer.
        confidence: how often the interval holds the true difference.

    Returns:
        The mean and the interval of the difference.

    Raises:
        ValueError: the lengths differ, there is no target, or `confidence` is not between 0 and 1.
    """
    difference = np.asarray(metric_a, np.float64) - np.asarray(metric_b, np.float64)
    codes = np.unique(listener_codes, return_inverse=True)[1]
    if difference.ndim != 1 or codes.shape != difference.shape or not len(codes):
        raise ValueError(f"expected three equal lengths above 0, got {difference.shape} and {codes.shape}")
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence must be between 0 and 1, got {confidence}")
    totals, counts = np.bincount(codes, difference), np.bincount(codes)
    means = _sampled_means(totals, counts, samples, np.random.default_rng(seed))
    outside = _tail(len(totals), confidence)
    low, high = np.quantile(means, [outside, 1.0 - outside])
    return Interval(float(difference.mean()), float(low), float(high))


def _tail(listeners: int, confidence: float) -> float:
    """The share of draws below the interval, as many as above it: (1 - confidence) / 2 for many listeners."""
    if listeners == 1:
        return 0.0
    student = special.stdtrit(listeners - 1, (1.0 - confidence) / 2.0)
    return float(special.ndtr(student * np.sqrt(listeners / (listeners - 1))))


def _sampled_means(
    totals: np.ndarray, counts: np.ndarray, samples: int, rng: np.random.Generator
) -> np.ndarray:
    """Computes the mean over the targets of drawn listeners, from each listener's total and count.

    Returns:
        float64 [samples].
    """
    listeners = len(totals)
    at_once = max(1, _DRAWS_AT_ONCE // listeners)
    means = []
    for start in range(0, samples, at_once):
        drawn = rng.integers(listeners, size=(min(at_once, samples - start), listeners))
        means.append(totals[drawn].sum(axis=1) / counts[drawn].sum(axis=1))
    return np.concatenate(means)
