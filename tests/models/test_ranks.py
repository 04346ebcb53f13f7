import numpy as np
import tensorflow as tf

from models import names
from models.ranks import mask_seen, rank_of, target_places
from tests.models import tiny


def test_each_positive_target_is_asked_with_the_events_before_it():
    batch = tiny.batch([[5, 6, 7], [8, 9]])
    batch[names.TARGET] = tf.constant([[0, 1, 1], [1, 1, 0]])
    batch[names.OUTCOME] = tf.constant([[0, names.SKIPPED, 0], [0, 0, 0]])

    places, history, target = target_places(batch)

    assert places.numpy().tolist() == [[0, 2], [1, 0], [1, 1]]
    assert history.numpy().tolist() == [[5, 6, 0], [0, 0, 0], [8, 0, 0]]
    assert target.numpy().tolist() == [7, 8, 9]


def test_ranks_count_better_items_and_earlier_ties():
    scores = tf.constant([[-np.inf, 3.0, 2.0, 2.0, 1.0]])

    assert [int(rank_of(scores, tf.constant([t]))[0]) for t in (1, 2, 3, 4)] == [0, 1, 2, 3]


def test_seen_items_and_none_are_masked_and_a_masked_target_comes_last():
    scores = mask_seen(tf.zeros([1, 5]), tf.constant([[2, 0, 0]]))

    assert scores.numpy().tolist() == [[-np.inf, 0, -np.inf, 0, 0]]
    assert int(rank_of(scores, tf.constant([2]))[0]) == 5
