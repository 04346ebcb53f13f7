"""From the strings of a request to the features that the models read, in the graph."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import tensorflow as tf

from models import names
from models.catalog_arrays import CatalogArrays

Transform = Callable[[Mapping[str, tf.SparseTensor]], Mapping[str, tf.SparseTensor]]
"""The log's Transform graph: raw window features to raw and added ones."""


def item_table(catalog: CatalogArrays) -> tf.lookup.StaticHashTable:
    """Item id (string) to item index (int64); 0 for "" and for unknown ids."""
    return index_table(catalog.item_ids, default=0, first=1)


def index_table(keys: Sequence[bytes], *, default: int, first: int) -> tf.lookup.StaticHashTable:
    """Each of `keys` (string) to its place counted from `first` (int64), anything else to `default`."""
    if not keys:  # a table wants at least one entry; the empty string is never asked for
        keys, values = [b""], np.array([default])
    else:
        values = np.arange(first, first + len(keys))
    initializer = tf.lookup.KeyValueTensorInitializer(
        tf.constant(keys, tf.string), tf.constant(values, tf.int64)
    )
    return tf.lookup.StaticHashTable(initializer, default)


class RequestFeatures(tf.Module):
    """Turns requests into a batch in which the request is a virtual last event.

    Args:
        catalog: the items.
        transform: the log's Transform graph.
        max_length: history events that are kept, the newest ones.
        use_times: False where the log's times are order only: times are then neutral.
    """

    def __init__(
        self, catalog: CatalogArrays, transform: Transform, max_length: int, *, use_times: bool
    ) -> None:
        super().__init__()
        self.items = item_table(catalog)
        self.transform = transform
        self._ids = tf.constant([b"", *catalog.item_ids], tf.string)
        self._max_length, self._use_times = max_length, use_times

    def index(self, item_ids: tf.Tensor) -> tf.Tensor:
        """Item indices int32 of string ids, 0 where there is no such item."""
        return tf.cast(self.items.lookup(item_ids), tf.int32)

    def ids(self, index: tf.Tensor) -> tf.Tensor:
        """Item ids (string) of int32 indices, "" for 0."""
        return tf.gather(self._ids, index)

    def __call__(
        self, item_ids: tf.Tensor, timestamps: tf.Tensor, request_time: tf.Tensor, context: tf.Tensor
    ) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
        """Reads a request.

        Args:
            item_ids: string [B, L], the history, oldest first; "" and unknown ids are ignored.
            timestamps: int64 [B, any]; a missing one is 0.
            request_time: int64 [B].
            context: string [B, C] tokens; "" is ignored.

        Returns:
            The batch (`models.layers.Batch`), T = longest kept history + 1, and int32 [B], the place of each
            row's virtual event.
        """
        index = self.index(item_ids)
        known = index > 0
        keep = slice(-self._max_length, None)
        history = tf.ragged.boolean_mask(index, known)[:, keep]
        times = tf.ragged.boolean_mask(self._match(timestamps, tf.shape(index)), known)[:, keep]
        rows = tf.shape(index)[0]
        history = tf.concat([history, tf.zeros([rows, 1], tf.int32)], axis=1)
        times = tf.concat([times, request_time[:, None]], axis=1)
        if not self._use_times:
            times = tf.zeros_like(times)
        zeros = tf.zeros_like(times)
        features = self.transform(
            {
                names.USER_ID: _column(tf.fill([rows], "")),
                names.WINDOW_START: _column(tf.zeros([rows], tf.int64)),
                names.ITEM_IDS: tf.ragged.map_flat_values(self.ids, history).to_sparse(),
                names.TIMESTAMPS: times.to_sparse(),
                names.OUTCOMES: zeros.to_sparse(),
                names.TARGETS: zeros.to_sparse(),
                names.LISTENER: tf.ragged.boolean_mask(context, context != "").to_sparse(),
                names.CONTEXT: tf.ragged.map_flat_values(
                    lambda x: tf.fill(tf.shape(x), ""), zeros
                ).to_sparse(),
            }
        )
        batch = dense_features(features, slots=1)
        batch[names.ITEM] = history.to_tensor()
        batch[names.SEEN_OUTCOME] = tf.zeros_like(batch[names.ITEM])
        return batch, tf.cast(history.row_lengths() - 1, tf.int32)

    def _match(self, timestamps: tf.Tensor, shape: tf.Tensor) -> tf.Tensor:
        timestamps = timestamps[:, : shape[1]]
        return tf.pad(timestamps, [[0, 0], [0, shape[1] - tf.shape(timestamps)[1]]])


def _column(values: tf.Tensor) -> tf.SparseTensor:
    """[B] as a sparse [B, 1]."""
    rows = tf.shape(values, tf.int64)[0]
    place = tf.stack([tf.range(rows), tf.zeros([rows], tf.int64)], axis=1)
    return tf.SparseTensor(place, values, tf.stack([rows, 1]))


def dense_features(features: Mapping[str, tf.SparseTensor], *, slots: int) -> dict[str, tf.Tensor]:
    """Transformed sparse window features as the dense int32 ones of `models.layers.Batch`, without the items."""
    batch = {
        key: tf.cast(tf.sparse.to_dense(features[key]), tf.int32)
        for key in (names.GAP, names.HOUR, names.WEEKDAY, names.LISTENER)
    }
    batch[names.OUTCOME] = tf.cast(tf.sparse.to_dense(features[names.OUTCOMES]), tf.int32)
    batch[names.TARGET] = tf.cast(tf.sparse.to_dense(features[names.TARGETS]), tf.int32)
    shape = tf.shape(batch[names.GAP])
    context = tf.cast(tf.sparse.to_dense(features[names.CONTEXT]), tf.int32)
    context = tf.pad(context, [[0, 0], [0, shape[1] * slots - tf.shape(context)[1]]])
    batch[names.CONTEXT] = tf.reshape(context, [shape[0], shape[1], slots])
    return batch
