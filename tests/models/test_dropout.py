import numpy as np
import pytest
import tensorflow as tf

from models.dropout import Dropout


def test_a_share_of_the_values_is_dropped_and_the_others_are_scaled():
    tf.keras.utils.set_random_seed(3)

    values = Dropout(0.25)(tf.ones([301, 99]), training=True).numpy()

    assert set(np.unique(values)) == {np.float32(0.0), np.float32(4 / 3)}
    assert (values == 0).mean() == pytest.approx(0.25, abs=0.01)


def test_each_call_drops_others():
    tf.keras.utils.set_random_seed(3)
    drop = Dropout(0.5)

    first, second = (drop(tf.ones([1000]), training=True).numpy() for _ in range(2))

    assert 0.4 < (first == second).mean() < 0.6


@pytest.mark.parametrize(("share", "training"), [(0.5, False), (0.0, True)])
def test_nothing_is_dropped_of_a_request_or_without_a_share(share, training):
    x = tf.random.normal([3, 5])

    np.testing.assert_array_equal(Dropout(share)(x, training=training), x)


def test_what_was_dropped_has_no_gradient():
    tf.keras.utils.set_random_seed(3)
    x = tf.Variable(tf.ones([40]))
    with tf.GradientTape() as tape:
        y = Dropout(0.5)(x, training=True)

    np.testing.assert_array_equal(tape.gradient(y, x), y)
