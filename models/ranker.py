"""The sequential ranker: a causal transformer whose every position ranks the next item.

A score is a sum of evidence: the transformer's logit, the evidence of `models.memory`, and
`RankerConfig.head_weight` times that of the outcome heads.
"""

import itertools
from collections.abc import Sequence
from typing import Final

import numpy as np
import tensorflow as tf

from models import names
from models.catalog_arrays import CatalogArrays
from models.config import RankerConfig
from models.dropout import Dropout
from models.layers import (
    Batch,
    FeatureSizes,
    ItemEncoder,
    RequestEncoder,
    embed_known,
    positives,
    renumber,
    requests_at,
    shift_right,
    small_normal,
)
from models.losses import NO_LOGIT, full_softmax, hits_of, softmax_in_chunks, target_logits
from models.masking import mask_features
from models.memory.evidence import COUNTS, Evidence, Shares
from models.memory.evidence_layer import EvidenceLayer, NamedItems
from models.outcome_head import OutcomeHead, outcome_evidence, outcome_loss
from models.samplers import Sample, UniformSampler
from models.transformer import TransformerBlock, rowwise

HEAD_LOSS_WEIGHT = 0.2
PARTS: Final = (4, 8, 12, 15, 16)
"""Where the parts of a training batch end whose rows are padded alike, in sixteenths of its rows, shortest first."""
_READ: Final = (names.ITEM, names.SEEN_OUTCOME, names.GAP, names.HOUR, names.WEEKDAY, names.CONTEXT)
DROPOUT = 0.2
"""Share of activations that training drops where the settings don't say."""


class Ranker(tf.keras.Model):
    """The transformer ranker (compare SASRec, https://arxiv.org/abs/1808.09781).

        table = ranker.items.table()
        query = ranker.queries(batch, table)[:, -1]
        scores = ranker.score_all(query, batch[names.ITEM], table)

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
        catalog: CatalogArrays,
        plays: np.ndarray,
        sizes: FeatureSizes,
        max_length: int,
        heads: Sequence[str],
        config: RankerConfig,
    ) -> None:
        super().__init__()
        width, played = config.dimension, plays > 0
        self.config, self.heads = config, tuple(heads)
        # embedding
        self._scale = config.logit_scale or 0.0
        self.items = ItemEncoder(catalog, played, width, unit=self._scale > 0)
        self.item_norm = tf.keras.layers.LayerNormalization(epsilon=1e-6)
        self.request = RequestEncoder(sizes, width)
        self.start = self.add_weight("start", (width,), initializer=small_normal())
        self.outcome = self.add_weight(
            "outcome", (len(names.OUTCOME_NAMES), width), initializer=small_normal()
        )
        dropout = DROPOUT if config.dropout is None else config.dropout
        self.dropout = Dropout(dropout)
        # blocks
        self.blocks = [
            TransformerBlock(width, config.heads, max_length + 1, dropout) for _ in range(config.blocks)
        ]
        # heads
        self.norm = tf.keras.layers.LayerNormalization(epsilon=1e-6)
        self.out = tf.keras.layers.Dense(width)
        # an item without plays starts as a middling one would
        log_plays = np.log(np.where(played, plays, np.median(plays[played])))
        prior = tf.keras.initializers.Constant(log_plays - log_plays.max())
        self.bias = self.add_weight("bias", (catalog.size + 1,), initializer=prior)
        self.head_query = {head: OutcomeHead(width) for head in self.heads}
        self._evidence: EvidenceLayer | None = None
        self._evidence_weight = 0.0
        # loss
        self._unplayed = tf.constant(~played)
        large = played.sum() > config.softmax_items
        self._sampler = UniformSampler(plays, config.softmax_items) if large else None

    def activations(self, batch: Batch, items: tf.Tensor, training: bool = False) -> dict[str, tf.Tensor]:
        """Computes what each part of the network makes of a batch, in order; position t sees events before t.

        Args:
            batch: the windows.
            items: float32 [N + 1, D].
            training: whether dropout applies.

        Returns:
            float32 [B, T, D] each: `embedding`, `block_0` and so on, `request`, `queries`.
        """
        x = self._embed(batch, items)
        outputs = {"embedding": x}
        x = self.dropout(x, training=training)
        for number, block in enumerate(self.blocks):
            x = outputs[f"block_{number}"] = block(x, training=training)
        outputs["request"] = self.request(batch)
        outputs["queries"] = rowwise(self._query, rowwise(self.norm, x) + outputs["request"])
        return outputs

    def queries(self, batch: Batch, items: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Computes what each position asks for: float32 [B, T, D]. Position t has seen the events before t."""
        return self.activations(batch, items, training=training)["queries"]

    def query_at(self, batch: Batch, place: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
        """Computes what `queries` does at `place` int32 [B] of each row alone: float32 [B, D]."""
        x = self._embed(batch, items)
        for block in self.blocks[:-1]:
            x = block(x)
        last = self.norm(self.blocks[-1].output_at(x, place))
        return self._query(last + self.request(requests_at(batch, place))[:, 0])

    def _query(self, x: tf.Tensor) -> tf.Tensor:
        """Makes the queries of what the blocks give, float32 [E, D]: their products with item vectors are logits.

        Where histories are short, a plain product grows with what was learnt by heart of one listener; a cosine
        can't (NISER, https://arxiv.org/abs/1909.04276).
        """
        queries = self.out(x)
        return self._scale * tf.math.l2_normalize(queries, axis=1) if self._scale else queries

    def _embed(self, batch: Batch, items: tf.Tensor) -> tf.Tensor:
        """Makes the blocks' input of the events before each position: float32 [B, T, D]."""
        events = tf.gather(items, batch[names.ITEM]) + embed_known(self.outcome, batch[names.SEEN_OUTCOME])
        events += embed_known(self.request.gap, batch[names.GAP])
        x = shift_right(self.item_norm(events))
        return x + tf.one_hot([0], tf.shape(x)[1])[..., None] * self.start

    def logits(self, queries: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
        """Computes next-item logits of `queries` float32 [Q, D] over the catalogue: float32 [Q, N + 1]."""
        return tf.matmul(queries, items, transpose_b=True) + self.bias

    def head_logits(self, queries: tf.Tensor, items: tf.Tensor) -> dict[str, tf.Tensor]:
        """Computes each head's logits float32 [Q].

        Args:
            queries: float32 [Q, D].
            items: float32 [Q, D], one item for each.
        """
        outcome_queries = {head: layer(queries) for head, layer in self.head_query.items()}
        return {
            head: tf.reduce_sum(vectors * items, axis=1) + offsets[:, 0]
            for head, (vectors, offsets) in outcome_queries.items()
        }

    def add_evidence(self, evidence: Evidence, weight: float, shares: Shares = COUNTS) -> None:
        """Adds the evidence to the score, `weight` times, in which each memory has its share."""
        self._evidence, self._evidence_weight = EvidenceLayer(evidence, shares), weight

    def remembered(self, history: tf.Tensor) -> tf.Tensor:
        """Computes the evidence alone.

        Args:
            history: int32 [B, T].

        Returns:
            float32 [B, N + 1]; 0 without evidence.
        """
        if self._evidence is None:
            return tf.zeros([tf.shape(history)[0], self.bias.shape[0]])
        return self._evidence(history)

    def named(self, history: tf.Tensor, candidates: tf.Tensor) -> NamedItems:
        """Computes the evidence of the few items that it names, and of `candidates` int32 [B, C].

        Args:
            history: int32 [B, T].
            candidates: int32 [B, C].
        """
        if self._evidence is None:
            none = tf.zeros([tf.shape(candidates)[0], 1])
            return NamedItems(tf.cast(none, tf.int32), none, tf.zeros(tf.shape(candidates)))
        return self._evidence.named(history, candidates)

    @property
    def evidence_tables(self) -> tf.Module | None:
        """The tables of the evidence: Keras doesn't track them, so whoever saves a graph must."""
        return None if self._evidence is None else self._evidence.tables

    def score_all(self, queries: tf.Tensor, history: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
        """Scores the whole catalogue.

        Args:
            queries: float32 [B, D].
            history: int32 [B, T], left-aligned, oldest first, 0 where there is no event.
            items: float32 [N + 1, D].

        Returns:
            float32 [B, N + 1].
        """
        scores = self._next_item_scores(queries, history, items)
        outcome_queries = {head: layer(queries) for head, layer in self.head_query.items()}
        logits = {
            head: tf.matmul(vectors, items, transpose_b=True) + offsets
            for head, (vectors, offsets) in outcome_queries.items()
        }
        return scores + self.config.head_weight * outcome_evidence(logits)

    def score(
        self, queries: tf.Tensor, history: tf.Tensor, candidates: tf.Tensor, items: tf.Tensor
    ) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
        """Scores `candidates` int32 [B, C] as `score_all` does; -inf where 0.

        Returns:
            float32 [B, C] scores, and each head's probability float32 [B, C].
        """
        return self.score_remembered(queries, candidates, self.named(history, candidates).candidates, items)

    def score_remembered(
        self, queries: tf.Tensor, candidates: tf.Tensor, remembered: tf.Tensor, items: tf.Tensor
    ) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
        """Does what `score` does, for candidates whose evidence is known: `remembered` float32 [B, C]."""
        outcome_queries = {head: layer(queries) for head, layer in self.head_query.items()}
        # the vectors of the candidates are read once, for the next item and the heads together
        columns = tf.stack([queries, *(vectors for vectors, _ in outcome_queries.values())], axis=2)
        products = tf.unstack(
            tf.matmul(tf.gather(items, candidates), columns), num=1 + len(outcome_queries), axis=2
        )
        scores = products[0] + tf.gather(self.bias, candidates) + self._evidence_weight * remembered
        logits = {
            head: product + offsets
            for (head, (_, offsets)), product in zip(outcome_queries.items(), products[1:], strict=True)
        }
        scores += self.config.head_weight * outcome_evidence(logits)
        scores = tf.where(candidates > 0, scores, -np.inf)
        return scores, {head: tf.sigmoid(logit) for head, logit in logits.items()}

    def _next_item_scores(self, queries: tf.Tensor, history: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
        scores = self.logits(queries, items)
        if self._evidence is not None:
            scores += self._evidence_weight * self._evidence(history)
        return scores

    @tf.autograph.experimental.do_not_convert  # nothing here needs it, and it costs more than a small fit
    def train_step(self, batch: Batch) -> dict[str, tf.Tensor]:
        config = self.config
        batch = mask_features(
            batch, times=config.mask_times, context=config.mask_context, outcomes=config.mask_outcomes
        )
        with tf.GradientTape() as tape:
            losses = self.losses_of(batch, training=True)
            loss = sum(losses.values())
        self.optimizer.minimize(loss, self.trainable_variables, tape=tape)
        return {"loss": loss, **losses}

    def losses_of(self, batch: Batch, training: bool) -> dict[str, tf.Tensor]:
        """Computes the mean losses: `next_item`, and one a head."""
        places = tf.where(positives(batch))
        sample = None
        if self._sampler is None:
            items, bias = self.items.table(training=training), tf.where(self._unplayed, NO_LOGIT, self.bias)
        else:
            sample = self._sampler(tf.gather_nd(batch[names.ITEM], places))
            index, batch, sampled = renumber(batch, sample.items)
            sample = sample._replace(items=sampled)
            items, bias = self.items.vectors(index, training=training), tf.gather(self.bias, index)
        queries, events = self._queries_of_events(batch, items, training), batch[names.ITEM] > 0
        target = tf.gather_nd(batch[names.ITEM], places)
        at_targets = tf.boolean_mask(queries, tf.boolean_mask(positives(batch), events))
        losses = {"next_item": next_item_loss(at_targets, target, items, bias, sample)}
        if self.heads:
            known = events & (batch[names.TARGET] > 0) & (batch[names.OUTCOME] != names.UNKNOWN)
            played = tf.gather(items, tf.boolean_mask(batch[names.ITEM], known))
            outcome = tf.boolean_mask(batch[names.OUTCOME], known)
            at_known = tf.boolean_mask(queries, tf.boolean_mask(known, events))
            for head, logits in self.head_logits(at_known, played).items():
                losses[head] = HEAD_LOSS_WEIGHT * outcome_loss(head, logits, outcome)
        return losses

    def _queries_of_events(self, batch: Batch, items: tf.Tensor, training: bool) -> tf.Tensor:
        """Computes what the place of each event asks for: float32 [E, D], in the order of `batch[names.ITEM] > 0`.

        Rows of like length go through the blocks together, as far as the longest of them: that saves padding.
        """
        item = batch[names.ITEM]
        lengths = tf.reduce_max(tf.where(item > 0, tf.range(1, tf.shape(item)[1] + 1), 1), axis=1)
        rows, queries = tf.shape(item)[0], []
        for start, end in itertools.pairwise((0, *(rows * sixteenths // 16 for sixteenths in PARTS))):
            longest = tf.maximum(tf.reduce_max(lengths[start:end]), 1)
            part = {name: batch[name][start:end, :longest] for name in _READ}
            part[names.LISTENER] = batch[names.LISTENER][start:end]
            queries.append(self._part(part, items, training))
        return tf.concat(queries, axis=0)

    @tf.function(autograph=False, reduce_retracing=True)  # traced once, not once a part
    def _part(self, batch: Batch, items: tf.Tensor, training: bool) -> tf.Tensor:
        return tf.boolean_mask(self.queries(batch, items, training=training), batch[names.ITEM] > 0)


def next_item_loss(
    queries: tf.Tensor, target: tf.Tensor, items: tf.Tensor, bias: tf.Tensor, sample: Sample | None
) -> tf.Tensor:
    """Computes the softmax loss of the next items.

    Args:
        queries: float32 [Q, D].
        target: int32 [Q], a row of `items` each.
        items: float32 [V, D], the catalogue or the items that a step needs.
        bias: float32 [V], theirs; `NO_LOGIT` for those that are no negatives.
        sample: the negatives, rows of `items`; None for all items.
    """
    if sample is None:
        return full_softmax(queries, items, bias, target)
    return softmax_in_chunks(
        queries,
        target_logits(queries, items, bias, target) - sample.target_log_q,
        tf.gather(items, sample.items),
        tf.gather(bias, sample.items) - sample.log_q,
        hits_of(target, sample.items),
    )
