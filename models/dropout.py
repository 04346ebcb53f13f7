"""Dropout that spends a random byte on each value."""

import tensorflow as tf


class Dropout(tf.keras.layers.Layer):
    """Drops a share of the values in training, and scales the others so that their mean stays.

    Keras draws a float for each value, four times as many random bits, and that takes longer than the layers around
    it. A byte makes the share a multiple of 1/256.

        y = Dropout(0.2)(x, training=True)  # float32, of the shape of x

    Args:
        share: of the values that are dropped, in [0, 1).
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self._dropped = round(share * 256)

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        if not training or not self._dropped:
            return x
        size = tf.size(x)
        words = tf.random.uniform([(size + 3) // 4], tf.int32.min, tf.int32.max, tf.int32)
        drawn = tf.reshape(tf.reshape(tf.bitcast(words, tf.uint8), [-1])[:size], tf.shape(x))
        return tf.where(drawn >= self._dropped, x * (256 / (256 - self._dropped)), 0.0)
