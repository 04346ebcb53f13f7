"""The sequential ranker: a causal transformer whose every position ranks the next item.

A score is a sum of evidence: the transformer's logit, the counting evidence of `models.counting`, and the
heads (`RankerConfig.head_weight` times log p_complete + log(1 - p_skip), of those heads that exist).
"""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from models import names
from models.catalog_arrays import Catalog
from models.config import RankerConfig
from models.counting import CountingEvidence, CountingLayer
from models.layers import (
    Batch,
    FeatureSizes,
    ItemEncoder,
    RequestEncoder,
    embed_known,
    positives,
    shift_right,
    small_normal,
)
from models.transformer import TransformerBlock

HEAD_LOSS_WEIGHT = 0.2
HEAD_OUTCOMES = {names.P_COMPLETE: names.COMPLETED, names.P_SKIP: names.SKIPPED}


class Ranker(tf.keras.Model):
    """The transformer ranker.

    Args:
        catalog: the items.
        plays: int64 [N + 1], positive plays of each item in training.
        sizes: sizes of the log's features.
        max_length: longest useful history.
        heads: further heads that the log supports, of `p_complete` and `p_skip`.
        config: settings.
    """

    def __init__(
        self,
        catalog: Catalog,
        plays: np.ndarray,
        sizes: FeatureSizes,
        max_length: int,
        heads: Sequence[str],
        config: RankerConfig,
    ) -> None:
        super().__init__()
        width = config.dimension
        self.config, self.heads = config, tuple(heads)
        self.items = ItemEncoder(catalog, plays > 0, width)
        self.item_norm = tf.keras.layers.LayerNormalization(epsilon=1e-6)
        self.request = RequestEncoder(sizes, width)
        self.start = self.add_weight("start", (width,), initializer=small_normal())
        self.outcome = self.add_weight(
            "outcome", (len(names.OUTCOME_NAMES), width), initializer=small_normal()
        )
        self.blocks = [
            TransformerBlock(width, config.heads, max_length + 1, config.dropout)
            for _ in range(config.blocks)
        ]
        self.norm = tf.keras.layers.LayerNormalization(epsilon=1e-6)
        self.out = tf.keras.layers.Dense(width)
        self.dropout = tf.keras.layers.Dropout(config.dropout)
        # an item without plays starts as a middling one would
        log_plays = np.log(np.where(plays > 0, plays, np.median(plays[plays > 0])))
        self._known = tf.constant(plays > 0)
        self.bias = self.add_weight(
            "bias",
            (catalog.size + 1,),
            initializer=tf.keras.initializers.Constant(log_plays - log_plays.max()),
        )
        self.head_query = {head: HeadQuery(width) for head in self.heads}
        self._played = tf.constant(np.flatnonzero(plays > 0), tf.int32)
        self._evidence: CountingLayer | None = None
        self._evidence_weight = 0.0

    def add_evidence(self, evidence: CountingEvidence, weight: float) -> None:
        """Adds the counting evidence to the score, `weight` times."""
        self._evidence, self._evidence_weight = CountingLayer(evidence), weight

    def queries(self, batch: Batch, items: tf.Tensor, training: bool = False) -> tf.Tensor:
        """What each position asks for: float32 [B, T, D]. Position t has seen the events before t."""
        seen = tf.gather(items, batch["item"]) + embed_known(self.outcome, batch["seen_outcome"])
        seen += embed_known(self.request.gap, batch[names.GAP])
        x = shift_right(self.item_norm(seen))
        x += tf.one_hot([0], tf.shape(x)[1])[..., None] * self.start
        x = self.dropout(x, training=training)
        for block in self.blocks:
            x = block(x, training=training)
        return self.out(self.norm(x) + self.request(batch))

    def logits(self, queries: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
        """Next-item logits of `queries` float32 [Q, D] over the catalogue: float32 [Q, N + 1]."""
        return tf.matmul(queries, items, transpose_b=True) + self.bias

    def score_all(self, queries: tf.Tensor, history: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
        """Scores of the whole catalogue.

        Args:
            queries: float32 [B, D].
            history: int32 [B, T], left-aligned, oldest first, 0 where there is no event.
            items: float32 [N + 1, D].

        Returns:
            float32 [B, N + 1].
        """
        scores = self._next_item_scores(queries, history, items)
        return scores + self._head_term(
            {head: layer.all_logits(queries, items) for head, layer in self.head_query.items()}
        )

    def score(
        self, queries: tf.Tensor, history: tf.Tensor, candidates: tf.Tensor, items: tf.Tensor
    ) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
        """As `score_all`, of `candidates` int32 [B, C] alone (-inf where 0), and the heads' probabilities."""
        scores = tf.gather(self._next_item_scores(queries, history, items), candidates, batch_dims=1)
        logits = self.head_logits(queries[:, None, :], tf.gather(items, candidates))
        scores = tf.where(candidates > 0, scores + self._head_term(logits), -np.inf)
        return scores, {head: tf.sigmoid(logit) for head, logit in logits.items()}

    def counted(self, history: tf.Tensor) -> tf.Tensor:
        """The counting evidence alone: float32 [B, N + 1] of `history` int32 [B, T]; 0 without evidence."""
        if self._evidence is None:
            return tf.zeros([tf.shape(history)[0], self.bias.shape[0]])
        return self._evidence(history)

    def _next_item_scores(self, queries: tf.Tensor, history: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
        scores = self.logits(queries, items)
        if self._evidence is not None:
            scores += self._evidence_weight * self._evidence(history)
        return scores

    def _head_term(self, logits: dict[str, tf.Tensor]) -> tf.Tensor:
        term = tf.constant(0.0)
        if names.P_COMPLETE in logits:
            term += tf.math.log_sigmoid(logits[names.P_COMPLETE])
        if names.P_SKIP in logits:
            term += tf.math.log_sigmoid(-logits[names.P_SKIP])
        return self.config.head_weight * term

    def head_logits(self, queries: tf.Tensor, items: tf.Tensor) -> dict[str, tf.Tensor]:
        """Each head's logits float32 [Q, C] for `queries` float32 [Q, 1, D] and `items` float32 [Q, C, D]."""
        return {head: layer(queries, items) for head, layer in self.head_query.items()}

    def train_step(self, batch: Batch) -> dict[str, tf.Tensor]:
        with tf.GradientTape() as tape:
            losses = self.losses_of(self.mask_features(batch), training=True)
            loss = sum(losses.values())
        self.optimizer.minimize(loss, self.trainable_variables, tape=tape)
        return {"loss": loss, **losses}

    def losses_of(self, batch: Batch, training: bool) -> dict[str, tf.Tensor]:
        """Mean losses: `next_item`, and one a head."""
        items = self.items.table(training=training)
        queries = self.queries(batch, items, training=training)
        asked = tf.where(positives(batch))
        target = tf.gather_nd(batch["item"], asked)
        losses = {"next_item": self.next_item_loss(tf.gather_nd(queries, asked), target, items)}
        if self.heads:
            told = tf.where((batch["target"] > 0) & (batch["item"] > 0) & (batch["outcome"] != names.UNKNOWN))
            outcome = tf.gather_nd(batch["outcome"], told)
            table = tf.gather(items, tf.gather_nd(batch["item"], told))[:, None, :]
            logits = self.head_logits(tf.gather_nd(queries, told)[:, None, :], table)
            for head, logit in logits.items():
                label = tf.cast(outcome == HEAD_OUTCOMES[head], tf.float32)
                cross = tf.nn.sigmoid_cross_entropy_with_logits(label, logit[:, 0])
                losses[head] = HEAD_LOSS_WEIGHT * tf.math.divide_no_nan(
                    tf.reduce_sum(cross), tf.cast(tf.size(cross), tf.float32)
                )
        return losses

    def next_item_loss(self, queries: tf.Tensor, target: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
        """Softmax cross-entropy of `target` int32 [Q] over the played catalogue, or over shared negatives."""
        if self._played.shape[0] <= self.config.softmax_items:
            logits = tf.where(self._known, self.logits(queries, items), -1e9)
            return mean_or_zero(tf.nn.sparse_softmax_cross_entropy_with_logits(target, logits))
        draws = tf.random.uniform([self.config.softmax_items], maxval=tf.size(self._played), dtype=tf.int32)
        ids = tf.gather(self._played, draws)
        # a shared uniform sample stands for the whole catalogue: the same correction for every negative
        correction = np.log(self._played.shape[0] / self.config.softmax_items).astype(np.float32)
        negatives = tf.matmul(queries, tf.gather(items, ids), transpose_b=True) + tf.gather(self.bias, ids)
        negatives = tf.where(target[:, None] == ids[None, :], -1e9, negatives + correction)
        positive = tf.reduce_sum(queries * tf.gather(items, target), axis=-1) + tf.gather(self.bias, target)
        logits = tf.concat([positive[:, None], negatives], axis=1)
        return mean_or_zero(tf.reduce_logsumexp(logits, axis=1) - positive)

    def mask_features(self, batch: Batch) -> dict[str, tf.Tensor]:
        """Hides times, context and outcomes of whole windows at random from what the transformer reads."""
        batch = dict(batch)
        rows = tf.shape(batch["item"])[0]
        for keys, share in (
            ((names.GAP, names.HOUR, names.WEEKDAY), self.config.mask_times),
            ((names.CONTEXT, names.LISTENER), self.config.mask_context),
        ):
            kept = tf.cast(tf.random.uniform([rows]) >= share, tf.int32)
            for key in keys:
                batch[key] *= tf.reshape(
                    kept, tf.concat([[rows], tf.ones([tf.rank(batch[key]) - 1], tf.int32)], 0)
                )
        kept = tf.cast(tf.random.uniform([rows, 1]) >= self.config.mask_outcomes, tf.int32)
        batch["seen_outcome"] = batch["outcome"] * kept
        return batch


class HeadQuery(tf.keras.layers.Layer):
    """One head: how a listener would take an item, as a dot product, so that a whole catalogue is one matmul."""

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.hidden = tf.keras.layers.Dense(dimension, activation="gelu")
        self.out = tf.keras.layers.Dense(dimension + 1)
        self.item = self.add_weight("item", (dimension,), initializer=small_normal())

    def call(self, queries: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
        """Logits float32 [Q, C] for `queries` float32 [Q, 1, D] and `items` float32 [Q, C, D]."""
        asked = self.out(self.hidden(queries))
        return tf.reduce_sum((asked[..., :-1] + self.item) * items, axis=-1) + asked[..., -1]

    def all_logits(self, queries: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
        """Logits float32 [Q, N + 1] for `queries` float32 [Q, D] and all `items` float32 [N + 1, D]."""
        asked = self.out(self.hidden(queries))
        return tf.matmul(asked[:, :-1] + self.item, items, transpose_b=True) + asked[:, -1:]


def mean_or_zero(values: tf.Tensor) -> tf.Tensor:
    """Mean of float32 [Q], 0 where Q is 0."""
    return tf.math.divide_no_nan(tf.reduce_sum(values), tf.cast(tf.size(values), tf.float32))
