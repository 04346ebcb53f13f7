"""Reads what example generation wrote: windows as batches of tensors, the catalogue as arrays."""

from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt
import tensorflow as tf
import tensorflow_transform as tft

from components.common.example_files import read_records, read_split, split_files
from components.trainer.newcomers import are_newcomers
from components.transform.catalog_features import FIRST_TOKEN
from models import names
from models.catalog_arrays import CatalogArrays, invert_tokens
from models.request_features import Transform, dense_features

MAX_CONTENT: Final = 64
"""Content tokens that are kept of an item: a long description must not widen every item's row."""
_WINDOW: Final = {
    names.USER_ID: tf.string,
    names.WINDOW_START: tf.int64,
    names.ITEM_IDS: tf.string,
    names.TIMESTAMPS: tf.int64,
    names.OUTCOMES: tf.int64,
    names.TARGETS: tf.int64,
    names.LISTENER: tf.string,
    names.CONTEXT: tf.string,
}
_ITEM: Final = {
    names.ITEM_ID: tf.string,
    names.TITLE: tf.string,
    names.DESCRIPTION: tf.string,
    names.ITEM_TOKENS: tf.string,
    names.DURATION_MS: tf.int64,
    names.RELEASE_DAY: tf.int64,
}
_SHUFFLE_WINDOWS: Final = 16_384  # some 50 MB of serialised windows


def window_dataset(
    uri: str,
    split: str,
    transform: Transform,
    items: tf.lookup.StaticHashTable,
    *,
    slots: int,
    batch_size: int,
    shuffle_seed: int | None = None,
    with_user: bool = False,
) -> tf.data.Dataset:
    """Reads a split's windows in batches, once over; the same ones in the same order at each run.

    Without a seed windows come in the order of the files: a listener's follow each other, oldest first. With
    one they are shuffled anew at each pass, and those of a batch come shortest first, so that parts of it need little
    padding. (Batches of one length each are learnt from far slower.) Either way there are
    ceil(windows / batch_size) batches.

    Args:
        uri: URI of the Examples artifact.
        split: its name, or that of a part of it: `names.KNOWN`, `names.LEARNT` or `names.NEWCOMERS`.
        transform: the log's Transform graph.
        items: item id (string) to item index (int64), 0 for none.
        slots: context tokens of an event.
        batch_size: windows in a batch; the last of a pass may have fewer.
        shuffle_seed: seed of the shuffle; None keeps the order.
        with_user: whether batches have `user_id`.

    Returns:
        Batches of `parse_windows`.
    """

    def parse(serialized: tf.Tensor) -> dict[str, tf.Tensor]:
        batch = parse_windows(serialized, transform, items, slots=slots, with_user=with_user)
        if split == names.KNOWN:
            return only_known(batch)
        if split == names.LEARNT:
            return without_targets(batch, are_newcomers(serialized))
        return batch

    if split == names.NEWCOMERS:
        records = read_split(uri, split).batch(_SHUFFLE_WINDOWS)
        newcomers = records.map(lambda windows: tf.boolean_mask(windows, are_newcomers(windows)))
        batches = newcomers.unbatch().batch(batch_size)
    elif shuffle_seed is None:
        batches = read_split(uri, split).batch(batch_size)
    else:
        files = split_files(uri, split)
        shuffled = tf.data.Dataset.from_tensor_slices(files).shuffle(len(files), seed=shuffle_seed)
        records = shuffled.interleave(read_records, cycle_length=8, block_length=16)
        records = records.shuffle(_SHUFFLE_WINDOWS, seed=shuffle_seed)
        batches = records.batch(batch_size).map(_shortest_first)
    return batches.map(parse, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True).prefetch(
        tf.data.AUTOTUNE
    )


def only_known(batch: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """Takes the targets of `test` from a batch of `all`; their events stay, after all that remains."""
    known = batch[names.TARGET] < names.TARGET_OF[names.TEST]
    return {**batch, names.TARGET: tf.where(known, batch[names.TARGET], 0)}


def without_targets(batch: dict[str, tf.Tensor], windows: tf.Tensor) -> dict[str, tf.Tensor]:
    """Takes the targets from some windows of a batch, bool [B]: nothing is learnt from them."""
    return {**batch, names.TARGET: tf.where(windows[:, None], 0, batch[names.TARGET])}


def parse_windows(
    serialized: tf.Tensor,
    transform: Transform,
    items: tf.lookup.StaticHashTable,
    *,
    slots: int,
    with_user: bool = False,
) -> dict[str, tf.Tensor]:
    """Parses serialised windows, string [B], as a `models.layers.Batch`.

    Returns:
        The batch, with `timestamps` int64 [B, T] and, with `with_user`, `user_id` string [B].
    """
    features = transform(tf.io.parse_example(serialized, _sparse(_WINDOW)))
    batch = dense_features(features, slots=slots)
    batch[names.ITEM] = tf.cast(items.lookup(tf.sparse.to_dense(features[names.ITEM_IDS])), tf.int32)
    batch[names.TIMESTAMPS] = tf.sparse.to_dense(features[names.TIMESTAMPS])
    if with_user:
        batch[names.USER_ID] = tf.sparse.to_dense(features[names.USER_ID])[:, 0]
    return batch


def read_catalog_arrays(uri: str, transform_graph_uri: str) -> CatalogArrays:
    """Reads the catalogue of an Examples artifact as arrays, its content by the catalogue's Transform graph."""
    output = tft.TFTransformOutput(transform_graph_uri)
    transform = output.transform_features_layer()
    item_ids: list[bytes] = []
    tokens: list[list[bytes]] = []
    content: list[npt.NDArray[np.int32]] = []
    for serialized in read_split(uri, names.CATALOG).batch(1024):
        features = transform(tf.io.parse_example(serialized, _sparse(_ITEM)))
        item_ids.extend(features[names.ITEM_ID].values.numpy())
        tokens.extend(tf.RaggedTensor.from_sparse(features[names.ITEM_TOKENS]).to_list())
        content.append(
            tf.cast(tf.sparse.to_dense(features[names.CONTENT]), tf.int32).numpy()[:, :MAX_CONTENT]
        )
    vocabulary = output.vocabulary_size_by_name(names.CONTENT_VOCABULARY)
    token_names, splits, token_items = invert_tokens(tokens)
    return CatalogArrays(
        item_ids=item_ids,
        content=_padded(content),
        content_size=FIRST_TOKEN + vocabulary - 1,
        tokens=token_names,
        token_splits=splits,
        token_items=token_items,
    )


def _shortest_first(windows: tf.Tensor) -> tf.Tensor:
    """Sorts serialised windows, string [B], by about their number of events."""
    # An example's bytes grow with its events: near enough, and no example is parsed twice.
    return tf.gather(windows, tf.argsort(tf.strings.length(windows), stable=True))


def _sparse(dtypes: dict[str, tf.DType]) -> dict[str, tf.io.VarLenFeature]:
    return {name: tf.io.VarLenFeature(dtype) for name, dtype in dtypes.items()}


def _padded(parts: Iterable[npt.NDArray[np.int32]]) -> npt.NDArray[np.int32]:
    """Joins the rows of all parts after a row of zeros: [N + 1, T], T at least 1."""
    parts = list(parts)
    width = max(1, *(part.shape[1] for part in parts))
    rows = [np.pad(part, ((0, 0), (0, width - part.shape[1]))) for part in parts]
    return np.concatenate([np.zeros((1, width), np.int32), *rows])
