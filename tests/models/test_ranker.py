import numpy as np
import pytest
import tensorflow as tf

from models import names
from models.config import RankerConfig
from models.layers import positives
from models.losses import NO_LOGIT, full_softmax
from models.outcome_head import outcome_loss
from models.ranker import HEAD_LOSS_WEIGHT, Ranker
from tests.models import tiny

CONFIG = RankerConfig(dimension=16, blocks=1, dropout=0.0, mask_outcomes=0.0)


def make(heads=(), config=CONFIG) -> Ranker:
    tf.keras.utils.set_random_seed(5)
    return Ranker(tiny.catalog(), tiny.plays(), tiny.SIZES, 8, heads, config)


@pytest.fixture(scope="module")
def model() -> Ranker:
    return make([names.P_COMPLETE, names.P_SKIP])


def queries(model, rows) -> np.ndarray:
    return model.queries(tiny.batch(rows), model.items.table()).numpy()


def test_a_position_sees_only_the_events_before_it(model):
    first, other = queries(model, [[1, 2, 3, 4]]), queries(model, [[1, 2, 9, 9]])

    np.testing.assert_allclose(first[:, :3], other[:, :3], atol=1e-5)
    assert np.abs(first[:, 3] - other[:, 3]).max() > 1e-3


def test_padding_changes_nothing(model):
    alone, padded = queries(model, [[1, 2, 3]]), queries(model, [[1, 2, 3], [1, 2, 3, 4, 5, 6]])

    np.testing.assert_allclose(alone[0], padded[0, :3], atol=1e-5)


def test_queries_depend_on_the_order_of_the_history(model):
    first, other = queries(model, [[1, 2, 3, 4]]), queries(model, [[2, 1, 3, 4]])

    assert np.abs(first[0, 3] - other[0, 3]).max() > 1e-4


def test_candidates_score_as_in_the_whole_catalogue_and_none_scores_minus_infinity(model):
    table, history = model.items.table(), tf.constant([[1, 2, 0]])
    query = model.queries(tiny.batch([[1, 2, 3]]), table)[:, 2]

    scores, heads = model.score(query, history, tf.constant([[5, 0, 1]]), table)
    everything = model.score_all(query, history, table).numpy()[0]

    np.testing.assert_allclose(scores[0].numpy()[[0, 2]], everything[[5, 1]], rtol=1e-5)
    assert scores[0, 1].numpy() == -np.inf
    assert set(heads) == {names.P_COMPLETE, names.P_SKIP}
    assert heads[names.P_SKIP].shape == (1, 3)
    assert 0 < heads[names.P_SKIP][0, 0] < 1


def test_a_skip_trains_the_skip_head_and_is_no_positive(model):
    batch = tiny.batch([[1, 2, 3]])
    batch[names.OUTCOME] = tf.constant([[names.SKIPPED] * 3])

    losses = model.losses_of(batch, training=False)

    assert losses["next_item"] == 0.0
    assert losses[names.P_SKIP] > 0.0


@pytest.mark.parametrize("count", [1, 3, 16, 37])
def test_rows_that_go_through_the_blocks_in_parts_have_the_loss_of_all_at_once(count: int):
    """A 0 within a row is an event of an item that the catalogue has not."""
    model = make([names.P_SKIP])
    draw = np.random.default_rng(count)
    lengths = np.sort(draw.integers(1, 9, count))
    rows = [[*draw.integers(0, 13, length - 1).tolist(), 5] for length in lengths]
    batch = tiny.batch(rows)
    batch[names.TARGET] = tf.sequence_mask(lengths, dtype=tf.int32)
    batch[names.OUTCOME] = tf.constant(draw.integers(0, 4, batch[names.ITEM].shape), tf.int32)

    losses = model.losses_of(batch, training=False)

    table, targets = model.items.table(), positives(batch)
    at_once, item = model.queries(batch, table), batch[names.ITEM]
    next_item = full_softmax(
        at_once[targets], table, tf.where(tiny.plays() > 0, model.bias, NO_LOGIT), item[targets]
    )
    np.testing.assert_allclose(losses["next_item"], next_item, rtol=1e-5)
    known = (item > 0) & (batch[names.OUTCOME] != names.UNKNOWN)
    logits = model.head_logits(at_once[known], tf.gather(table, item[known]))
    skip = outcome_loss(names.P_SKIP, logits[names.P_SKIP], batch[names.OUTCOME][known])
    np.testing.assert_allclose(losses[names.P_SKIP], HEAD_LOSS_WEIGHT * skip, rtol=1e-5)


def test_a_log_without_outcomes_trains_no_head_and_divides_by_nothing(model):
    losses = model.losses_of(tiny.batch([[1, 2, 3]]), training=False)

    assert losses[names.P_SKIP] == 0.0
    assert np.isfinite(losses["next_item"])


def test_sampled_negatives_estimate_the_full_softmax():
    full, sampled = make(), make(config=CONFIG.model_copy(update={"softmax_items": 10}))
    batch = tiny.batch([[1, 2, 3, 4]])

    exact = full.losses_of(batch, training=False)["next_item"]
    estimates = [sampled.losses_of(batch, training=False)["next_item"] for _ in range(400)]

    assert float(exact) == pytest.approx(float(np.mean(estimates)), rel=0.1)


def test_activations_show_each_part_of_the_network_and_end_with_the_queries():
    model = make(config=CONFIG.model_copy(update={"blocks": 2}))

    parts = model.activations(tiny.batch([[1, 2, 3], [4, 5, 0]]), model.items.table())

    assert list(parts) == ["embedding", "block_0", "block_1", "request", "queries"]
    assert {tuple(part.shape) for part in parts.values()} == {(2, 3, 16)}
    np.testing.assert_array_equal(parts["queries"], queries(model, [[1, 2, 3], [4, 5, 0]]))


def test_with_a_scale_logits_are_that_many_times_the_cosine():
    model = make(config=CONFIG.model_copy(update={"logit_scale": 14.0}))
    table, batch = model.items.table(), tiny.batch([[1, 2, 3], [4, 5, 6]])

    vectors = model.queries(batch, table)
    logits = model.logits(vectors[:, 2], table) - model.bias

    np.testing.assert_allclose(np.linalg.norm(table[1:], axis=1), 1.0, rtol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=2), 14.0, rtol=1e-5)
    assert np.abs(logits).max() <= 14.0
    at_place = model.query_at(batch, tf.constant([2, 2]), table)
    np.testing.assert_allclose(at_place, vectors[:, 2], rtol=1e-4, atol=1e-5)
    assert not np.any(table[0])


def test_training_learns_what_follows_what():
    model = make()
    model.compile(optimizer=tf.keras.optimizers.Adam(0.01))
    rows = [[n % 11 + 1, (n + 1) % 11 + 1, (n + 2) % 11 + 1] for n in range(11)]
    model.fit(tf.data.Dataset.from_tensors(tiny.batch(rows)).repeat(150), epochs=1, verbose=0)

    table = model.items.table()
    query = model.queries(tiny.batch([[4, 5, 6]]), table)[:, 2]

    assert int(tf.argmax(model.score_all(query, tf.constant([[4, 5]]), table)[0, 1:])) + 1 == 6
