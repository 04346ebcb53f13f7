"""Exact filters: which items a request allows, row by row."""

import tensorflow as tf

from models.catalog_arrays import CatalogArrays
from models.request_features import index_table


class Eligibility(tf.Module):
    """Masks of eligible items from `exclude_ids`, `only` and `without`.

    Each of the three is string [B, any], where "" is ignored.

    Args:
        catalog: the items and their tokens.
        items: item id (string) to item index (int64), 0 for none.
    """

    def __init__(self, catalog: CatalogArrays, items: tf.lookup.StaticHashTable) -> None:
        super().__init__()
        self.items = items
        self.tokens = index_table(list(catalog.tokens), default=-1, first=0)
        self._token_items = tf.Variable(catalog.token_items, trainable=False)
        self._token_splits = tf.Variable(catalog.token_splits, trainable=False)
        self.size = catalog.size + 1

    def filtered(self, exclude_ids: tf.Tensor, only: tf.Tensor, without: tf.Tensor) -> tf.Tensor:
        """Marks the rows that have any filter at all: bool [B]."""
        return tf.reduce_any(
            tf.stack([tf.reduce_any(x != "", axis=1) for x in (exclude_ids, only, without)]), axis=0
        )

    def mask(self, exclude_ids: tf.Tensor, only: tf.Tensor, without: tf.Tensor) -> tf.Tensor:
        """Marks the items that each row allows: bool [B, N + 1], never index 0.

        An item is eligible if it has one of the tokens of `only` (where there are any), none of `without`, and
        is not in `exclude_ids`. An unknown token matches no item.
        """
        restricted = tf.reduce_any(only != "", axis=1)
        allowed = self._with_tokens(only) | ~restricted[:, None]
        excluded = self._scatter(*self._pairs(self.items.lookup(exclude_ids), exclude_ids != ""))
        real = tf.range(self.size) > 0
        return allowed & ~self._with_tokens(without) & ~excluded & real

    def _pairs(self, values: tf.Tensor, present: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        places = tf.where(present)
        return places[:, 0], tf.gather_nd(values, places), tf.shape(values, tf.int64)[0]

    def _scatter(self, rows: tf.Tensor, items: tf.Tensor, batch: tf.Tensor) -> tf.Tensor:
        """Marks each (row, item): bool [batch, N + 1]."""
        flat = rows * self.size + items
        hits = tf.math.unsorted_segment_max(tf.ones_like(flat, tf.int32), flat, batch * self.size)
        return tf.reshape(hits > 0, [batch, self.size])

    def _with_tokens(self, tokens: tf.Tensor) -> tf.Tensor:
        """Marks the items that have one of each row's tokens, string [B, F]: bool [B, N + 1]."""
        index = self.tokens.lookup(tokens)
        rows, index, batch = self._pairs(index, index >= 0)
        begin, end = tf.gather(self._token_splits, index), tf.gather(self._token_splits, index + 1)
        ranges = tf.ragged.range(begin, end)
        items = tf.gather(self._token_items, ranges.flat_values)
        return self._scatter(tf.repeat(rows, end - begin), tf.cast(items, tf.int64), batch)
