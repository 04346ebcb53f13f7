import numpy as np
import pytest
import tensorflow as tf

from models import names
from models.outcome_head import OutcomeHead, outcome_evidence, outcome_loss


def test_logits_of_candidates_are_those_of_the_whole_catalogue():
    tf.keras.utils.set_random_seed(3)
    head, queries, items = OutcomeHead(8), tf.random.normal([2, 8]), tf.random.normal([5, 8])
    candidates = tf.constant([[1, 4, 4], [3, 0, 2]])

    some = head(queries[:, None, :], tf.gather(items, candidates))
    everything = head.all_logits(queries, items)

    assert everything.shape == (2, 5)
    np.testing.assert_allclose(some, tf.gather(everything, candidates, batch_dims=1), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("head", "outcome"), [(names.P_COMPLETE, names.COMPLETED), (names.P_SKIP, names.SKIPPED)]
)
def test_a_heads_loss_is_the_cross_entropy_of_its_own_outcome(head: str, outcome: int):
    # sigmoid(ln 3) = 3/4: right at 3/4 for its outcome, at 1/4 for another
    logits = tf.constant([np.log(3.0)] * 2, tf.float32)

    loss = outcome_loss(head, logits, tf.constant([outcome, names.PARTIAL]))

    assert float(loss) == pytest.approx(-(np.log(3 / 4) + np.log(1 / 4)) / 2)


def test_no_event_is_no_loss():
    assert float(outcome_loss(names.P_SKIP, tf.zeros([0]), tf.zeros([0], tf.int32))) == 0.0


def test_evidence_is_for_what_is_played_through_and_against_what_is_skipped():
    logits = dict.fromkeys((names.P_COMPLETE, names.P_SKIP), tf.constant([np.log(3.0)], tf.float32))

    assert float(outcome_evidence(logits)[0]) == pytest.approx(np.log(3 / 4) + np.log(1 / 4))
    assert float(outcome_evidence({names.P_SKIP: tf.constant(0.0)})) == pytest.approx(np.log(1 / 2))
    assert float(outcome_evidence({})) == 0.0
