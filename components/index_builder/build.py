"""Builds the index over the candidate vectors, chosen by measuring, and measures what it finds."""

import io
import os
from collections.abc import Sequence

import numpy as np
import tensorflow as tf
from tfx.utils import path_utils

from components.common.records import Index
from components.index_builder.partitions import fit_partitions
from components.index_builder.tuning import EXACTLY, WORTH, K, Meter, measure_curve, tune
from components.trainer import trained_model
from components.trainer.examples_reader import read_catalog_arrays
from listening_log.tables import files
from models import names
from models.config import IndexConfig
from models.partition_search import PartitionSearcher
from models.scann_search import Effort, ScannSearcher

SEARCHER = "searcher"
PARTITIONS = "partitions.npy"
"""The partition of each item, for the build without ScaNN; there is none where that searches exactly."""
RECALL_AT = (10, 100, K)
_BATCH = 4096


def build_index(
    config: IndexConfig,
    *,
    seed: int,
    out_uri: str,
    model_uri: str,
    catalog_uri: str,
    catalog_transform_uri: str,
) -> None:
    """Embeds the catalogue, chooses and builds the searcher, and writes it beside an `Index`."""
    tf.keras.utils.set_random_seed(seed)
    catalog = read_catalog_arrays(catalog_uri, catalog_transform_uri)
    vectors = embed_catalog(model_uri, catalog.item_ids)
    queries = trained_model.load_array(model_uri, trained_model.QUERIES)[: config.queries]
    write_index(vectors, queries, config, out_uri)


def write_index(vectors: np.ndarray, queries: np.ndarray, config: IndexConfig, out_uri: str) -> None:
    """Chooses an index of float32 [N, D] by queries float32 [Q, D] and writes it into an artifact."""
    meter = Meter(vectors, queries)
    tuned = tune(vectors, meter, config)
    searcher = tuned.index.serialised()
    searcher.save(os.path.join(out_uri, SEARCHER))
    partitions, exact_milliseconds = None, meter.milliseconds(meter.find_exactly)
    if tuned.shape is not EXACTLY:
        partition, point = fit_partitions(vectors, searcher.leaf_of_item, meter, config.recall)
        if point.milliseconds * WORTH < exact_milliseconds:
            partitions = point
            save_partition(partition, out_uri)
    Index(
        kind="brute_force" if tuned.shape is EXACTLY else "scann",
        items=len(vectors),
        queries=len(queries),
        **{f"recall_at_{k}": meter.recall(tuned.index.find, k) for k in RECALL_AT},
        leaves=tuned.shape.leaves,
        anisotropy=tuned.shape.anisotropy,
        chosen=tuned.point,
        curve=tuple(measure_curve(tuned, meter)),
        exact_milliseconds=exact_milliseconds,
        partitions=partitions,
    ).write(out_uri)
    tuned.index.close()


def embed_catalog(model_uri: str, item_ids: Sequence[bytes]) -> np.ndarray:
    """Asks the retrieval model for the candidate vectors of items, float32 [N, D]."""
    loaded = tf.saved_model.load(path_utils.serving_model_dir(model_uri))
    embed = loaded.signatures[names.EMBED_ITEMS]
    parts = [
        embed(**{names.ITEM_IDS: tf.constant(list(item_ids[i : i + _BATCH]))})[names.VECTORS].numpy()
        for i in range(0, len(item_ids), _BATCH)
    ]
    return np.concatenate(parts)


def load_searcher(index_uri: str) -> ScannSearcher:
    """Reads the searcher of an index artifact."""
    chosen = Index.read(index_uri).chosen
    effort = Effort(chosen.leaves_searched, chosen.reorder) if chosen.leaves_searched else Effort()
    return ScannSearcher.load(os.path.join(index_uri, SEARCHER), effort)


def load_partitions(index_uri: str, vectors: np.ndarray) -> PartitionSearcher | None:
    """Reads how the build without ScaNN searches; None: exactly.

    Args:
        index_uri: the index artifact.
        vectors: float32 [N, D], those of the index.
    """
    partitions = Index.read(index_uri).partitions
    if partitions is None:
        return None
    with files.open_binary(files.join(index_uri, PARTITIONS)) as file:
        partition = np.load(file)
    return PartitionSearcher(vectors, partition, K, searched=partitions.leaves_searched)


def save_partition(partition: np.ndarray, index_uri: str) -> None:
    """Writes the partition of each item, int32 [N], into an index artifact."""
    content = io.BytesIO()
    np.save(content, partition)
    files.write_bytes(files.join(index_uri, PARTITIONS), content.getvalue())
