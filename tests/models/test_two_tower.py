import numpy as np
import pytest
import tensorflow as tf

from models import names
from models.config import TwoTowerConfig
from models.two_tower import TwoTower
from tests.models import tiny


@pytest.fixture(scope="module")
def model() -> TwoTower:
    tf.keras.utils.set_random_seed(5)
    return TwoTower(
        tiny.catalog(), tiny.plays(), tiny.SIZES, TwoTowerConfig(dimension=8, uniform_negatives=16)
    )


def test_queries_see_only_the_events_before(model):
    first = model.queries(tiny.batch([[1, 2, 3, 4]])).numpy()
    other = model.queries(tiny.batch([[1, 2, 9, 9]])).numpy()

    np.testing.assert_allclose(first[:, :3], other[:, :3], atol=1e-6)
    assert np.abs(first[:, 3] - other[:, 3]).max() > 1e-3


def test_queries_depend_on_the_order_of_the_history(model):
    first = model.queries(tiny.batch([[1, 2, 3, 4]])).numpy()[0, 3]
    other = model.queries(tiny.batch([[3, 1, 2, 4]])).numpy()[0, 3]

    assert np.abs(first - other).max() > 1e-3


def test_the_query_of_one_place_is_the_one_among_all(model):
    batch = tiny.batch([[1, 2, 3, 4], [5, 0, 0, 0], [6, 7, 0, 8]])
    batch[names.GAP] = tf.constant([[0, 1, 2, 3], [4, 0, 0, 0], [0, 5, 6, 0]])
    places = tf.constant([3, 0, 2])

    queries = model.query_at(batch, places, model.items.table())

    expected = tf.gather(model.queries(batch), places, batch_dims=1)
    np.testing.assert_allclose(queries, expected, rtol=1e-5, atol=1e-6)


def test_vectors_have_unit_length(model):
    assert model.candidates().shape == (13, 8)
    np.testing.assert_allclose(np.linalg.norm(model.candidates()[1:], axis=1), 1.0, atol=1e-5)


def test_an_item_without_plays_is_where_its_content_is(model):
    """Item 12 has no plays: its own id vector, whatever it is, must not count."""
    before = model.candidates().numpy()
    model.items.ids.scatter_nd_add([[12], [1]], tf.ones([2, 8]))
    after = model.candidates().numpy()
    model.items.ids.scatter_nd_add([[12], [1]], -tf.ones([2, 8]))

    np.testing.assert_allclose(before[12], after[12], atol=1e-6)
    assert np.abs(before[1] - after[1]).max() > 1e-2


def test_training_learns_what_follows_what():
    tf.keras.utils.set_random_seed(5)
    config = TwoTowerConfig(dimension=16, uniform_negatives=16)
    model = TwoTower(tiny.catalog(), tiny.plays(), tiny.SIZES, config)
    model.compile(optimizer=tf.keras.optimizers.Adam(0.02))
    rows = [[n % 11 + 1, (n + 1) % 11 + 1, (n + 2) % 11 + 1] for n in range(11)]
    data = tf.data.Dataset.from_tensors(tiny.batch(rows)).repeat(80)

    model.fit(data, epochs=1, verbose=0)

    scores = tf.matmul(model.queries(tiny.batch([[4, 5, 6]]))[:, 2], model.candidates(), transpose_b=True)
    assert int(tf.argmax(scores[0, 1:])) + 1 == 6
