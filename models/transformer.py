"""A causal transformer over a listener's history."""

import numpy as np
import tensorflow as tf


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
        self.dropout = tf.keras.layers.Dropout(dropout)

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        batch, length = tf.shape(x)[0], tf.shape(x)[1]
        query, key, value = self._project(x)
        bias = self._bias_of(tf.range(length)[:, None] - tf.range(length)[None, :])
        scores = tf.matmul(query, key, transpose_b=True) * self._size**-0.5 + bias
        weights = self.dropout(tf.nn.softmax(scores), training=training)
        mixed = tf.transpose(tf.matmul(weights, value), [0, 2, 1, 3])
        return self.out(tf.reshape(mixed, [batch, length, self._heads * self._size]))

    def output_at(self, x: tf.Tensor, place: tf.Tensor) -> tf.Tensor:
        """Computes what `call` does at `place` int32 [B] of each row alone: float32 [B, D]."""
        query, key, value = self._project(x)
        query = tf.gather(tf.transpose(query, [0, 2, 1, 3]), place, batch_dims=1)[:, :, None]
        bias = self._bias_of(place[:, None] - tf.range(tf.shape(x)[1]))
        bias = tf.transpose(bias, [1, 0, 2])[:, :, None]
        scores = tf.matmul(query, key, transpose_b=True) * self._size**-0.5 + bias
        mixed = tf.matmul(tf.nn.softmax(scores), value)
        return self.out(tf.reshape(mixed, [tf.shape(x)[0], self._heads * self._size]))

    def _project(self, x: tf.Tensor) -> list[tf.Tensor]:
        """Makes query, key and value of `x` float32 [B, T, D]: float32 [B, heads, T, D / heads] each."""
        qkv = tf.reshape(self.qkv(x), [tf.shape(x)[0], tf.shape(x)[1], 3, self._heads, self._size])
        return tf.unstack(tf.transpose(qkv, [2, 0, 3, 1, 4]), num=3)

    def _bias_of(self, distance: tf.Tensor) -> tf.Tensor:
        """Returns what each head adds to the scores of events that lie `distance` int32 [...] back."""
        bias = tf.gather(self.bias, tf.clip_by_value(distance, 0, self.bias.shape[1] - 1), axis=1)
        return tf.where(distance >= 0, bias, -1e9)


class TransformerBlock(tf.keras.layers.Layer):
    """Pre-norm block (https://arxiv.org/abs/2002.04745): attention and a feed-forward layer, each added to its input.

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
        self.dropout = tf.keras.layers.Dropout(dropout)

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        x += self.dropout(self.attention(self.attention_norm(x), training=training), training=training)
        return x + self.dropout(self.feed(self.feed_norm(x)), training=training)

    def output_at(self, x: tf.Tensor, place: tf.Tensor) -> tf.Tensor:
        """Computes what `call` does at `place` int32 [B] of each row alone, without dropout: float32 [B, D]."""
        y = tf.gather(x, place, batch_dims=1) + self.attention.output_at(self.attention_norm(x), place)
        y = y[:, None]
        return (y + self.feed(self.feed_norm(y)))[:, 0]
