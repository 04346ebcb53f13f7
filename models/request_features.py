"""From the strings of a request to the features that the models read, in the graph."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import tensorflow as tf
from tensorflow.python.ops import lookup_ops

from models import names
from models.catalog_arrays import CatalogArrays

Transform = Callable[[Mapping[str, tf.SparseTensor]], Mapping[str, tf.SparseTensor]]
"""The log's Transform graph: raw window features to raw and added ones."""


class FromVariable(lookup_ops.TableInitializerBase):
    """Fills a table from a variable of keys, so that a SavedModel's graph doesn't hold them.

    Args:
        keys: string [F].
        first: value of the first key, int64; those of the others follow.
    """

    def __init__(self, keys: tf.Variable, first: int) -> None:
        super().__init__(tf.string, tf.int64)
        self._keys = self._track_trackable(keys, "keys")
        self._first = first

    def initialize(self, table: tf.lookup.StaticHashTable) -> tf.Operation:
        """Writes all keys into the table."""
        keys = self._keys.read_value()
        values = self._first + tf.range(tf.size(keys, tf.int64))
        return tf.raw_ops.LookupTableImportV2(table_handle=table.resource_handle, keys=keys, values=values)


def item_table(catalog: CatalogArrays) -> tf.lookup.StaticHashTable:
    """Makes a table from item id (string) to item index (int64); 0 for "" and for unknown ids."""
    return index_table([b"", *catalog.item_ids], default=0, first=0)


def index_table(keys: Sequence[bytes], *, default: int, first: int) -> tf.lookup.StaticHashTable:
    """Makes a table from `keys` to their places from `first` on (int64), from anything else to `default`."""
    # a table needs at least one entry; nothing looks up the empty string
    keys, first = (keys, first) if keys else ([b""], default)
    return tf.lookup.StaticHashTable(FromVariable(string_variable(keys), first), default)


def string_variable(values: Sequence[bytes]) -> tf.Variable:
    """Makes a variable of strings [F]: what a graph would hold as a constant, a SavedModel loads as a file."""
    return tf.Variable(tf.constant(values, tf.string), trainable=False)


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
        self.item_ids = string_variable([b"", *catalog.item_ids])
        self.items = tf.lookup.StaticHashTable(FromVariable(self.item_ids, 0), 0)
        self.transform = transform
        self._max_length, self._use_times = max_length, use_times

    def index(self, item_ids: tf.Tensor) -> tf.Tensor:
        """Looks up item indices int32 of string ids, 0 where there is no such item."""
        return tf.cast(self.items.lookup(item_ids), tf.int32)

    def ids(self, index: tf.Tensor) -> tf.Tensor:
        """Looks up item ids (string) of int32 indices, "" for 0."""
        return tf.gather(self.item_ids, index)

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
        history = self._read_history(item_ids)
        features = self._transformed(history, item_ids, timestamps, request_time, context)
        return {**features, **_items_of(history)}, history.last

    def plain(self, item_ids: tf.Tensor) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
        """Reads a request without times and tokens, as `__call__` does with neutral ones, and sooner.

        All its features are 0, unknown: the Transform graph need not run to say so. One that says otherwise
        does run.
        """
        with tf.init_scope():
            neutral = self._neutral()
            runs = any(tf.reduce_any(value != 0) for value in neutral.values())
        if runs:
            rows = tf.shape(item_ids)[0]
            times = tf.zeros([rows, 0], tf.int64)
            return self(item_ids, times, tf.zeros([rows], tf.int64), tf.fill([rows, 0], ""))
        history = self._read_history(item_ids)
        features = {
            name: tf.zeros(tf.concat([history.shape, value.shape[2:]], axis=0), tf.int32)
            for name, value in neutral.items()
            if name != names.LISTENER
        }
        features[names.LISTENER] = tf.zeros_like(history.items[:, :0])
        return {**features, **_items_of(history)}, history.last

    def _transformed(
        self,
        history: "_History",
        item_ids: tf.Tensor,
        timestamps: tf.Tensor,
        request_time: tf.Tensor,
        context: tf.Tensor,
    ) -> dict[str, tf.Tensor]:
        """Runs the Transform graph: the features of a batch, without the items."""
        times = history.align(_fit_width(timestamps, tf.shape(item_ids)[1]))
        places = tf.range(tf.shape(times)[1])
        times = tf.where(places == history.last[:, None], request_time[:, None], times)
        if not self._use_times:
            times = tf.zeros_like(times)
        present = tf.where(places <= history.last[:, None])

        def sparse(values: tf.Tensor) -> tf.SparseTensor:
            return tf.SparseTensor(present, values, tf.shape(times, tf.int64))

        rows, zeros = tf.shape(times)[0], tf.zeros(tf.shape(present)[:1], tf.int64)
        features = self.transform(
            {
                names.USER_ID: _column(tf.fill([rows], "")),
                names.WINDOW_START: _column(tf.zeros([rows], tf.int64)),
                names.ITEM_IDS: sparse(self.ids(tf.gather_nd(history.items, present))),
                names.TIMESTAMPS: sparse(tf.gather_nd(times, present)),
                names.OUTCOMES: sparse(zeros),
                names.TARGETS: sparse(zeros),
                names.LISTENER: _sparse_tokens(context),
                names.CONTEXT: sparse(tf.fill(tf.shape(zeros), "")),
            }
        )
        return dense_features(features, slots=1)

    def _neutral(self) -> dict[str, tf.Tensor]:
        """Computes the features of a request for two known items without times and tokens."""
        item_ids = self.item_ids[None, 1:3]
        history = self._read_history(item_ids)
        times = tf.zeros([1, 0], tf.int64)
        return self._transformed(history, item_ids, times, tf.zeros([1], tf.int64), tf.fill([1, 0], ""))

    def _read_history(self, item_ids: tf.Tensor) -> "_History":
        """Finds the newest known items of each row and the places [B, T] that they get."""
        index = self.index(item_ids)
        known = index > 0
        number = tf.cumsum(tf.cast(known, tf.int32), axis=1)
        count = tf.reduce_max(tf.pad(number, [[0, 0], [1, 0]]), axis=1)
        last = tf.minimum(count, self._max_length)
        width = tf.reduce_max(last) + 1
        place = number - 1 - (count - last)[:, None]
        row = tf.range(tf.shape(index)[0])[:, None]
        cell = tf.where(known & (place >= 0), row * width + place, -1)
        shape = tf.stack([tf.shape(index)[0], width])
        return _History(_aligned(index, cell, shape), last, cell, shape)


class _History(NamedTuple):
    """The kept events of each row, left-aligned, and the place of the request after them."""

    items: tf.Tensor
    """int32 [B, T], 0 where there is no event."""
    last: tf.Tensor
    """int32 [B]."""
    cell: tf.Tensor
    """int32 [B, L], the place of each id of the request in the flat [B, T]; -1 for one that isn't kept."""
    shape: tf.Tensor
    """int32 [2]: B, T."""

    def align(self, values: tf.Tensor) -> tf.Tensor:
        """Moves `values` [B, L] to the places [B, T] of their events; 0 elsewhere."""
        return _aligned(values, self.cell, self.shape)


def _items_of(history: _History) -> dict[str, tf.Tensor]:
    return {names.ITEM: history.items, names.SEEN_OUTCOME: tf.zeros_like(history.items)}


def _aligned(values: tf.Tensor, cell: tf.Tensor, shape: tf.Tensor) -> tf.Tensor:
    return tf.reshape(tf.math.unsorted_segment_sum(values, cell, tf.reduce_prod(shape)), shape)


def _sparse_tokens(tokens: tf.Tensor) -> tf.SparseTensor:
    """Moves the tokens of each row [B, any] that aren't "" to its front."""
    return tf.ragged.boolean_mask(tokens, tokens != "").to_sparse()


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
