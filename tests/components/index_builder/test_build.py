import numpy as np
import pytest
import tensorflow as tf

from components.common.records import Index
from components.index_builder.build import load_partitions, load_searcher, save_partition, write_index
from models.config import IndexConfig
from models.partition_search import PartitionSearcher


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    return np.random.default_rng(3).normal(size=(1000, 8)).astype(np.float32)


def test_an_exact_index_finds_all_and_says_so(vectors, tmp_path):
    write_index(vectors, vectors[:20], IndexConfig(search="exact"), str(tmp_path))

    index = Index.read(tmp_path)

    assert (index.kind, index.items, index.queries, index.leaves) == ("brute_force", 1000, 20, 0)
    assert (index.recall_at_10, index.recall_at_100, index.recall_at_200) == (1.0, 1.0, 1.0)
    assert load_searcher(str(tmp_path)).find(tf.constant(vectors[:5])).numpy()[:, 0].all()
    assert load_partitions(str(tmp_path), vectors) is None


def test_a_quantised_index_reaches_its_target_and_leaves_its_curve(vectors, tmp_path):
    config = IndexConfig(search="quantised", recall=0.9, tuning_seconds=0.0)
    write_index(vectors, vectors[:50], config, str(tmp_path))

    index = Index.read(tmp_path)

    assert (index.kind, index.leaves) == ("scann", 31)
    assert index.recall_at_200 == index.chosen.recall_at_200 >= 0.9
    assert index.chosen.leaves_searched in [point.leaves_searched for point in index.curve]
    loaded = load_searcher(str(tmp_path))
    assert loaded.effort == (index.chosen.leaves_searched, index.chosen.reorder)


def test_partitions_are_read_as_they_were_written(vectors, tmp_path):
    index = Index(kind="scann", items=1000, queries=1, partitions={"leaves_searched": 2})
    index.write(tmp_path)
    partition = (np.arange(1000) % 7).astype(np.int32)
    save_partition(partition, str(tmp_path))

    searcher = load_partitions(str(tmp_path), vectors)

    assert isinstance(searcher, PartitionSearcher)
    assert (searcher.searched, searcher.sizes.shape[0]) == (2, 7)
