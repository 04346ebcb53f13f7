import numpy as np
import pytest
import tensorflow as tf

from models import names
from models.outcome_head import outcome_evidence, outcome_loss


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
