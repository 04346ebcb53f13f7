from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from models.baselines import fit_blend
from models.memory.evidence import (
    COUNTS,
    EASE,
    REPEATS,
    RIDGE,
    RIDGE_PENALTY,
    TRANSITIONS,
    Evidence,
    Shares,
    fit_evidence,
    mixed_with_counts,
    with_repeats,
)
from models.memory.evidence_layer import EvidenceLayer
from models.memory.interactions import Interactions
from models.memory.neighbours import FadingTable
from models.memory.order_aware_ridge import OrderAwareRidge
from tests.models.memory.conftest import ITEMS


def padded(histories: list[list[int]]) -> tf.Tensor:
    return tf.ragged.constant(histories, tf.int32).to_tensor()


def scores_of(histories: tf.Tensor, evidence: Evidence) -> tf.Tensor:
    return EvidenceLayer(evidence)(histories)


def two_items(neighbours: list[list[int]], weights: list[list[float]], decay: float) -> FadingTable:
    return FadingTable(np.array(neighbours, np.int32), np.array(weights, np.float32), decay, 50)


def test_with_all_neighbours_the_graph_scores_as_the_dense_blend(
    interactions: Interactions, evidence: Evidence
):
    # at most 12 events: of longer histories the transitions read the newest 12
    histories = [walk.tolist() for walk in np.random.default_rng(1).integers(1, ITEMS + 1, (20, 12))] + [
        [5],
        [7, 7, 7],
    ]

    scores = scores_of(padded(histories), evidence).numpy()

    expected = fit_blend(interactions)(Interactions.from_sequences(histories, ITEMS))
    np.testing.assert_allclose(scores[:, 1:], expected[:, 1:], rtol=1e-4, atol=1e-5)


def test_long_histories_score_nearly_as_the_dense_blend(interactions: Interactions, evidence: Evidence):
    histories = np.random.default_rng(2).integers(1, ITEMS + 1, (20, 120))

    scores = scores_of(tf.constant(histories, tf.int32), evidence).numpy()

    expected = fit_blend(interactions)(Interactions.from_sequences(histories, ITEMS))
    np.testing.assert_allclose(scores[:, 1:], expected[:, 1:], atol=0.02)


def test_with_all_neighbours_the_graph_scores_as_the_ridge(interactions: Interactions, evidence: Evidence):
    histories = [*np.random.default_rng(3).integers(1, ITEMS + 1, (20, 12)).tolist(), [5], [7, 7, 7]]

    scores = EvidenceLayer(evidence, {RIDGE: 1.0})(padded(histories)).numpy()

    ridge = OrderAwareRidge.fit(interactions, penalty=RIDGE_PENALTY)
    expected = ridge.score(Interactions.from_sequences(histories, ITEMS))[:, 1:]
    highest = np.maximum(-np.sort(-expected, axis=1)[:, :10], 0).mean(axis=1, keepdims=True)
    np.testing.assert_allclose(scores[:, 1:], expected / highest, rtol=1e-3, atol=1e-5)


def test_what_is_repeated_scores_by_how_often_and_how_lately_it_was_played(evidence: Evidence):
    history = padded([[3, 9, 4, 9], [30]])

    scores = EvidenceLayer(evidence, {REPEATS: 1.0})(history).numpy()

    activation = np.zeros_like(scores)
    activation[0, [3, 9, 4]] = [0.97**3, 0.97**2 + 1, 0.97]
    activation[1, 30] = 1
    np.testing.assert_allclose(scores, 10 * activation / activation.sum(axis=1, keepdims=True), rtol=1e-5)


@pytest.mark.parametrize("shares", [COUNTS, {RIDGE: 1.0}, mixed_with_counts(0.3), with_repeats(COUNTS, 0.3)])
@pytest.mark.parametrize("width", [0, 3])
def test_the_named_items_score_as_in_the_whole_catalogue(evidence: Evidence, width: int, shares: Shares):
    histories = padded([[3, 9, 4, 9], [], [30], list(range(1, 21)) * 4])
    candidates = tf.constant([[9, 0, 17], [1, 2, 3], [30, 30, 1], [0, 0, 0]])[:, :width]
    layer = EvidenceLayer(evidence, shares)

    named = layer.named(histories, candidates)

    whole = layer(histories).numpy()
    scattered = np.zeros_like(whole)
    np.put_along_axis(scattered, named.items.numpy(), named.scores.numpy(), axis=1)
    np.testing.assert_allclose(scattered, whole, rtol=1e-5, atol=1e-6)
    expected = np.take_along_axis(whole, candidates.numpy(), axis=1)
    np.testing.assert_allclose(named.candidates, expected, rtol=1e-5, atol=1e-6)


def test_no_item_is_named_twice_for_a_row(evidence: Evidence):
    named = EvidenceLayer(evidence).named(padded([[3, 9, 4], [7]]), tf.constant([[9, 8], [8, 8]]))

    for row in named.items.numpy():
        assert np.unique(row[row > 0]).size == (row > 0).sum()


def test_nothing_is_named_without_a_history(evidence: Evidence):
    named = EvidenceLayer(evidence).named(tf.zeros([2, 0], tf.int32), tf.zeros([2, 0], tf.int32))

    assert not named.items.numpy().any()
    assert not named.scores.numpy().any()


def test_memories_are_mixed_by_their_shares(evidence: Evidence):
    history = padded([[3, 9, 4], [8]])
    counts, ridge = EvidenceLayer(evidence)(history), EvidenceLayer(evidence, {RIDGE: 1.0})(history)

    mixed = EvidenceLayer(evidence, {EASE: 0.35, TRANSITIONS: 0.35, RIDGE: 0.3})(history)

    np.testing.assert_allclose(mixed, 0.7 * counts + 0.3 * ridge, rtol=1e-5, atol=1e-6)


def test_a_memory_sums_its_tables_before_it_is_scaled():
    newest = two_items([[0, 0], [2, 0], [1, 0]], [[0, 0], [3.0, 0], [1.0, 0]], decay=0.0)
    faded = two_items([[0, 0], [2, 1], [0, 0]], [[0, 0], [2.0, 4.0], [0, 0]], decay=0.5)

    evidence = Evidence({EASE: (newest, faded)})

    scores = EvidenceLayer(evidence, {EASE: 1.0})(tf.constant([[1, 2]])).numpy()

    # 2 is the newest: item 1 has 1; 1 is faded by half: item 2 has 1, item 1 has 2
    np.testing.assert_allclose(scores, [[0, 3 / 2, 1 / 2]], rtol=1e-6)


def test_scores_worked_out_by_hand():
    ease = two_items([[0, 0], [2, 0], [1, 0]], [[0, 0], [3.0, 0], [1.0, 0]], decay=0.9)
    transitions = two_items([[0, 0], [2, 1], [0, 0]], [[0, 0], [2.0, 4.0], [0, 0]], decay=0.5)
    evidence = Evidence({EASE: (ease,), TRANSITIONS: (transitions,)})

    scores = scores_of(tf.constant([[1, 2], [1, 0]]), evidence).numpy()

    # first row, EASE: item 1 has 1, item 2 has 0.9 * 3, mean 1.85; transitions: 0.5 * 4 and 0.5 * 2, mean 1.5
    first = [0, (1 / 1.85 + 2 / 1.5) / 2, (2.7 / 1.85 + 1 / 1.5) / 2]
    # second row, EASE: item 2 has 3, mean 1.5; transitions: 4 and 2, mean 3
    np.testing.assert_allclose(scores, [first, [0, (4 / 3) / 2, (2 + 2 / 3) / 2]], rtol=1e-6)


def test_a_row_without_history_scores_zero_and_changes_no_other(evidence: Evidence):
    alone = scores_of(padded([[3, 9]]), evidence).numpy()

    together = scores_of(padded([[], [3, 9], []]), evidence).numpy()

    assert not together[[0, 2]].any()
    np.testing.assert_array_equal(together[1], alone[0])


def test_a_history_of_no_width_scores_zero(evidence: Evidence):
    scores = scores_of(tf.zeros([2, 0], tf.int32), evidence).numpy()

    np.testing.assert_array_equal(scores, np.zeros((2, ITEMS + 1)))


def test_places_without_an_item_are_ignored_wherever_they_stand(evidence: Evidence):
    rows = tf.constant([[3, 9, 4, 0, 0], [0, 0, 3, 9, 4], [3, 0, 9, 0, 4]])

    scores = scores_of(rows, evidence).numpy()

    np.testing.assert_array_equal(scores[1], scores[0])
    np.testing.assert_array_equal(scores[2], scores[0])


def test_the_order_of_a_history_matters(evidence: Evidence):
    scores = scores_of(tf.constant([[5, 6, 20], [20, 6, 5]]), evidence).numpy()

    assert np.abs(scores[0] - scores[1]).max() > 0.1


def test_only_the_newest_fifty_events_are_read(evidence: Evidence):
    scores = scores_of(
        tf.constant([[1, 9] + [5] * 49, [2, 9] + [5] * 49, [2, 8] + [5] * 49]), evidence
    ).numpy()

    np.testing.assert_array_equal(scores[0], scores[1])
    assert (scores[1] != scores[2]).any()


@pytest.mark.parametrize("sequences", [[], [[2]], [[1], [1]]])
def test_a_log_without_pairs_gives_no_evidence_and_no_nan(sequences: list[list[int]]):
    scores = scores_of(padded([[1, 2], [3]]), fit_evidence(Interactions.from_sequences(sequences, 3))).numpy()

    np.testing.assert_array_equal(scores, np.zeros((2, 4)))


def test_a_saved_model_carries_the_evidence(tmp_path: Path, evidence: Evidence):
    history = padded([[3, 9, 4], [8]])
    module, layer = tf.Module(), EvidenceLayer(evidence)
    module.tables = layer.tables
    module.score = tf.function(layer, input_signature=[tf.TensorSpec([None, None], tf.int32)])

    tf.saved_model.save(module, str(tmp_path))

    served = tf.saved_model.load(str(tmp_path))
    np.testing.assert_allclose(served.score(history), scores_of(history, evidence), rtol=1e-6)
