import pytest
import tensorflow as tf

from models import names
from models.masking import mask_features
from tests.models import tiny

ROWS = 200
FEATURES = (names.GAP, names.HOUR, names.WEEKDAY, names.CONTEXT, names.LISTENER)


def batch() -> dict[str, tf.Tensor]:
    """Windows of three events in which every feature has a value."""
    windows = tiny.batch([[1, 2, 3]] * ROWS)
    windows[names.LISTENER] = tf.zeros([ROWS, 3], tf.int32)
    for name in (*FEATURES, names.OUTCOME):
        windows[name] = tf.ones_like(windows[name])
    return windows


def rows_with(values: tf.Tensor) -> list[bool]:
    """Which windows have the feature; it is there whole or not at all."""
    flat = tf.reshape(values, [ROWS, -1]).numpy()
    assert set(flat.sum(axis=1)) <= {0, flat.shape[1]}
    return (flat.sum(axis=1) > 0).tolist()


@pytest.mark.parametrize(
    ("shares", "hidden"),
    [
        ({"times": 0.5, "context": 0.0}, (names.GAP, names.HOUR, names.WEEKDAY)),
        ({"times": 0.0, "context": 0.5}, (names.CONTEXT, names.LISTENER)),
    ],
)
def test_a_group_is_hidden_in_the_same_whole_windows(shares: dict[str, float], hidden: tuple[str, ...]):
    tf.random.set_seed(3)

    masked = mask_features(batch(), **shares, outcomes=0.0)

    first, *others = (rows_with(masked[name]) for name in hidden)
    assert 60 < sum(first) < 140
    assert all(rows == first for rows in others)
    for name in set(FEATURES) - set(hidden):
        assert all(rows_with(masked[name]))


def test_outcomes_are_hidden_from_the_history_and_stay_labels():
    tf.random.set_seed(3)

    masked = mask_features(batch(), times=0.0, context=0.0, outcomes=0.5)

    assert 60 < sum(rows_with(masked[names.SEEN_OUTCOME])) < 140
    assert all(rows_with(masked[names.OUTCOME]))


@pytest.mark.parametrize(("share", "kept"), [(0.0, 1), (1.0, 0)])
def test_a_share_of_none_or_all_hides_none_or_all(share: float, kept: int):
    masked = mask_features(batch(), times=share, context=share, outcomes=share)

    for name in (*FEATURES, names.SEEN_OUTCOME):
        assert masked[name].numpy().tolist() == tf.fill(masked[name].shape, kept).numpy().tolist()


def test_the_batch_itself_stays_as_it_is():
    windows = batch()

    mask_features(windows, times=1.0, context=1.0, outcomes=1.0)

    assert windows[names.GAP].numpy().all()
