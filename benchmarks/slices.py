"""Parts of the final events: by how much their items are played, by the length of the history, by kind."""

from typing import Final

import numpy as np
import numpy.typing as npt

from benchmarks.final_events import FinalEvents
from models.memory.interactions import popularity_of
from models.metrics import ndcg_gains

HEAD: Final = 0.5
"""The most played items that have this share of all plays are the head."""
TORSO: Final = 0.8
"""Those that follow, up to this share, are the torso; the rest, and what was never played, is the tail."""
NEW: Final = 10
"""A listener with fewer plays before the final event is new."""
PLACES: Final = 10


def slice_masks(events: FinalEvents) -> dict[str, npt.NDArray[np.bool_]]:
    """Marks the targets of each slice: bool [Q]; music and talk where there are both."""
    plays = popularity_of(events.log).astype(np.float64)
    order = np.argsort(-plays, kind="stable")
    before = np.empty_like(plays)
    before[order] = (np.cumsum(plays[order]) - plays[order]) / max(plays.sum(), 1.0)
    share, played = before[events.targets], plays[events.targets] > 0
    is_new = np.diff(events.histories.offsets) < NEW
    talk = events.items.is_talk[events.targets]
    masks = {
        "head": played & (share < HEAD),
        "torso": played & (share >= HEAD) & (share < TORSO),
        "tail": ~played | (share >= TORSO),
        "new listeners": is_new,
        "old listeners": ~is_new,
    }
    if talk.any() and not talk.all():
        masks |= {"music": ~talk, "talk": talk}
    return {name: mask for name, mask in masks.items() if mask.any()}


def slice_figures(ranks: npt.NDArray[np.int64], masks: dict[str, npt.NDArray[np.bool_]]) -> dict[str, float]:
    """Computes NDCG@10 of each slice.

    Args:
        ranks: [Q], or [S, Q] of S seeds, whose mean is taken.
        masks: of `slice_masks`.
    """
    gains = np.atleast_2d(ndcg_gains(ranks, PLACES)).mean(axis=0)
    return {name: float(gains[mask].mean()) for name, mask in masks.items()}
