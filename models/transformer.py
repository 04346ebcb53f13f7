"""A causal transformer over a listener's history."""

from collections.abc import Callable
from typing import Final

import numpy as np
import tensorflow as tf

from models.dropout import Dropout

_NEVER: Final = -1e9  # added to the score of an event that has not happened yet
_OPEN: Final = 2.0  # where a gate begins: sigmoid(2) = 0.88


class CausalSelfAttention(tf.keras.layers.Layer):
    """Multi-head attention in which position t sees positions up to t, with a learned bias by distance.

    A bias by distance (https://arxiv.org/abs/1910.10683, section 2.1) instead of absolute positions lets a
    window begin anywhere in a history.

        attention = CausalSelfAttention(64, heads=2, max_length=200, dropout=0.2)
        y = attention(x, training=True)  # float32 [B, T, D] to float32 [B, T, D]

    Args:
        dimension: width D, a multiple of `heads`.
        heads: number of heads.
        max_length: distances with a bias of their own; longer ones share the last.
        dropout: share of the attention weights that training drops.
    """

    def __init__(self, dimension: int, heads: int, max_length: int, dropout: float) -> None:
        super().__init__()
        self._heads, self._size = heads, dimension // heads
        self.qkv = tf.keras.layers.Dense(3 * dimension, use_bias=False)
        self.out = tf.keras.layers.Dense(dimension, use_bias=False)
        # each head begins with a slope of its own (https://arxiv.org/abs/2108.12409), from near-sighted to far
        slopes = 0.5 ** (1 + np.arange(heads) * 6 / max(heads - 1, 1))
        slope = tf.keras.initializers.Constant(-slopes[:, None] * np.arange(max_length))
        self.bias = self.add_weight("distance_bias", (heads, max_length), initializer=slope)
        self.dropout = Dropout(dropout)

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        batch, length = tf.shape(x)[0], tf.shape(x)[1]
        query, key, value = self._project(x)
        mixed = self._attend(query, key, value, self._bias_by_distance(length), training=training)
        joined = tf.transpose(mixed, [0, 2, 1, 3])
        return rowwise(self.out, tf.reshape(joined, [batch, length, self._heads * self._size]))

    def output_at(self, x: tf.Tensor, place: tf.Tensor) -> tf.Tensor:
        """Computes what `call` does at `place` int32 [B] of each row alone: float32 [B, D]."""
        query, key, value = self._project(x)
        query = tf.gather(tf.transpose(query, [0, 2, 1, 3]), place, batch_dims=1)[:, :, None]
        distance = place[:, None] - tf.range(tf.shape(x)[1])
        bias = tf.where(distance >= 0, tf.gather(self.bias, self._bucket(distance), axis=1), _NEVER)
        mixed = self._attend(query, key, value, tf.transpose(bias, [1, 0, 2])[:, :, None])
        return self.out(tf.reshape(mixed, [tf.shape(x)[0], self._heads * self._size]))

    def _project(self, x: tf.Tensor) -> list[tf.Tensor]:
        """Makes query, key and value of `x` float32 [B, T, D]: float32 [B, heads, T, D / heads] each."""
        qkv = tf.reshape(rowwise(self.qkv, x), [tf.shape(x)[0], tf.shape(x)[1], 3, self._heads, self._size])
        query, key, value = tf.unstack(tf.transpose(qkv, [2, 0, 3, 1, 4]), num=3)
        return [query * self._size**-0.5, key, value]

    def _attend(
        self, query: tf.Tensor, key: tf.Tensor, value: tf.Tensor, bias: tf.Tensor, training: bool = False
    ) -> tf.Tensor:
        weights = tf.nn.softmax(tf.matmul(query, key, transpose_b=True) + bias)
        return tf.matmul(self.dropout(weights, training=training), value)

    def _bias_by_distance(self, length: tf.Tensor) -> tf.Tensor:
        """Returns what each head adds to the scores of each pair of positions: float32 [heads, T, T].

        All rows are the same numbers, each row one place further to the right than the one above, so they are cut
        from one long tape. To look each pair up instead would cost as much as the attention itself, in the gradient.
        """
        bias = tf.gather(self.bias, self._bucket(tf.range(length)), axis=1)
        tape = tf.concat([bias[:, :1], tf.fill([self._heads, length], _NEVER), bias[:, :0:-1]], axis=1)
        rows = tf.tile(tape, [1, length])[:, : length * (2 * length - 1)]
        return tf.reshape(rows, [self._heads, length, 2 * length - 1])[:, :, :length]

    def _bucket(self, distance: tf.Tensor) -> tf.Tensor:
        return tf.clip_by_value(distance, 0, self.bias.shape[1] - 1)


class TransformerBlock(tf.keras.layers.Layer):
    """Pre-norm block (https://arxiv.org/abs/2002.04745): attention and a feed-forward layer, each added to its input.

    What is added goes through a gate that reads the same input (https://arxiv.org/abs/2502.03417, section 3.2), so
    each position chooses what it takes.

        block = TransformerBlock(64, heads=2, max_length=200, dropout=0.2)
        y = block(x, training=True)  # float32 [B, T, D] to float32 [B, T, D]

    Args:
        dimension: width D, a multiple of `heads`.
        heads: attention heads.
        max_length: longest distance that attention tells from longer ones.
        dropout: share of the values that training drops.
    """

    def __init__(self, dimension: int, heads: int, max_length: int, dropout: float) -> None:
        super().__init__()
        self.attention_norm = tf.keras.layers.LayerNormalization(epsilon=1e-6)
        self.attention = CausalSelfAttention(dimension, heads, max_length, dropout)
        self.feed_norm = tf.keras.layers.LayerNormalization(epsilon=1e-6)
        self.feed = tf.keras.Sequential(
            [tf.keras.layers.Dense(2 * dimension, activation="gelu"), tf.keras.layers.Dense(dimension)]
        )
        self.attention_gate, self.feed_gate = (
            tf.keras.layers.Dense(
                dimension, activation="sigmoid", bias_initializer=tf.keras.initializers.Constant(_OPEN)
            )
            for _ in range(2)
        )
        self.dropout = Dropout(dropout)

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        y = self.attention_norm(x)
        mixed = self.attention(y, training=training) * rowwise(self.attention_gate, y)
        return rowwise(self._fed, x + self.dropout(mixed, training=training), training)

    def output_at(self, x: tf.Tensor, place: tf.Tensor) -> tf.Tensor:
        """Computes what `call` does at `place` int32 [B] of each row alone, without dropout: float32 [B, D]."""
        y = self.attention_norm(x)
        gate = self.attention_gate(tf.gather(y, place, batch_dims=1))
        mixed = tf.gather(x, place, batch_dims=1) + self.attention.output_at(y, place) * gate
        return self._fed(mixed, training=False)

    def _fed(self, x: tf.Tensor, training: bool) -> tf.Tensor:
        """Adds the feed-forward layer to `x` float32 [E, D]."""
        y = self.feed_norm(x)
        return x + self.dropout(self.feed(y) * self.feed_gate(y), training=training)


def rowwise(layer: Callable[..., tf.Tensor], x: tf.Tensor, *arguments: object) -> tf.Tensor:
    """Applies a layer of vectors to each of `x` float32 [B, T, D]: float32 [B, T, any].

    Keras' own way with three axes takes a dozen ops a layer, which a short request pays for.
    """
    rows = layer(tf.reshape(x, [-1, x.shape[-1]]), *arguments)
    return tf.reshape(rows, [*tf.unstack(tf.shape(x)[:2]), rows.shape[-1]])
