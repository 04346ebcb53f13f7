import numpy as np
import pytest
import tensorflow as tf

from models.transformer import CausalSelfAttention, TransformerBlock

X = np.random.default_rng(3).normal(size=(2, 5, 8)).astype(np.float32)


@pytest.fixture(scope="module", params=[CausalSelfAttention, TransformerBlock])
def layer(request) -> tf.keras.layers.Layer:
    tf.keras.utils.set_random_seed(3)
    return request.param(8, heads=2, max_length=4, dropout=0.5)


def test_a_position_sees_no_later_one(layer):
    changed = X.copy()
    changed[:, 3:] += 1.0

    first, other = layer(X).numpy(), layer(changed).numpy()

    assert first.shape == X.shape
    np.testing.assert_allclose(first[:, :3], other[:, :3], atol=1e-5)
    assert np.abs(first[:, 3:] - other[:, 3:]).max() > 1e-3


def test_the_output_of_one_place_is_the_one_among_all(layer):
    output = layer.output_at(tf.constant(X), tf.constant([4, 1]))

    np.testing.assert_allclose(output, layer(X).numpy()[[0, 1], [4, 1]], rtol=1e-5, atol=1e-6)


def test_dropout_applies_in_training_alone(layer):
    np.testing.assert_array_equal(layer(X), layer(X))
    assert np.abs(layer(X, training=True) - layer(X)).max() > 1e-3


@pytest.mark.parametrize("length", [1, 2, 5])
def test_training_in_spans_gives_what_a_request_does(length):
    tf.keras.utils.set_random_seed(3)
    attention = CausalSelfAttention(8, heads=2, max_length=4, dropout=0.0)

    np.testing.assert_allclose(
        attention(X[:, :length], training=True), attention(X[:, :length]), rtol=1e-5, atol=1e-6
    )


def test_a_window_may_begin_anywhere_in_a_history():
    """Attention knows distances alone, so an event before the window's first one is the only difference."""
    tf.keras.utils.set_random_seed(3)
    attention = CausalSelfAttention(8, heads=2, max_length=4, dropout=0.0)

    same = attention(np.repeat(X[:, :1], 4, axis=1)).numpy()

    np.testing.assert_allclose(same, np.repeat(same[:, :1], 4, axis=1), atol=1e-5)


def test_each_head_begins_with_a_slope_of_its_own():
    attention = CausalSelfAttention(8, heads=2, max_length=3, dropout=0.0)

    np.testing.assert_allclose(attention.bias, [[0, -0.5, -1], [0, -(0.5**7), -(0.5**6)]])
