"""Calibration: a list whose mix follows a listener's own (H. Steck, Calibrated Recommendations, RecSys 2018)."""

from typing import Final

import numpy as np
import numpy.typing as npt

from surfaces.common.columns import NOBODY
from surfaces.common.taste import Floats

SMOOTHING: Final = 0.01
"""The part of the target that is mixed into a list's own mix, so that what it lacks costs much, not all (Steck)."""
STRENGTH: Final = 0.5
"""How much the mix counts against the scores."""


def divergence(target: Floats, mix: Floats) -> float:
    """How far a mix is from a target: the Kullback-Leibler divergence in nats, 0 for the target itself.

    Args:
        target: [values], summing to 1.
        mix: [values], summing to at most 1.
    """
    wanted = target > 0
    smooth = (1 - SMOOTHING) * mix[wanted] + SMOOTHING * target[wanted]
    return float(np.sum(target[wanted] * np.log(target[wanted] / smooth)))


def calibrate(
    scores: Floats,
    mixes: Floats,
    target: Floats,
    count: int,
    *,
    strength: float = STRENGTH,
    groups: npt.NDArray[np.integer] | None = None,
    most_a_group: int = 1,
    tiers: npt.NDArray[np.integer] | None = None,
) -> list[int]:
    """Chooses items one by one, each the best for the list so far: high scores, and a mix near the target.

    What is maximised is (1 - strength) times the mean score, where the worst candidate has 0 and the best 1, less
    strength times the divergence of the list's mean mix from the target.

    Args:
        scores: [n] of the candidates, higher is better.
        mixes: [n, values] float64, the values of each candidate in parts, rows summing to at most 1.
        target: [values], summing to 1; all 0 where nothing is known: then scores alone count.
        count: how many are wanted.
        strength: 0 (scores alone) to 1 (the mix alone).
        groups: [n] codes, as of creators; NOBODY for none.
        most_a_group: how many of a group the list may have.
        tiers: [n]; candidates of a higher tier come in only when the lower ones are used up.

    Returns:
        Which candidates, in the order in which they were chosen; fewer where the limits leave no more. Equals
        come in the order of the candidates.
    """
    wanted = target > 0
    target, mixes = target[wanted], mixes[:, wanted]
    span = float(np.ptp(scores)) if len(scores) else 0.0
    merit = (1 - strength) * (scores - scores.min()) / (span or 1.0) if len(scores) else scores
    free = np.ones(len(scores), bool)
    used = np.zeros(int(groups.max(initial=NOBODY)) + 1 if groups is not None else 0, np.int64)
    total, chosen = np.zeros(len(target)), list[int]()
    while len(chosen) < count and free.any():
        open_places = np.flatnonzero(free if tiers is None else free & (tiers == tiers[free].min()))
        size = len(chosen) + 1
        near = (1 - SMOOTHING) / size * (total + mixes[open_places]) + SMOOTHING * target
        gain = merit[open_places] / size + strength * (np.log(near) @ target)
        best = int(open_places[np.argmax(gain)])
        chosen.append(best)
        total += mixes[best]
        free[best] = False
        if groups is not None and groups[best] != NOBODY:
            used[groups[best]] += 1
            if used[groups[best]] >= most_a_group:
                free &= groups != groups[best]
    return chosen
