"""Adam for tables of which a step reads few rows."""

import tensorflow as tf


class LazyAdam(tf.keras.optimizers.Adam):
    """Adam (https://arxiv.org/abs/1412.6980) that leaves the rows of a table alone which a step has not read.

    Keras' Adam lets the moments of all rows fade and moves all rows at each step, so a step costs as much as the
    table is large. Here a row that was read is updated as Adam would, from moments that are as its last update
    left them; any other keeps its value and its moments. Norms that clip are those of the sums over a row's
    gradients.

        model.compile(optimizer=LazyAdam(2e-3, clipnorm=5.0))

    Args:
        learning_rate: step size or schedule, and further arguments, as for `tf.keras.optimizers.Adam`.
    """

    def update_step(self, gradient: tf.Tensor | tf.IndexedSlices, variable: tf.Variable) -> None:
        """Updates a variable; a gradient of rows updates those rows alone."""
        if not isinstance(gradient, tf.IndexedSlices):
            super().update_step(gradient, variable)
            return
        place = self._index_dict[self._var_key(variable)]
        first, second = self._momentums[place], self._velocities[place]
        step = tf.cast(self.iterations + 1, variable.dtype)
        correction = tf.sqrt(1 - tf.pow(self.beta_2, step)) / (1 - tf.pow(self.beta_1, step))
        rate = self.learning_rate * correction
        rows, values = gradient.indices, gradient.values
        mean, square = tf.gather(first, rows), tf.gather(second, rows)
        mean += (values - mean) * (1 - self.beta_1)
        square += (tf.square(values) - square) * (1 - self.beta_2)
        first.scatter_update(tf.IndexedSlices(mean, rows))
        second.scatter_update(tf.IndexedSlices(square, rows))
        variable.scatter_sub(tf.IndexedSlices(rate * mean / (tf.sqrt(square) + self.epsilon), rows))

    def _clip_gradients(
        self, grads: list[tf.Tensor | tf.IndexedSlices]
    ) -> list[tf.Tensor | tf.IndexedSlices]:
        """Sums the gradients of a row that was read more than once, before norms are taken."""
        return super()._clip_gradients(self._deduplicate_sparse_grad(grads))
