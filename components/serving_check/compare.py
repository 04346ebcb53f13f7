"""Whether two answers are the same: rounding may differ, and so may the order of items that it ties."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from models import names

TOP: Final = 10
TOLERANCE: Final = 1e-4
"""Relative and absolute difference of scores that another order of float32 sums may cause."""

Answer = Mapping[str, np.ndarray]


def agreement(one: Answer, other: Answer) -> np.ndarray:
    """Compares two answers row by row.

    A ranking is the same if its top 10 are: the same scores, and the same ids except among tied scores. Other
    outputs (`scores` of the candidates of a request, the heads) are the same if all numbers are.

    Args:
        one: outputs of a signature by name: bytes [B, K], float32 [B, K].
        other: the same outputs.

    Returns:
        The rows that are the same, bool [B].
    """
    if set(one) != set(other) or any(one[name].shape != other[name].shape for name in one):
        return np.zeros(len(next(iter(one.values()))), bool)
    ranked = names.ITEM_IDS in one
    width = TOP if ranked else None
    same = np.ones(len(one[names.SCORES]), bool)
    for name, values in one.items():
        if name != names.ITEM_IDS:
            same &= _close(values[:, :width], other[name][:, :width]).all(axis=1)
    if ranked:
        same &= same_top(one, other)
    return same


def same_top(one: Answer, other: Answer) -> np.ndarray:
    """The rows whose ten first ids are the same, except among tied scores of the first answer: bool [B]."""
    equal = one[names.ITEM_IDS][:, :TOP] == other[names.ITEM_IDS][:, :TOP]
    scores = one[names.SCORES][:, : TOP + 1]
    ties = _close(scores[:, 1:], scores[:, :-1])
    edge = np.zeros((len(scores), 1), bool)
    tied = np.concatenate([edge, ties], axis=1) | np.concatenate([ties, edge], axis=1)
    return (equal | tied[:, : equal.shape[1]]).all(axis=1)


def shared_top(one: Answer, other: Answer) -> np.ndarray:
    """The share of the ten first items of `one` that `other` has among its own, with the same score: float [B].

    Two approximate searches of the same catalogue each miss an item now and then, so of ten items some may
    differ in many rows. Items that are tied with the eleventh may be left out for it.
    """
    ids, scores = one[names.ITEM_IDS][:, :TOP], one[names.SCORES][:, :TOP]
    other_ids, other_scores = other[names.ITEM_IDS][:, :TOP], other[names.SCORES][:, :TOP]
    same = ids[:, :, None] == other_ids[:, None]
    same &= _close(scores[:, :, None], other_scores[:, None]) | (ids == b"")[:, :, None]
    tied = _close(scores, one[names.SCORES][:, TOP : TOP + 1]) if one[names.SCORES].shape[1] > TOP else False
    return (same.any(axis=2) | tied).mean(axis=1)


def _close(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.isclose(one, other, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=False)
