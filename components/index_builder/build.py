"""Builds the ScaNN index over the candidate vectors and measures what it finds."""

import os
from collections.abc import Sequence

import numpy as np
import tensorflow as tf
from tfx.utils import path_utils

from components.common.records import Index
from components.trainer import trained_model
from components.trainer.examples_reader import read_catalog_arrays
from models import names
from models.config import IndexConfig
from models.metrics import recall_at_k
from models.search import build_searcher, exact_top, scann_top

SEARCHER = "searcher"
RECALL_AT = (10, 100, 200)
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
    """Embeds the catalogue, builds the searcher and writes it beside an `Index`: its kind, items and recall."""
    tf.keras.utils.set_random_seed(seed)
    catalog = read_catalog_arrays(catalog_uri, catalog_transform_uri)
    vectors = embed_catalog(model_uri, catalog.item_ids)
    searcher, kind = build_searcher(vectors, names.CANDIDATES, config)
    queries = trained_model.load_array(model_uri, trained_model.QUERIES)[: config.queries]
    save_searcher(searcher, out_uri)
    Index(kind=kind, items=len(vectors), queries=len(queries), **recall(searcher, vectors, queries)).write(
        out_uri
    )


def embed_catalog(model_uri: str, item_ids: Sequence[bytes]) -> np.ndarray:
    """Asks the retrieval model for the candidate vectors of items, float32 [N, D]."""
    loaded = tf.saved_model.load(path_utils.serving_model_dir(model_uri))
    embed = loaded.signatures[names.EMBED_ITEMS]
    parts = [
        embed(**{names.ITEM_IDS: tf.constant(list(item_ids[i : i + _BATCH]))})[names.VECTORS].numpy()
        for i in range(0, len(item_ids), _BATCH)
    ]
    return np.concatenate(parts)


def recall(searcher: tf.Module, vectors: np.ndarray, queries: np.ndarray) -> dict[str, float]:
    """Measures a searcher against exact search.

    Args:
        searcher: over `vectors`.
        vectors: float32 [N, D].
        queries: float32 [Q, D].

    Returns:
        The shares of the nearest items that it finds, as an `Index` names them.
    """
    table = tf.concat([tf.zeros([1, vectors.shape[1]]), vectors], axis=0)
    approximate = scann_top(searcher, tf.constant(queries), table, names.CANDIDATES)[0].numpy()
    exact = exact_top(tf.constant(queries), table, names.CANDIDATES)[0].numpy()
    return {f"recall_at_{k}": recall_at_k(approximate, exact, k) for k in RECALL_AT}


def save_searcher(searcher: tf.Module, index_uri: str) -> None:
    """Writes a serialised searcher into an index artifact."""
    options = tf.saved_model.SaveOptions(namespace_whitelist=["Scann"])
    tf.saved_model.save(searcher, os.path.join(index_uri, SEARCHER), options=options)


def load_searcher(index_uri: str) -> tf.Module:
    """Reads the serialised searcher of an index artifact."""
    from scann.scann_ops.py import scann_ops  # noqa: F401  registers the ops that the artifact holds

    return tf.saved_model.load(os.path.join(index_uri, SEARCHER))
