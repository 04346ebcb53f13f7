import numpy as np
import pytest
import tensorflow as tf

from components.index_builder import partitions
from components.index_builder.partitions import fit_partitions
from components.index_builder.tuning import K, Meter
from models.partition_search import PartitionSearcher


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    return np.random.default_rng(3).normal(size=(2000, 8)).astype(np.float32)


@pytest.fixture(scope="module")
def meter(vectors: np.ndarray) -> Meter:
    return Meter(vectors, np.random.default_rng(4).normal(size=(60, 8)).astype(np.float32))


def test_no_more_parts_are_searched_than_the_target_needs(vectors, meter, monkeypatch) -> None:
    monkeypatch.setattr(partitions, "ITEMS_A_PART", (50,))
    leaf_of_item = (vectors[:, 0] > 0).astype(np.int32)

    partition, point = fit_partitions(vectors, leaf_of_item, meter, 0.9)

    def recall(searched: int) -> float:
        searcher = PartitionSearcher(vectors, partition, K, searched=searched)
        return meter.recall(tf.function(searcher.find, reduce_retracing=True))

    assert 1 < point.leaves_searched < 40
    assert point.recall_at_200 == recall(point.leaves_searched) >= 0.9 > recall(point.leaves_searched - 1)


def test_the_fastest_size_is_taken(vectors, meter, monkeypatch) -> None:
    monkeypatch.setattr(Meter, "milliseconds", lambda self, find: next(times))
    times = iter([3.0, 1.0, 2.0])

    partition, point = fit_partitions(vectors, np.zeros(len(vectors), np.int32), meter, 0.9)

    assert point.milliseconds == 1.0
    assert 30 <= partition.max() + 1 <= 40  # parts of 50
