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
from models.layers import Batch, FeatureSizes, ItemEncoder, RequestEncoder, positives, shift_right
from models.losses import accidental_hits, sampled_softmax
from models.samplers import MixedSampler

DECAYS = (0.0, 0.5, 0.8, 0.95, 1.0)
"""Rates at which the query tower forgets, a step: from the last item alone to all items alike."""


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
        weights = tf.nn.softmax(self.skip)
        mixed = tf.einsum("rbtd,r->btd", summaries, weights)
        flat = tf.concat([*tf.unstack(summaries, axis=0, num=len(DECAYS)), self.request(batch)], axis=-1)
        return tf.math.l2_normalize(mixed + self.out(self.hidden(flat)), axis=-1)


def decayed_means(history: tf.Tensor, present: tf.Tensor) -> tf.Tensor:
    """Computes causal means in which an event weighs less with each step that it lies back.

    Args:
        history: float32 [B, T, D]; place t holds the event before position t.
        present: bool [B, T]: which places hold an event.

    Returns:
        float32 [len(DECAYS), B, T, D].
    """
    length = tf.shape(history)[1]
    distance = tf.cast(tf.range(length)[:, None] - tf.range(length)[None, :], tf.float32)
    causal = tf.cast(distance >= 0, tf.float32)
    mask = tf.cast(present, tf.float32)
    means = []
    for decay in DECAYS:
        kernel = causal * tf.pow(decay, tf.maximum(distance, 0.0))
        total = tf.einsum("ts,bsd->btd", kernel, history * mask[..., None])
        weight = tf.einsum("ts,bs->bt", kernel, mask)
        means.append(total / tf.maximum(weight, 1e-6)[..., None])
    return tf.stack(means)


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

    def candidates(self) -> tf.Tensor:
        """Computes candidate vectors float32 [N + 1, D]; row 0 is no item."""
        return self.candidate_tower(self.items.table())

    def compute_loss(self, inputs: Batch, training: bool = False) -> tf.Tensor:
        """Computes the loss of some positives of the batch, drawn anew at each step."""
        items = self.items.table(training=training)
        places = tf.random.shuffle(tf.where(positives(inputs)))[: self.config.queries]
        queries = tf.gather_nd(self.query_tower(inputs, items), places)
        target = tf.gather_nd(inputs[names.ITEM], places)
        sample = self._sampler(target)
        candidates = tf.gather(self.candidate_tower(items), sample.items)
        scores = tf.matmul(queries, candidates, transpose_b=True) / self.config.temperature
        return sampled_softmax(
            tf.linalg.diag_part(scores),  # the sample begins with the targets
            scores,
            positive_log_q=sample.target_log_q,
            negative_log_q=sample.log_q,
            hits=accidental_hits(target, sample.items),
        )
