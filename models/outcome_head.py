"""Heads that foresee how a listener would take an item: played through, skipped."""

from collections.abc import Mapping
from typing import Final

import tensorflow as tf

from models import names
from models.layers import small_normal
from models.losses import mean_or_zero

OUTCOMES: Final = {names.P_COMPLETE: names.COMPLETED, names.P_SKIP: names.SKIPPED}
"""The outcome whose probability each head gives."""


class OutcomeHead(tf.keras.layers.Layer):
    """Makes the query of one outcome: its logit for an item is a dot product and an offset.

        vectors, offsets = OutcomeHead(dimension=64)(queries)
        p_skip = tf.sigmoid(tf.matmul(vectors, items, transpose_b=True) + offsets)  # float32 [Q, N + 1]

    Args:
        dimension: width D of queries and items.
    """

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.hidden = tf.keras.layers.Dense(dimension, activation="gelu")
        self.out = tf.keras.layers.Dense(dimension + 1)
        self.item = self.add_weight("item", (dimension,), initializer=small_normal())

    def call(self, queries: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Computes vectors float32 [Q, D] and offsets float32 [Q, 1] of `queries` float32 [Q, D]."""
        projected = self.out(self.hidden(queries))
        return projected[:, :-1] + self.item, projected[:, -1:]


def outcome_loss(head: str, logits: tf.Tensor, outcome: tf.Tensor) -> tf.Tensor:
    """Computes the mean binary cross-entropy of a head; 0 if there is no event.

    Args:
        head: `names.P_COMPLETE` or `names.P_SKIP`.
        logits: float32 [E].
        outcome: int32 [E], known outcomes.
    """
    label = tf.cast(outcome == OUTCOMES[head], tf.float32)
    return mean_or_zero(tf.nn.sigmoid_cross_entropy_with_logits(label, logits))


def outcome_evidence(logits: Mapping[str, tf.Tensor]) -> tf.Tensor:
    """Sums what the heads say for an item: log p_complete + log(1 - p_skip), of those heads that exist.

    Args:
        logits: float32 [...] of each head.

    Returns:
        float32 [...]; 0 without a head.
    """
    evidence = tf.constant(0.0)
    if names.P_COMPLETE in logits:
        evidence += tf.math.log_sigmoid(logits[names.P_COMPLETE])
    if names.P_SKIP in logits:
        evidence += tf.math.log_sigmoid(-logits[names.P_SKIP])
    return evidence
