import numpy as np
import tensorflow as tf

from models.partition_search import PartitionSearcher, split
from models.search import exact_top

# two partitions, along each axis
VECTORS = np.array([[3.0, 0.0], [0.0, 3.0], [2.0, 0.0], [0.0, 1.0], [1.0, 0.0]], np.float32)
PARTITION = np.array([4, 1, 4, 1, 4])  # numbers of partitions may leave gaps
TABLE = tf.concat([tf.zeros([1, 2]), VECTORS], axis=0)
QUERIES = tf.constant([[1.0, 0.5], [0.2, 1.0]])


def test_only_the_nearest_partition_is_searched():
    searcher = PartitionSearcher(VECTORS, PARTITION, 4, searched=1)

    index, scores = searcher.top(QUERIES, TABLE, 4)

    assert index.numpy().tolist() == [[1, 3, 5, 0], [2, 4, 0, 0]]
    assert scores.numpy()[0].tolist() == [3.0, 2.0, 1.0, -np.inf]


def test_all_partitions_together_are_exact_search():
    searcher = PartitionSearcher(VECTORS, PARTITION, 4, searched=9)

    for nearest, exact in zip(searcher.top(QUERIES, TABLE, 3), exact_top(QUERIES, TABLE, 3), strict=True):
        np.testing.assert_allclose(nearest, exact)


def test_a_request_without_rows_finds_nothing():
    searcher = PartitionSearcher(VECTORS, PARTITION, 4, searched=1)

    assert searcher.top(QUERIES[:0], TABLE, 3)[0].shape == (0, 3)


def test_a_partition_is_split_into_groups_that_lie_together():
    groups = np.array([[0, 9], [9, 0], [-9, 0], [0, -9]]).repeat(25, axis=0)
    vectors = (groups + np.random.default_rng(1).normal(size=(100, 2))).astype(np.float32)
    partition = np.arange(4).repeat(25) // 2 * 7  # two groups each, and numbers with gaps

    parts = split(vectors, partition, 5)

    assert 8 < parts.max() + 1 <= 20
    assert set(parts) == set(range(parts.max() + 1))
    for part in range(parts.max() + 1):
        assert len(set(partition[parts == part])) == 1
        assert np.ptp(vectors[parts == part], axis=0).max() < 6  # of one group


def test_a_small_partition_is_one_part():
    assert split(VECTORS, PARTITION, 100).tolist() == [1, 0, 1, 0, 1]
