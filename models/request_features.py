"""From the strings of a request to the features that the models read, in the graph."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import tensorflow as tf

from models import names
from models.catalog_arrays import CatalogArrays

Transform = Callable[[Mapping[str, tf.SparseTensor]], Mapping[str, tf.SparseTensor]]
"""The log's Transform graph: raw window features to raw and added ones."""


def item_table(catalog: CatalogArrays) -> tf.lookup.StaticHashTable:
    """Makes a table from item id (string) to item index (int64); 0 for "" and for unknown ids."""
    return index_table(catalog.item_ids, default=0, first=1)


def index_table(keys: Sequence[bytes], *, default: int, first: int) -> tf.lookup.StaticHashTable:
    """Makes a table from `keys` to their places from `first` on (int64), from anything else to `default`."""
    if not keys:  # a table needs at least one entry; nothing looks up the empty string
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
        """Looks up item indices int32 of string ids, 0 where there is no such item."""
        return tf.cast(self.items.lookup(item_ids), tf.int32)

    def ids(self, index: tf.Tensor) -> tf.Tensor:
        """Looks up item ids (string) of int32 indices, "" for 0."""
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
        times = tf.ragged.boolean_mask(_fit_width(timestamps, tf.shape(index)[1]), known)[:, keep]
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


def _fit_width(values: tf.Tensor, width: tf.Tensor) -> tf.Tensor:
    """Cuts or pads [B, any] with 0 to [B, width]."""
    values = values[:, :width]
    return tf.pad(values, [[0, 0], [0, width - tf.shape(values)[1]]])


def _column(values: tf.Tensor) -> tf.SparseTensor:
    """Turns [B] into a sparse [B, 1]."""
    rows = tf.shape(values, tf.int64)[0]
    place = tf.stack([tf.range(rows), tf.zeros([rows], tf.int64)], axis=1)
    return tf.SparseTensor(place, values, tf.stack([rows, 1]))


def dense_features(features: Mapping[str, tf.SparseTensor], *, slots: int) -> dict[str, tf.Tensor]:
    """Turns transformed sparse window features into the dense int32 ones of `models.layers.Batch`, without the items.

    Args:
        features: int64 or string [B, any].
        slots: context tokens of an event.
    """
    batch = {
        key: tf.cast(tf.sparse.to_dense(features[key]), tf.int32)
        for key in (names.GAP, names.HOUR, names.WEEKDAY, names.LISTENER)
    }
    batch[names.OUTCOME] = tf.cast(tf.sparse.to_dense(features[names.OUTCOMES]), tf.int32)
    batch[names.TARGET] = tf.cast(tf.sparse.to_dense(features[names.TARGETS]), tf.int32)
    shape = tf.shape(batch[names.GAP])
    context = _fit_width(tf.cast(tf.sparse.to_dense(features[names.CONTEXT]), tf.int32), shape[1] * slots)
    batch[names.CONTEXT] = tf.reshape(context, [shape[0], shape[1], slots])
    return batch
