import dataclasses

import numpy as np
import tensorflow as tf

from models import names
from models.layers import (
    ItemEncoder,
    RequestEncoder,
    as_served,
    embed_known,
    have_own_content,
    positives,
    renumber,
    shift_right,
)
from tests.models import tiny


def test_an_items_vector_is_its_own_plus_the_scaled_sum_of_its_contents():
    """Item 12 has two tokens and no plays; item 1 has one token."""
    encoder = ItemEncoder(tiny.catalog(), tiny.plays() > 0, 4)
    encoder.ids.assign(np.full((13, 4), 10.0))
    encoder.tokens.assign(np.outer([0.0, 1.0, 2.0, 3.0], np.ones(4)))

    table = encoder.table().numpy()

    assert table.shape == (13, 4)
    assert table[0].tolist() == [0.0] * 4
    assert table[1].tolist() == [11.0] * 4
    np.testing.assert_allclose(table[12], (2.0 + 3.0) / np.sqrt(2.0), rtol=1e-6)


def test_training_drops_some_id_vectors_whole_of_items_with_content_of_their_own():
    tf.keras.utils.set_random_seed(3)
    catalog = tiny.catalog()
    catalog.content[1:7, 1] = 10 + np.arange(6)
    catalog = dataclasses.replace(catalog, content_size=16)
    encoder = ItemEncoder(catalog, tiny.plays() > 0, 4, id_dropout=0.5)
    encoder.ids.assign(np.ones((13, 4)))
    encoder.tokens.assign(np.zeros((17, 4)))

    sums = encoder.vectors(tf.range(13), training=True).numpy().sum(axis=1)

    assert set(sums) == {0.0, 4.0}
    assert 0 < (sums[1:7] == 0).sum() < 6
    assert sums[7:12].tolist() == [4.0] * 5


def test_content_that_many_items_share_is_none_of_their_own():
    content = np.zeros((402, 3), np.int32)
    content[1:, 0] = 7  # what all have
    content[1:5, 1:] = [3, 5]
    content[5:9, 1:] = [[5, 3], [3, 5], [4, 4], [8, 0]]  # in another order, and three of their own
    content[9:14, 1] = 9  # five have the same, of 401
    content[401, 0] = 0  # none at all

    assert np.flatnonzero(have_own_content(content)).tolist() == [7, 8]
    assert np.flatnonzero(have_own_content(np.concatenate([content, content[-1:].repeat(400, axis=0)]))).tolist() == [
        *range(1, 14)
    ]  # fmt: skip


def test_the_vectors_of_some_items_are_rows_of_the_table():
    encoder = ItemEncoder(tiny.catalog(), tiny.plays() > 0, 4)

    vectors = encoder.vectors(tf.constant([12, 0, 3, 1]))

    np.testing.assert_array_equal(vectors, tf.gather(encoder.table(), [12, 0, 3, 1]))


def test_only_the_items_that_were_asked_for_and_their_contents_have_gradients():
    """Item 3 is an even place in the list, so a track: token 1; item 12 is an episode by `rare`: tokens 2 and 3."""
    encoder = ItemEncoder(tiny.catalog(), tiny.plays() > 0, 4)
    with tf.GradientTape() as tape:
        vectors = encoder.vectors(tf.constant([12, 3]))

    ids, tokens = tape.gradient(vectors, [encoder.ids, encoder.tokens])

    assert ids.indices.numpy().tolist() == [12, 3]
    assert sorted(tokens.indices.numpy().tolist()) == [1, 2, 3]
    np.testing.assert_allclose(tf.convert_to_tensor(tokens)[1:, 0], [1.0, 0.5**0.5, 0.5**0.5])


def test_the_items_of_a_batch_and_others_are_numbered_anew_with_none_first():
    index, batch, others = renumber(tiny.batch([[7, 3, 7], [9]]), tf.constant([3, 11]))

    assert index.numpy().tolist() == [0, 7, 3, 9, 11]
    assert batch[names.ITEM].numpy().tolist() == [[1, 2, 1], [3, 0, 0]]
    assert others.numpy().tolist() == [2, 4]


def test_a_request_without_times_and_tokens_adds_nothing_and_tokens_add_up():
    encoder = RequestEncoder(tiny.SIZES, 4)
    encoder.token.assign(np.outer([0.0, 1.0, 2.0, 4.0], np.ones(4)))
    batch = tiny.batch([[1, 2]])
    batch[names.CONTEXT] = tf.constant([[[0], [3]]])
    batch[names.LISTENER] = tf.constant([[1, 2]])

    request = encoder(batch).numpy()

    assert request[0, :, 0].tolist() == [3.0, 7.0]
    assert not encoder(tiny.batch([[1, 2]])).numpy().any()


def test_an_unknown_value_has_no_vector():
    assert embed_known(tf.ones([3, 2]), tf.constant([0, 2])).numpy().tolist() == [[0.0, 0.0], [1.0, 1.0]]


def test_a_shift_moves_each_event_to_the_place_after_it():
    assert shift_right(tf.constant([[1, 2, 3]])).numpy().tolist() == [[0, 1, 2]]


def test_positives_are_targets_with_an_item_that_were_not_skipped():
    batch = tiny.batch([[1, 0, 3, 4]])
    batch[names.TARGET] = tf.constant([[1, 1, 1, 0]])
    batch[names.OUTCOME] = tf.constant([[names.COMPLETED, 0, names.SKIPPED, 0]])

    assert positives(batch).numpy().tolist() == [[True, False, False, False]]


def test_a_served_request_shows_no_outcomes():
    batch = tiny.batch([[1, 2]])
    batch[names.SEEN_OUTCOME] = tf.constant([[3, 3]])

    assert as_served(batch)[names.SEEN_OUTCOME].numpy().tolist() == [[0, 0]]


def test_items_begin_with_vectors_of_the_length_of_those_that_are_drawn() -> None:
    encoder = ItemEncoder(tiny.catalog(), tiny.plays() > 0, 4)
    drawn = encoder.ids.numpy()
    vectors = np.zeros((13, 4), np.float32)
    vectors[3] = [0.6, 0.8, 0.0, 0.0]

    encoder.begin_with(vectors)

    np.testing.assert_allclose(encoder.ids[3], [0.06, 0.08, 0.0, 0.0], rtol=1e-6)
    np.testing.assert_array_equal(np.delete(encoder.ids, 3, axis=0), np.delete(drawn, 3, axis=0))
