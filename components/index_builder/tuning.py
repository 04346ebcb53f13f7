"""Chooses an index by measuring what each finds and what it takes, on the vectors and queries at hand."""

import math
import time
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import tensorflow as tf

from components.common.records import SearchPoint
from models import names
from models.config import EXACT, QUANTISED, IndexConfig
from models.metrics import recall_at_k
from models.scann_search import BuiltIndex, Effort, TreeShape, build_exact, build_tree
from models.search import exact_top

K: Final = names.CANDIDATES
SMALLEST_TREE: Final = 100
"""Items that a quantiser can be trained on."""
ANISOTROPY: Final = 0.2
EXACTLY: Final = TreeShape(leaves=0, anisotropy=math.nan)
"""The shape of an index without a tree."""
OTHER_ANISOTROPIES: Final = (0.1, math.nan)
REORDER: Final = (50.0, 25.0, 10.0, 5.0, 3.0, 2.0, 1.5)
"""Items rescored exactly, as multiples of those answered: more for a larger catalogue, whose codes are as long."""
ITEMS_A_LEAF: Final = 8
LEAVES_STEP: Final = 1.2
QUERIES_AT_ONCE: Final = 20
"""Queries in one search: of a million items exact search takes 4 MB a query, one in a tenth of the parts 26 MB."""
WORTH: Final = 2.0
"""Exact search is kept as long as it takes at most so many times what an approximate one takes."""
TIMED: Final = 200
"""Queries whose median is the time of a search."""
Find = Callable[[tf.Tensor], tf.Tensor | np.ndarray]
"""From queries float32 [B, D] to item indices int32 [B, any]."""


@dataclass(frozen=True)
class Fitted:
    """An index with the least that a search must spend to reach the target."""

    index: BuiltIndex
    shape: TreeShape
    point: SearchPoint

    def rank(self, target: float) -> tuple[float, float]:
        """Ranks, the best first: by time those that reach the target, then the others by recall."""
        recall = self.point.recall_at_200
        return (0.0, self.point.milliseconds) if recall >= target else (1.0, -recall)


class Meter:
    """Measures searches of one catalogue.

    Args:
        vectors: float32 [N, D].
        queries: float32 [Q, D].
    """

    def __init__(self, vectors: np.ndarray, queries: np.ndarray) -> None:
        self.items = len(vectors)
        table = tf.concat([tf.zeros([1, vectors.shape[1]]), vectors], axis=0)
        self.find_exactly = tf.function(
            lambda part: exact_top(part, table, K)[0], autograph=False, reduce_retracing=True
        )
        """Exact search as the build without ScaNN does it."""
        self.queries = tf.constant(queries)
        self._single = [tf.constant(query[None]) for query in queries[:TIMED]]
        self.nearest = _in_parts(self.find_exactly, self.queries)
        """int32 [Q, 200] items that exact search finds; 0 = none."""

    def recall(self, find: Find, k: int = K) -> float:
        """Measures the share of the nearest `k` items that a search finds."""
        return recall_at_k(_in_parts(find, self.queries), self.nearest, k)

    def milliseconds(self, find: Find) -> float:
        """Measures what a search for one query takes: the median."""
        find(self._single[0])
        seconds = []
        for query in self._single:
            start = time.perf_counter()
            find(query)
            seconds.append(time.perf_counter() - start)
        return float(np.median(seconds)) * 1000

    def point(self, find: Find, effort: Effort) -> SearchPoint:
        """Measures both."""
        return SearchPoint(
            leaves_searched=effort.leaves_searched,
            reorder=effort.reorder,
            recall_at_200=self.recall(find),
            milliseconds=self.milliseconds(find),
        )


def tune(vectors: np.ndarray, meter: Meter, config: IndexConfig) -> Fitted:
    """Builds indexes, beginning with about as many leaves as items a leaf, and keeps the fastest.

    Args:
        vectors: float32 [N, D].
        meter: of these vectors.
        config: the target, and the time for further indexes than the first.

    Returns:
        The fastest index that reaches the target; exact search if that is fast enough, or nothing else reaches it.
    """
    exact = _fit_exact(vectors, meter)
    if config.search == EXACT or len(vectors) < SMALLEST_TREE:
        return exact
    tree = _best_tree(vectors, meter, config)
    if config.search == QUANTISED or (
        tree.point.recall_at_200 >= config.recall
        and tree.point.milliseconds * WORTH < exact.point.milliseconds
    ):
        exact.index.close()
        return tree
    tree.index.close()
    return exact


def _fit_exact(vectors: np.ndarray, meter: Meter) -> Fitted:
    index = build_exact(vectors, K)
    return Fitted(index, EXACTLY, meter.point(index.find, Effort(0, 0)))


def _best_tree(vectors: np.ndarray, meter: Meter, config: IndexConfig) -> Fitted:
    """Climbs: more leaves as long as that is faster, else fewer; then other quantisers."""
    deadline = time.monotonic() + config.tuning_seconds
    tried: dict[TreeShape, float] = {}

    def fit(shape: TreeShape) -> Fitted | None:
        """Builds and measures an index; None where that was done, takes too long or leaves are too small."""
        start = time.monotonic()
        if tried and start + max(tried.values()) > deadline:
            return None
        if shape in tried or (tried and not 2 <= shape.leaves <= len(vectors) // ITEMS_A_LEAF):
            return None
        fitted = fit_effort(build_tree(vectors, K, shape), shape, meter, config.recall)
        tried[shape] = time.monotonic() - start
        return fitted

    def keep_better(best: Fitted, other: Fitted) -> Fitted:
        kept, closed = sorted([best, other], key=lambda one: one.rank(config.recall))
        closed.index.close()
        return kept

    best = fit(TreeShape(int(math.sqrt(len(vectors))), ANISOTROPY))
    assert best is not None  # the first is always built
    for factor in (2.0, 0.5):
        while other := fit(best.shape._replace(leaves=int(best.shape.leaves * factor))):
            best = keep_better(best, other)
            if best is not other:
                break
    for anisotropy in OTHER_ANISOTROPIES:
        if other := fit(best.shape._replace(anisotropy=anisotropy)):
            best = keep_better(best, other)
    return best


def fit_effort(index: BuiltIndex, shape: TreeShape, meter: Meter, target: float) -> Fitted:
    """Finds the least that a search must spend to reach `target`, over several numbers of rescored items.

    Args:
        index: a quantised one.
        shape: of its tree.
        meter: of its vectors.
        target: recall@200.

    Returns:
        The fastest search that reaches the target, or the one that finds most.
    """
    ladder = _ladder(shape.leaves)
    least, best = 0, None
    for multiple in REORDER:  # fewer rescored items never reach the target with fewer leaves
        reorder = min(int(K * multiple), meter.items)
        recall = partial(_recall, index, meter, reorder)
        least = bisect_left(ladder, target, lo=least, key=recall)
        effort = Effort(ladder[min(least, len(ladder) - 1)], reorder)
        spending = index.spending(effort)
        fitted = Fitted(spending, shape, meter.point(spending.find, effort))
        if best and best.rank(target) < fitted.rank(target):
            break
        best = fitted
    assert best is not None
    return best


def measure_curve(fitted: Fitted, meter: Meter) -> list[SearchPoint]:
    """Measures the index with fewer and with more leaves searched, from a tenth to twice as many."""
    if fitted.shape is EXACTLY:
        return [fitted.point]
    chosen = fitted.index.effort
    return [
        meter.point(fitted.index.spending(effort).find, effort)
        for effort in (Effort(leaves, chosen.reorder) for leaves in _ladder(fitted.shape.leaves))
        if 0.1 <= effort.leaves_searched / chosen.leaves_searched <= 2
    ]


def _recall(index: BuiltIndex, meter: Meter, reorder: int, leaves: int) -> float:
    return meter.recall(index.spending(Effort(leaves, reorder)).find)


def _ladder(leaves: int) -> list[int]:
    """Returns numbers of leaves to search, each some 1.2 times the one before, up to all."""
    steps = math.ceil(math.log(leaves, LEAVES_STEP))
    return sorted({min(math.ceil(LEAVES_STEP**step), leaves) for step in range(steps + 1)})


def _in_parts(find: Find, queries: tf.Tensor) -> np.ndarray:
    """Finds items int [Q, 200]: a search of few leaves answers fewer places."""
    rows = np.zeros((len(queries), K), np.int32)
    for at in range(0, len(queries), QUERIES_AT_ONCE):
        part = np.asarray(find(queries[at : at + QUERIES_AT_ONCE]))
        rows[at : at + len(part), : part.shape[1]] = part
    return rows
