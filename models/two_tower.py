"""Two-tower retrieval: a query tower over the ordered history, a candidate tower over id and content.

Trained with a sampled softmax over in-batch and uniform negatives, with logQ correction and accidental hits
removed (`models.samplers`, `models.losses`).
"""

import numpy as np
import tensorflow as tf
import tensorflow_recommenders as tfrs

from models import names
from models.catalog_arrays import CatalogArrays
from models.config import TwoTowerConfig
from models.layers import (
    Batch,
    FeatureSizes,
    ItemEncoder,
    RequestEncoder,
    positives,
    renumber,
    requests_at,
    shift_right,
)
from models.losses import accidental_hits, sampled_softmax
from models.samplers import MixedSampler

DECAYS = (0.0, 0.5, 0.8, 0.95, 1.0)
"""Rates at which the query tower forgets, a step: from the last item alone to all items alike."""
_LITTLE = 1e-6  # weight of a history without events


class QueryTower(tf.keras.layers.Layer):
    """Reads the history in order: means of the item vectors that decay at several rates, and the request.

    Position t has seen the events before t.

        tower = QueryTower(sizes, 64)
        queries = tower(batch, items)  # unit vectors float32 [B, T, 64], of items float32 [N + 1, 64]

    Args:
        sizes: sizes of the log's features.
        dimension: width D.
    """

    def __init__(self, sizes: FeatureSizes, dimension: int) -> None:
        super().__init__()
        self.request = RequestEncoder(sizes, dimension)
        self.hidden = tf.keras.layers.Dense(2 * dimension, activation="gelu")
        self.out = tf.keras.layers.Dense(dimension)
        self.skip = self.add_weight("skip", (len(DECAYS),), initializer="ones")

    def call(self, batch: Batch, items: tf.Tensor) -> tf.Tensor:
        history = shift_right(tf.gather(items, batch[names.ITEM]))
        summaries = decayed_means(history, shift_right(batch[names.ITEM][..., None])[..., 0] > 0)
        return self._join(summaries, self.request(batch))

    def query_at(self, batch: Batch, place: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
        """Computes what `call` does at `place` int32 [B] of each row alone: float32 [B, D]."""
        history = tf.gather(items, batch[names.ITEM])
        summaries = decayed_means_before(history, batch[names.ITEM] > 0, place)
        request = self.request(requests_at(batch, place))
        return self._join(summaries, request[:, 0])

    def _join(self, summaries: tf.Tensor, request: tf.Tensor) -> tf.Tensor:
        """Makes queries float32 [..., D] of summaries float32 [..., R, D] and requests float32 [..., D]."""
        mixed = tf.reduce_sum(summaries * tf.nn.softmax(self.skip)[:, None], axis=-2)
        width = len(DECAYS) * summaries.shape[-1]
        flat = tf.reshape(summaries, tf.concat([tf.shape(request)[:-1], [width]], axis=0))
        return tf.math.l2_normalize(
            mixed + self.out(self.hidden(tf.concat([flat, request], axis=-1))), axis=-1
        )


def decayed_means(history: tf.Tensor, present: tf.Tensor) -> tf.Tensor:
    """Computes causal means in which an event weighs less with each step that it lies back.

    Args:
        history: float32 [B, T, D]; place t holds the event before position t.
        present: bool [B, T]: which places hold an event.

    Returns:
        float32 [B, T, len(DECAYS), D].
    """
    length = tf.shape(history)[1]
    kernel = _fade(tf.range(length)[:, None] - tf.range(length)[None, :])
    mask = tf.cast(present, tf.float32)
    total = tf.einsum("tsr,bsd->btrd", kernel, history * mask[..., None])
    weight = tf.einsum("tsr,bs->btr", kernel, mask)
    return total / tf.maximum(weight, _LITTLE)[..., None]


def decayed_means_before(history: tf.Tensor, present: tf.Tensor, place: tf.Tensor) -> tf.Tensor:
    """Computes the means of the events before one place of each row, as `decayed_means` does.

    Args:
        history: float32 [B, T, D]; place t holds event t.
        present: bool [B, T]: which places hold an event.
        place: int32 [B].

    Returns:
        float32 [B, len(DECAYS), D].
    """
    age = place[:, None] - 1 - tf.range(tf.shape(history)[1])
    weight = _fade(age) * tf.cast(present, tf.float32)[..., None]
    total = tf.matmul(weight, history, transpose_a=True)
    return total / tf.maximum(tf.reduce_sum(weight, axis=1), _LITTLE)[..., None]


def _fade(age: tf.Tensor) -> tf.Tensor:
    """Weighs events of an age int32 [...] in steps: float32 [..., len(DECAYS)]; 0 for those still to come."""
    fade = tf.pow(tf.constant(DECAYS), tf.cast(tf.maximum(age, 0), tf.float32)[..., None])
    return tf.where(age[..., None] >= 0, fade, 0.0)


class CandidateTower(tf.keras.layers.Layer):
    """Turns item vectors into the unit vectors that queries are compared with.

        candidates = CandidateTower(64)(items)  # float32 [N + 1, 64] to float32 [N + 1, 64]

    Args:
        dimension: width D.
    """

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.hidden = tf.keras.layers.Dense(2 * dimension, activation="gelu")
        self.out = tf.keras.layers.Dense(dimension)

    def call(self, items: tf.Tensor) -> tf.Tensor:
        return tf.math.l2_normalize(items + self.out(self.hidden(items)), axis=-1)


class TwoTower(tfrs.models.Model):
    """The retrieval model.

        model.fit(windows)
        scores = tf.matmul(model.queries(batch)[:, -1], model.candidates(), transpose_b=True)

    Args:
        catalog: the items.
        plays: int64 [N + 1], positive plays of each item in training.
        sizes: sizes of the log's features.
        config: settings.
    """

    def __init__(
        self, catalog: CatalogArrays, plays: np.ndarray, sizes: FeatureSizes, config: TwoTowerConfig
    ) -> None:
        super().__init__()
        self.config = config
        # embedding
        self.items = ItemEncoder(catalog, plays > 0, config.dimension)
        # towers
        self.query_tower = QueryTower(sizes, config.dimension)
        self.candidate_tower = CandidateTower(config.dimension)
        # loss
        self._sampler = MixedSampler(plays, config.uniform_negatives)

    def queries(self, batch: Batch) -> tf.Tensor:
        """Computes query vectors float32 [B, T, D]."""
        return self.query_tower(batch, self.items.table())

    def query_at(self, batch: Batch, place: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
        """Computes query vectors float32 [B, D] of one place of each row, over item vectors looked up beforehand.

        Args:
            batch: the windows.
            place: int32 [B].
            items: float32 [N + 1, D], what `items.table()` gives.
        """
        return self.query_tower.query_at(batch, place, items)

    def candidates(self) -> tf.Tensor:
        """Computes candidate vectors float32 [N + 1, D]; row 0 is no item."""
        return self.candidate_tower(self.items.table())

    @tf.autograph.experimental.do_not_convert  # nothing here needs it, and it costs more than a small fit
    def train_step(self, inputs: Batch) -> dict[str, tf.Tensor]:
        return super().train_step(inputs)

    def compute_loss(self, inputs: Batch, training: bool = False) -> tf.Tensor:
        """Computes the loss of some positives of the batch, drawn anew at each step."""
        places = tf.random.shuffle(tf.where(positives(inputs)))[: self.config.queries]
        target = tf.gather_nd(inputs[names.ITEM], places)
        sample = self._sampler(target)
        index, windows, sampled = renumber(inputs, sample.items)
        items = self.items.vectors(index, training=training)
        queries = tf.gather_nd(self.query_tower(windows, items), places)
        candidates = self.candidate_tower(tf.gather(items, sampled))
        scores = tf.matmul(queries, candidates, transpose_b=True) / self.config.temperature
        return sampled_softmax(
            tf.linalg.diag_part(scores),  # the sample begins with the targets
            scores,
            positive_log_q=sample.target_log_q,
            negative_log_q=sample.log_q,
            hits=accidental_hits(target, sample.items),
        )
