"""Documents that a search finds, and one order out of several."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Docs: TypeAlias = npt.NDArray[np.int32]
Scores: TypeAlias = npt.NDArray[np.float32]

_FLATNESS: Final = 10
"""How little the first places differ: the constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009).

They take 60, for lists of systems that are alike; here the first of the words is mostly what was meant.
"""
_EVERY: Final = 16
"""One of so many scores is looked at to guess where the best ones begin."""


@dataclass(frozen=True)
class Hits:
    """Documents, best first, and their scores."""

    docs: Docs
    scores: Scores

    def __len__(self) -> int:
        return len(self.docs)


NOTHING: Final = Hits(np.zeros(0, np.int32), np.zeros(0, np.float32))


def best(scores: Scores, least: float, limit: int) -> Hits:
    """The documents with the highest of all scores [size] that are at least `least`; equals by document."""
    docs = np.flatnonzero(scores >= max(least, _likely_least(scores, limit)))
    if len(docs) < limit:
        docs = np.flatnonzero(scores >= least)
    if len(docs) > limit:
        docs = docs[np.argpartition(-scores[docs], limit - 1)[:limit]]
    return ordered(docs.astype(np.int32), scores[docs])


def _likely_least(scores: Scores, limit: int) -> float:
    """A score that more than `limit` of many scores reach, most likely: that of twice the place in a part of them."""
    part = scores[::_EVERY]
    place = 2 * limit // _EVERY
    return float(np.partition(part, -place)[-place]) if 0 < place < len(part) else -np.inf


def ordered(docs: Docs, scores: Scores) -> Hits:
    """Documents with their scores [n], in the order of these; equals by document."""
    order = np.lexsort((docs, -scores))
    return Hits(docs[order], scores[order])


def fuse(lists: Sequence[tuple[Hits, float]]) -> Hits:
    """One list out of several, each with its weight, by reciprocal ranks.

    Documents with equal scores share the best of their ranks, so that another list parts them.
    """
    docs, places = np.unique(
        np.concatenate([np.zeros(0, np.int32), *(hits.docs for hits, _ in lists)]), return_inverse=True
    )
    scores = np.zeros(len(docs), np.float64)
    start = 0
    for hits, weight in lists:
        scores[places[start : start + len(hits)]] += weight / (_FLATNESS + _ranks(hits.scores))
        start += len(hits)
    return ordered(docs.astype(np.int32), scores.astype(np.float32))


def _ranks(scores: Scores) -> npt.NDArray[np.int64]:
    """The rank of each of falling scores [n], 1 the best; equals share the best one."""
    falling = -np.round(scores.astype(np.float64), 3)
    return 1 + np.searchsorted(falling, falling, side="left")
