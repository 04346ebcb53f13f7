"""Chooses how the build without ScaNN searches, by measuring: parts of a tree's leaves, and how many of them."""

from typing import Final

import numpy as np
import tensorflow as tf

from components.common.records import SearchPoint
from components.index_builder.tuning import K, Meter
from models.partition_search import PartitionSearcher, split
from models.scann_search import Effort

ITEMS_A_PART: Final = (100, 50, 25)
"""Sizes that are tried. ScaNN's leaves suit codes, of which a thousand take as long as a few dozen whole vectors."""


def fit_partitions(
    vectors: np.ndarray, leaf_of_item: np.ndarray, meter: Meter, target: float
) -> tuple[np.ndarray, SearchPoint]:
    """Splits a tree's leaves, in parts of several sizes, and takes those with which a search is fastest.

    Args:
        vectors: float32 [N, D].
        leaf_of_item: int32 [N], of a quantised index.
        meter: of the vectors.
        target: recall@200 that is reached.

    Returns:
        The part of each item, int32 [N], and what a search of as many as the target needs finds and takes.
    """
    fits = []
    for size in ITEMS_A_PART:
        partition = split(vectors, leaf_of_item, size)
        searcher = PartitionSearcher(vectors, partition, K, searched=1)
        searcher.searched = _least_searched(searcher, partition, meter, target)
        find = tf.function(searcher.find, autograph=False, reduce_retracing=True)
        fits.append((partition, meter.point(find, Effort(searcher.searched, 0))))
    return min(fits, key=lambda fit: fit[1].milliseconds)


def _least_searched(searcher: PartitionSearcher, partition: np.ndarray, meter: Meter, target: float) -> int:
    """Counts how many partitions must be searched for a share `target` of the nearest items to be in them."""
    centres = searcher.centres.numpy()
    places = []
    for query, nearest in zip(meter.queries.numpy(), meter.nearest, strict=True):
        scores = centres @ query
        own = scores[partition[nearest[nearest > 0] - 1]]
        places.append(len(scores) - np.searchsorted(np.sort(scores), own))
    ordered = np.sort(np.concatenate(places))
    return int(ordered[min(int(np.ceil(target * len(ordered))), len(ordered)) - 1])
