import numpy as np
import pytest
import tensorflow as tf

from models import losses
from models.losses import (
    NO_LOGIT,
    accidental_hits,
    full_softmax,
    hits_of,
    mean_or_zero,
    sampled_softmax,
    softmax_in_chunks,
)
from models.samplers import MixedSampler, UniformSampler

LN2, LN3, LN4 = np.log([2.0, 3.0, 4.0])


def softmax_of(logits, target, bias=None) -> tf.Tensor:
    """The full softmax of queries that are their own logits."""
    width = logits.shape[1]
    return full_softmax(logits, tf.eye(width), tf.zeros([width]) if bias is None else bias, target)


def test_the_full_softmax_is_minus_the_log_of_the_targets_share():
    # exp: 1, 2, 1 of 4 and 1, 2, 3 of 6; the targets have 2/4 and 3/6
    logits = tf.constant([[0.0, LN2, 0.0], [0.0, LN2, LN3]], tf.float32)

    loss = softmax_of(logits, tf.constant([1, 2]))

    assert float(loss) == pytest.approx(LN2)


def test_an_item_without_a_logit_is_no_negative_of_the_full_softmax():
    # without the first item: 2 of 2 + 6
    logits = tf.constant([[LN4, LN2, np.log(6.0)]], tf.float32)

    loss = softmax_of(logits, tf.constant([1]), bias=tf.constant([NO_LOGIT, 0.0, 0.0]))

    assert float(loss) == pytest.approx(LN4)


@pytest.mark.parametrize("chunk", [1, 8, 12, 1000])
def test_chunks_change_neither_the_loss_nor_its_gradients(chunk, monkeypatch):
    monkeypatch.setattr(losses, "CHUNK_LOGITS", chunk)
    draw = np.random.default_rng(3)
    queries, items, bias = (
        tf.constant(draw.normal(size=shape), tf.float32) for shape in ([7, 3], [4, 3], [4])
    )
    target = tf.constant([0, 1, 2, 3, 0, 1, 2])

    @tf.function
    def by_chunks():
        with tf.GradientTape() as tape:
            tape.watch([queries, items, bias])
            loss = 2.0 * full_softmax(queries, items, bias, target)
        return loss, tape.gradient(loss, [queries, items, bias])

    with tf.GradientTape() as tape:
        tape.watch([queries, items, bias])
        logits = tf.matmul(queries, items, transpose_b=True) + bias
        expected = 2.0 * tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(target, logits))
    loss, gradients = by_chunks()

    assert float(loss) == pytest.approx(float(expected), rel=1e-5)
    for value, other in zip(gradients, tape.gradient(expected, [queries, items, bias]), strict=True):
        np.testing.assert_allclose(value, other, rtol=1e-4, atol=1e-6)


def test_no_query_has_no_gradient():
    @tf.function
    def gradient():
        queries, items = tf.zeros([0, 3]), tf.ones([4, 3])
        with tf.GradientTape() as tape:
            tape.watch([queries, items])
            loss = full_softmax(queries, items, tf.zeros([4]), tf.zeros([0], tf.int32))
        return tape.gradient(loss, [queries, items])

    queries, items = gradient()

    assert queries.shape == (0, 3)
    assert not items.numpy().any()


def test_the_sampled_softmax_is_minus_the_log_of_the_targets_share_of_target_and_sample():
    # 2 of 2 + 1 + 3 and 1 of 1 + 1 + 1
    positive = tf.constant([LN2, 0.0], tf.float32)
    negatives = tf.constant([[0.0, LN3], [0.0, 0.0]], tf.float32)

    assert float(sampled_softmax(positive, negatives)) == pytest.approx(LN3)


def test_log_q_makes_a_rarely_drawn_negative_weigh_more():
    # the first is expected half a time, so it counts twice: 1 of 1 + 2 + 1
    positive, negatives = tf.constant([0.0]), tf.constant([[0.0, 0.0]])

    loss = sampled_softmax(positive, negatives, negative_log_q=tf.constant([-LN2, 0.0], tf.float32))

    assert float(loss) == pytest.approx(LN4)


def test_log_q_of_the_positive_is_subtracted_from_its_logit():
    # 3 * 1 of 3 + 6
    positive, negatives = tf.constant([0.0]), tf.constant([[np.log(6.0)]], tf.float32)

    loss = sampled_softmax(positive, negatives, positive_log_q=tf.constant([-LN3], tf.float32))

    assert float(loss) == pytest.approx(LN3)


def test_an_accidental_hit_is_no_negative_of_its_own_query_alone():
    # the sample holds item 7, the first query's target: 1 of 1 + 1, and for the second 1 of 1 + 6 + 1
    target, sampled = tf.constant([7, 8]), tf.constant([7, 9])
    negatives = tf.constant([[np.log(6.0), 0.0]] * 2, tf.float32)

    hits = accidental_hits(target, sampled)
    loss = sampled_softmax(tf.zeros([2]), negatives, hits=hits)

    assert hits.numpy().tolist() == [[True, False], [False, False]]
    assert float(loss) == pytest.approx((LN2 + np.log(8.0)) / 2)


def test_hits_are_listed_as_they_are_marked():
    target, sampled = tf.constant([7, 8, 3, 7]), tf.constant([7, 9, 3, 7, 1])

    hits = hits_of(target, sampled)

    assert hits.numpy().tolist() == np.argwhere(accidental_hits(target, sampled).numpy()).tolist()
    assert hits_of(tf.constant([5]), sampled).shape == (0, 2)


@pytest.mark.parametrize("chunk", [1, 10, 15, 1000])
def test_the_sampled_softmax_in_chunks_is_the_one_at_once(chunk, monkeypatch):
    monkeypatch.setattr(losses, "CHUNK_LOGITS", chunk)
    draw = np.random.default_rng(3)
    queries, negatives, bias, positive = (
        tf.constant(draw.normal(size=shape), tf.float32) for shape in ([7, 3], [5, 3], [5], [7])
    )
    target, sampled = tf.constant([7, 8, 3, 7, 1, 1, 2]), tf.constant([7, 9, 3, 7, 1])
    values = [queries, positive, negatives, bias]

    @tf.function
    def by_chunks():
        with tf.GradientTape() as tape:
            tape.watch(values)
            loss = 2.0 * softmax_in_chunks(queries, positive, negatives, bias, hits_of(target, sampled))
        return loss, tape.gradient(loss, values)

    with tf.GradientTape() as tape:
        tape.watch(values)
        logits = tf.matmul(queries, negatives, transpose_b=True) + bias
        expected = 2.0 * sampled_softmax(positive, logits, hits=accidental_hits(target, sampled))
    loss, gradients = by_chunks()

    assert float(loss) == pytest.approx(float(expected), rel=1e-5)
    for value, other in zip(gradients, tape.gradient(expected, values), strict=True):
        np.testing.assert_allclose(value, other, rtol=1e-4, atol=1e-6)


def test_a_masked_negative_has_no_gradient():
    negatives = tf.Variable([[5.0, 0.0]])
    with tf.GradientTape() as tape:
        loss = sampled_softmax(tf.zeros([1]), negatives, hits=tf.constant([[True, False]]))

    assert tape.gradient(loss, negatives).numpy().tolist() == [[0.0, 0.5]]


@pytest.mark.parametrize(
    "loss",
    [
        lambda: softmax_of(tf.zeros([0, 3]), tf.zeros([0], tf.int32)),
        lambda: sampled_softmax(tf.zeros([0]), tf.zeros([0, 3])),
        lambda: mean_or_zero(tf.zeros([0])),
    ],
)
def test_no_query_is_no_loss(loss):
    assert float(loss()) == 0.0


PLAYS = np.array([0, 40, 20, 10, 5, 5, 5, 5, 10])
LOGITS = np.random.default_rng(3).normal(size=(4, len(PLAYS))).astype(np.float32)
TARGET = np.array([1, 2, 3, 8], np.int32)


def exact_loss() -> float:
    return float(softmax_of(tf.constant(LOGITS), TARGET, bias=played_bias()))


def played_bias() -> tf.Tensor:
    """Leaves out what was never played."""
    return tf.where(tf.constant(PLAYS == 0), NO_LOGIT, 0.0)


def test_uniform_samples_with_log_q_estimate_the_full_softmax():
    tf.random.set_seed(3)
    sampler = UniformSampler(PLAYS, count=64)

    def estimate() -> float:
        sample = sampler(TARGET)
        return float(
            sampled_softmax(
                tf.gather(LOGITS, TARGET, batch_dims=1),
                tf.gather(LOGITS, sample.items, axis=1),
                positive_log_q=sample.target_log_q,
                negative_log_q=sample.log_q,
                hits=accidental_hits(TARGET, sample.items),
            )
        )

    assert np.mean([estimate() for _ in range(300)]) == pytest.approx(exact_loss(), rel=0.03)


def mixed_estimate(logits: tf.Tensor, *, corrected: bool) -> float:
    """The mean loss of target 8 over batches whose other targets come as often as they are played."""
    tf.random.set_seed(3)
    sampler, rng = MixedSampler(PLAYS, uniform=200), np.random.default_rng(4)
    losses = []
    for _ in range(50):
        others = rng.choice(len(PLAYS), size=800, p=PLAYS / PLAYS.sum())
        sample = sampler(tf.constant(np.append(8, others), tf.int32))
        size = float(len(sample.items))
        loss = sampled_softmax(
            logits[:, 8],
            tf.gather(logits, sample.items, axis=1),
            # from chances to expected counts, as the target is there once
            negative_log_q=sample.log_q + np.log(size) if corrected else np.log(size / 8).astype(np.float32),
            hits=accidental_hits(tf.constant([8]), sample.items),
        )
        losses.append(float(loss))
    return float(np.mean(losses))


def test_mixed_samples_estimate_the_full_softmax_with_log_q_alone():
    logits = tf.constant([[0.0, 2, 0, 0, 0, 0, 0, 0, 1]])  # the most played item has the highest logit
    exact = float(softmax_of(logits, tf.constant([8]), bias=played_bias()))

    assert mixed_estimate(logits, corrected=True) == pytest.approx(exact, rel=0.03)
    assert mixed_estimate(logits, corrected=False) > 1.2 * exact
