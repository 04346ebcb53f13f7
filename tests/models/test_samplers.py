import numpy as np
import pytest
import tensorflow as tf

from models.samplers import MixedSampler, UniformSampler

PLAYS = np.array([0, 6, 0, 3, 1])


def test_uniform_draws_hold_played_items_alone_each_about_as_often():
    tf.random.set_seed(3)

    items = UniformSampler(PLAYS, count=3000)(tf.constant([1])).items

    assert items.dtype == tf.int32
    counts = np.bincount(items, minlength=5)
    assert counts[[0, 2]].tolist() == [0, 0]
    assert (np.abs(counts[[1, 3, 4]] - 1000) < 100).all()


def test_uniform_log_q_is_the_log_of_how_often_an_item_is_expected():
    sample = UniformSampler(PLAYS, count=6)(tf.constant([1, 3]))

    assert float(sample.log_q) == pytest.approx(np.log(2.0))  # 6 draws among 3 items
    assert float(sample.target_log_q) == 0.0


def test_a_mixed_sample_begins_with_the_targets():
    sample = MixedSampler(PLAYS, uniform=5)(tf.constant([4, 1]))

    assert sample.items.shape == (7,)
    assert sample.items[:2].numpy().tolist() == [4, 1]
    np.testing.assert_array_equal(sample.target_log_q, sample.log_q[:2])


def test_mixed_log_q_is_that_of_both_sources_together():
    """Item 1 is expected on 2 * 6/10 + 3/3 of 2 in-batch and 3 uniform places, item 4 on 2 * 1/10 + 3/3."""
    sample = MixedSampler(PLAYS, uniform=3)(tf.constant([1, 4]))

    np.testing.assert_allclose(sample.log_q[:2], np.log([2.2 / 5, 1.2 / 5]), rtol=1e-6)


def test_a_mixed_sample_may_be_in_batch_alone():
    sample = MixedSampler(PLAYS, uniform=0)(tf.constant([4, 1]))

    assert sample.items.numpy().tolist() == [4, 1]
    np.testing.assert_allclose(sample.log_q, np.log([1 / 10, 6 / 10]), rtol=1e-6)


def test_the_samples_of_one_seed_are_the_same():
    def draw() -> list[int]:
        tf.random.set_seed(3)
        return UniformSampler(PLAYS, count=20).draw().numpy().tolist()

    assert draw() == draw()
