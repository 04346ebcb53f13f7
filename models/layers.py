"""Layers that the two-tower model and the ranker share."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from models import names
from models.catalog_arrays import CatalogArrays

GAPS = 1 + names.GAP_BUCKETS  # 0 = unknown
HOURS = 1 + names.HOURS
WEEKDAYS = 1 + names.WEEKDAYS
_STDDEV = 0.05  # of the values of tables that are drawn

Batch = Mapping[str, tf.Tensor]
"""Dense window features, keyed by `models.names`, left-aligned and padded with 0.

ITEM, OUTCOME, TARGET, GAP, HOUR, WEEKDAY int32 [B, T]; CONTEXT int32 [B, T, S]; LISTENER int32 [B, M]. The ranker
also reads SEEN_OUTCOME int32 [B, T]: the outcomes that the history shows, all 0 in a served request.
"""


@dataclass(frozen=True)
class FeatureSizes:
    """Sizes that depend on the log."""

    context: int
    """Largest token of contexts and listeners."""


class ItemEncoder(tf.keras.layers.Layer):
    """Vectors of items: an id vector plus the scaled sum of content token vectors.

    An item without plays in training has no id vector of its own (it could only have been learnt from
    negatives), so its content speaks for it. While training, a share of the id vectors of items with content of
    their own (`have_own_content`) is dropped so that content learns to stand alone (DropoutNet,
    https://papers.nips.cc/paper/7081).

    Only the rows of the items that are asked for are read, so only they have gradients: a step costs the same
    whatever the size of the catalogue.

        encoder = ItemEncoder(catalog, plays > 0, 64)
        vectors = encoder.vectors(tf.constant([3, 7]))  # float32 [2, 64]

    Args:
        catalog: the items and their content tokens.
        played: bool [N + 1], the items with plays in training.
        dimension: width of the vectors.
        id_dropout: share of the id vectors that training drops, of items with content of their own.
        unit: whether the vectors are of length 1, so that an item is told from others by its direction alone.
    """

    def __init__(
        self,
        catalog: CatalogArrays,
        played: np.ndarray,
        dimension: int,
        *,
        id_dropout: float = 0.1,
        unit: bool = False,
    ) -> None:
        super().__init__()
        self.size = catalog.size
        self._unit = unit
        self._content = tf.constant(catalog.content)
        self._played = tf.constant(played)
        self._chance = tf.constant(np.where(have_own_content(catalog.content), id_dropout, 0.0), tf.float32)
        self.ids = self.add_weight("ids", (catalog.size + 1, dimension), initializer=small_normal())
        self.tokens = self.add_weight(
            "tokens", (catalog.content_size + 1, dimension), initializer=small_normal()
        )

    def begin_with(self, vectors: np.ndarray) -> None:
        """Sets the id vectors to others of about the length that those drawn have.

        Args:
            vectors: float32 [N + 1, dimension], unit vectors; zero for an item that keeps its own.
        """
        length = _STDDEV * np.sqrt(vectors.shape[1])
        self.ids.assign(tf.where(np.any(vectors, axis=1, keepdims=True), length * vectors, self.ids))

    def vectors(self, index: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Computes the vectors of the items `index` int32 [U]: float32 [U, dimension]; zero where the index is 0."""
        keep = tf.gather(self._played, index)
        if training:
            keep &= tf.random.uniform(tf.shape(index)) >= tf.gather(self._chance, index)
        vectors = tf.gather(self.ids, index) * tf.cast(keep, tf.float32)[:, None] + self._content_of(index)
        if self._unit:
            vectors = tf.math.l2_normalize(vectors, axis=1)
        return vectors * tf.cast(index > 0, tf.float32)[:, None]

    def table(self, training: bool = False) -> tf.Tensor:
        """Computes all vectors: float32 [N + 1, dimension]; row 0 is zero."""
        return self.vectors(tf.range(self.size + 1), training)

    def _content_of(self, index: tf.Tensor) -> tf.Tensor:
        """Sums the token vectors of each item, divided by the root of their number."""
        content = tf.gather(self._content, index)
        places = tf.where(content > 0)
        tokens, place = tf.unique(tf.gather_nd(content, places))
        return tf.sparse.segment_sqrt_n(
            tf.gather(self.tokens, tokens), place, places[:, 0], num_segments=tf.size(index)
        )


class RequestEncoder(tf.keras.layers.Layer):
    """Embeds what a request knows beside the history: time since the last play, hour, weekday, context tokens.

    Position t describes the request that event t answered. An unknown value (0) adds nothing.

        encoder = RequestEncoder(sizes, 64)
        request = encoder(batch)  # float32 [B, T, 64]

    Args:
        sizes: sizes of the log's features.
        dimension: width of the vectors.
    """

    def __init__(self, sizes: FeatureSizes, dimension: int) -> None:
        super().__init__()
        self.gap = self.add_weight("gap", (GAPS, dimension), initializer=small_normal())
        self.hour = self.add_weight("hour", (HOURS, dimension), initializer=small_normal())
        self.weekday = self.add_weight("weekday", (WEEKDAYS, dimension), initializer=small_normal())
        # From zero: a token that training never sees, as the unknown one may be, then adds nothing.
        self.token = self.add_weight("token", (sizes.context + 1, dimension), initializer="zeros")

    def call(self, batch: Batch) -> tf.Tensor:
        times = sum(
            embed_known(table, batch[name])
            for table, name in ((self.gap, names.GAP), (self.hour, names.HOUR), (self.weekday, names.WEEKDAY))
        )
        event = tf.reduce_sum(embed_known(self.token, batch[names.CONTEXT]), axis=2)
        listener = tf.reduce_sum(embed_known(self.token, batch[names.LISTENER]), axis=1)
        return times + event + listener[:, None, :]


def have_own_content(content: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """Marks the items whose content tells them from others: no more than one in a hundred has the same tokens.

    A log of ids alone has content too: each item is a track, say. Without its id nothing would be left of one.

    Args:
        content: int32 [N + 1, T], tokens of each item in any order, 0 for none; row 0 is no item.

    Returns:
        bool [N + 1].
    """
    # the sum of a random number for each token is the same for the same tokens, and hardly ever for others
    numbers = np.random.default_rng(0).integers(1, 2**62, content.max(initial=0) + 1, np.uint64)
    numbers[0] = 0
    sums = np.zeros(len(content), np.uint64)
    for column in content.T:
        sums += numbers[column]
    _, same, counts = np.unique(sums, return_inverse=True, return_counts=True)
    return (sums > 0) & (counts[same] <= max(1, (len(content) - 1) // 100))


def small_normal() -> tf.keras.initializers.Initializer:
    """Returns a new initializer for each table: Keras repeats the values of one that is used twice."""
    return tf.keras.initializers.RandomNormal(stddev=_STDDEV)


def embed_known(table: tf.Tensor, index: tf.Tensor) -> tf.Tensor:
    """Gathers rows of `table` float32 [V, D] at `index` int32 [...]: float32 [..., D], zero where the index is 0."""
    return tf.gather(table, index) * tf.cast(index > 0, tf.float32)[..., None]


def shift_right(x: tf.Tensor) -> tf.Tensor:
    """Moves [B, T, ...] one place along time; the first place becomes zeros."""
    return tf.concat([tf.zeros_like(x[:, :1]), x[:, :-1]], axis=1)


def requests_at(batch: Batch, place: tf.Tensor) -> dict[str, tf.Tensor]:
    """Takes what `RequestEncoder` reads at `place` int32 [B] of each row: windows of one position."""
    at_place = {
        name: tf.gather(batch[name], place, batch_dims=1)[:, None]
        for name in (names.GAP, names.HOUR, names.WEEKDAY, names.CONTEXT)
    }
    return {**at_place, names.LISTENER: batch[names.LISTENER]}


def renumber(batch: Batch, others: tf.Tensor) -> tuple[tf.Tensor, dict[str, tf.Tensor], tf.Tensor]:
    """Numbers the items of a batch and some others anew, as a small catalogue of their own.

        index, batch, others = renumber(batch, others)
        vectors = encoder.vectors(index)  # in place of the whole table

    Args:
        batch: the windows.
        others: int32 [S], further items.

    Returns:
        int32 [U], the items that there are, each once, 0 first; the batch with places among them for items;
        int32 [S], the places of the others.
    """
    item = batch[names.ITEM]
    index, place = tf.unique(tf.concat([[0], tf.reshape(item, [-1]), others], axis=0))
    windows, others = tf.split(place[1:], [tf.size(item), tf.size(others)])
    return index, {**batch, names.ITEM: tf.reshape(windows, tf.shape(item))}, others


def positives(batch: Batch) -> tf.Tensor:
    """Marks the targets that count as positive, all but skips: bool [B, T]."""
    return (batch[names.TARGET] > 0) & (batch[names.ITEM] > 0) & (batch[names.OUTCOME] != names.SKIPPED)


def as_served(batch: Batch) -> dict[str, tf.Tensor]:
    """Shows a batch as a served request would: without outcomes."""
    return {**batch, names.SEEN_OUTCOME: tf.zeros_like(batch[names.ITEM])}


def example_batch(slots: int = 1) -> dict[str, tf.Tensor]:
    """Makes a batch that builds a model's variables: one window of two plays of the first item."""
    ones = tf.ones([1, 2], tf.int32)
    keys = (names.ITEM, names.OUTCOME, names.TARGET, names.SEEN_OUTCOME, names.GAP, names.HOUR, names.WEEKDAY)
    return {
        **dict.fromkeys(keys, ones),
        names.CONTEXT: tf.zeros([1, 2, slots], tf.int32),
        names.LISTENER: tf.zeros([1, 0], tf.int32),
    }
