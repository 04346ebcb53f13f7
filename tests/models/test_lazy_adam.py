"""Lazy updates are Adam's, for the rows that were read."""

import numpy as np
import tensorflow as tf

from models.lazy_adam import LazyAdam

TABLE = np.random.default_rng(3).normal(size=(5, 2)).astype(np.float32)
WEIGHTS = np.random.default_rng(4).normal(size=(4, 2)).astype(np.float32)


def trained(optimizer: tf.keras.optimizers.Optimizer, steps: list[list[int]], *, dense: bool) -> np.ndarray:
    """The table after a step for each list of rows, whose loss is a different sum of those rows each."""
    table = tf.Variable(TABLE)
    optimizer.build([table])
    for rows in steps:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.gather(table, rows) * WEIGHTS[: len(rows)] ** len(rows))
        (gradient,) = tape.gradient(loss, [table])
        optimizer.apply_gradients([(tf.convert_to_tensor(gradient) if dense else gradient, table)])
    return table.numpy()


def test_rows_that_each_step_reads_are_updated_as_by_adam():
    steps = [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]]

    lazy = trained(LazyAdam(0.1), steps, dense=False)

    np.testing.assert_allclose(
        lazy[:4], trained(tf.keras.optimizers.Adam(0.1), steps, dense=True)[:4], rtol=1e-5
    )


def test_a_row_that_a_step_does_not_read_keeps_its_value():
    """Adam would go on moving row 0 after the step that read it."""
    before, after = ([[0, 1]], [[0, 1], [1, 2], [1, 3]])

    np.testing.assert_array_equal(
        trained(LazyAdam(0.1), before, dense=False)[0], trained(LazyAdam(0.1), after, dense=False)[0]
    )


def test_a_row_goes_on_from_the_moments_that_its_last_update_left():
    """By hand: gradients 1 at step 1 and 1 at step 3, moments 0.1 then 0.19, 0.001 then 0.001999."""
    table = tf.Variable([[0.0], [0.0]])
    optimizer = LazyAdam(0.1, epsilon=0.0)
    optimizer.build([table])
    for row in (0, 1, 0):
        optimizer.apply_gradients([(tf.IndexedSlices(tf.ones([1, 1]), tf.constant([row])), table)])

    first = -0.1
    second = -0.1 * np.sqrt(1 - 0.999**3) / (1 - 0.9**3) * 0.19 / np.sqrt(0.001999)
    np.testing.assert_allclose(table[0], [first + second], rtol=1e-4)


def test_a_row_that_was_read_twice_is_updated_once_with_the_sum():
    twice, once = ([[0, 0]], [[0]])
    table = trained(LazyAdam(0.1), twice, dense=False)

    assert np.abs(table[0] - TABLE[0]).max() < 0.11  # one step of the learning rate at most
    np.testing.assert_array_equal(table[1:], trained(LazyAdam(0.1), once, dense=False)[1:])


def test_the_norm_that_clips_is_that_of_the_sums():
    """Gradients 3 and -3 of one row are no gradient at all, and 4 of another is clipped to 1."""
    optimizer = LazyAdam(0.1, clipnorm=1.0)
    rows = tf.IndexedSlices(tf.constant([[3.0], [-3.0], [4.0]]), tf.constant([0, 0, 1]), tf.constant([2, 1]))

    (clipped,) = optimizer._clip_gradients([rows])

    np.testing.assert_allclose(tf.convert_to_tensor(clipped), [[0.0], [1.0]])


def test_a_dense_gradient_is_adams():
    steps = [[0, 1], [2, 3], [4, 0]]

    np.testing.assert_array_equal(
        trained(LazyAdam(0.1), steps, dense=True), trained(tf.keras.optimizers.Adam(0.1), steps, dense=True)
    )
