from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from models import counting
from models.baselines import Interactions, fit_blend
from models.counting import CountingEvidence, CountingLayer, Neighbours, fit_counting

ITEMS = 30


@pytest.fixture(scope="module")
def interactions() -> Interactions:
    """60 listeners who mostly move on to items near the last one."""
    rng = np.random.default_rng(0)
    walks = (np.cumsum(rng.integers(-3, 5, (60, 25)), axis=1) + rng.integers(0, ITEMS, (60, 1))) % ITEMS + 1
    return Interactions.from_sequences(walks, ITEMS)


@pytest.fixture(scope="module")
def evidence(interactions: Interactions) -> CountingEvidence:
    return fit_counting(interactions)


def padded(histories: list[list[int]]) -> tf.Tensor:
    return tf.ragged.constant(histories, tf.int32).to_tensor()


def counting_scores(histories: tf.Tensor, evidence: CountingEvidence) -> tf.Tensor:
    return CountingLayer(evidence)(histories)


def two_items(neighbours: list[list[int]], weights: list[list[float]]) -> Neighbours:
    return Neighbours(np.array(neighbours, np.int32), np.array(weights, np.float32))


def test_with_all_neighbours_the_graph_scores_as_the_dense_blend(
    interactions: Interactions, evidence: CountingEvidence
):
    # at most 12 events: of longer histories the transitions read the newest 12
    histories = [walk.tolist() for walk in np.random.default_rng(1).integers(1, ITEMS + 1, (20, 12))] + [
        [5],
        [7, 7, 7],
    ]

    scores = counting_scores(padded(histories), evidence).numpy()

    expected = fit_blend(interactions)(Interactions.from_sequences(histories, ITEMS))
    np.testing.assert_allclose(scores[:, 1:], expected[:, 1:], rtol=1e-4, atol=1e-5)


def test_long_histories_score_nearly_as_the_dense_blend(
    interactions: Interactions, evidence: CountingEvidence
):
    histories = np.random.default_rng(2).integers(1, ITEMS + 1, (20, 120))

    scores = counting_scores(tf.constant(histories, tf.int32), evidence).numpy()

    expected = fit_blend(interactions)(Interactions.from_sequences(histories, ITEMS))
    np.testing.assert_allclose(scores[:, 1:], expected[:, 1:], atol=0.02)


@pytest.mark.parametrize("width", [0, 3])
def test_the_named_items_score_as_in_the_whole_catalogue(evidence: CountingEvidence, width: int):
    histories = padded([[3, 9, 4, 9], [], [30], list(range(1, 21)) * 4])
    candidates = tf.constant([[9, 0, 17], [1, 2, 3], [30, 30, 1], [0, 0, 0]])[:, :width]

    named = CountingLayer(evidence).named(histories, candidates)

    whole = counting_scores(histories, evidence).numpy()
    scattered = np.zeros_like(whole)
    np.put_along_axis(scattered, named.items.numpy(), named.scores.numpy(), axis=1)
    np.testing.assert_allclose(scattered, whole, rtol=1e-5, atol=1e-6)
    expected = np.take_along_axis(whole, candidates.numpy(), axis=1)
    np.testing.assert_allclose(named.candidates, expected, rtol=1e-5, atol=1e-6)


def test_no_item_is_named_twice_for_a_row(evidence: CountingEvidence):
    named = CountingLayer(evidence).named(padded([[3, 9, 4], [7]]), tf.constant([[9, 8], [8, 8]]))

    for row in named.items.numpy():
        assert np.unique(row[row > 0]).size == (row > 0).sum()


def test_nothing_is_named_without_a_history(evidence: CountingEvidence):
    named = CountingLayer(evidence).named(tf.zeros([2, 0], tf.int32), tf.zeros([2, 0], tf.int32))

    assert not named.items.numpy().any()
    assert not named.scores.numpy().any()


def test_scores_worked_out_by_hand():
    ease = two_items([[0, 0], [2, 0], [1, 0]], [[0, 0], [3.0, 0], [1.0, 0]])
    transitions = two_items([[0, 0], [2, 1], [0, 0]], [[0, 0], [2.0, 4.0], [0, 0]])

    scores = counting_scores(tf.constant([[1, 2], [1, 0]]), CountingEvidence(ease, transitions)).numpy()

    # first row, EASE: item 1 has 1, item 2 has 0.9 * 3, mean 1.85; transitions: 0.5 * 4 and 0.5 * 2, mean 1.5
    first = [0, (1 / 1.85 + 2 / 1.5) / 2, (2.7 / 1.85 + 1 / 1.5) / 2]
    # second row, EASE: item 2 has 3, mean 1.5; transitions: 4 and 2, mean 3
    np.testing.assert_allclose(scores, [first, [0, (4 / 3) / 2, (2 + 2 / 3) / 2]], rtol=1e-6)


def test_a_row_without_history_scores_zero_and_changes_no_other(evidence: CountingEvidence):
    alone = counting_scores(padded([[3, 9]]), evidence).numpy()

    together = counting_scores(padded([[], [3, 9], []]), evidence).numpy()

    assert not together[[0, 2]].any()
    np.testing.assert_array_equal(together[1], alone[0])


def test_a_history_of_no_width_scores_zero(evidence: CountingEvidence):
    scores = counting_scores(tf.zeros([2, 0], tf.int32), evidence).numpy()

    np.testing.assert_array_equal(scores, np.zeros((2, ITEMS + 1)))


def test_places_without_an_item_are_ignored_wherever_they_stand(evidence: CountingEvidence):
    rows = tf.constant([[3, 9, 4, 0, 0], [0, 0, 3, 9, 4], [3, 0, 9, 0, 4]])

    scores = counting_scores(rows, evidence).numpy()

    np.testing.assert_array_equal(scores[1], scores[0])
    np.testing.assert_array_equal(scores[2], scores[0])


def test_the_order_of_a_history_matters(evidence: CountingEvidence):
    scores = counting_scores(tf.constant([[5, 6, 20], [20, 6, 5]]), evidence).numpy()

    assert np.abs(scores[0] - scores[1]).max() > 0.1


def test_only_the_newest_fifty_events_are_read(evidence: CountingEvidence):
    scores = counting_scores(
        tf.constant([[1, 9] + [5] * 49, [2, 9] + [5] * 49, [2, 8] + [5] * 49]), evidence
    ).numpy()

    np.testing.assert_array_equal(scores[0], scores[1])
    assert (scores[1] != scores[2]).any()


def test_the_strongest_neighbours_are_kept_by_absolute_weight(interactions: Interactions):
    dense, cut = fit_counting(interactions), fit_counting(interactions, neighbours=4)

    assert cut.ease.weights.shape == cut.transitions.neighbours.shape == (ITEMS + 1, 4)
    for whole, part in ((dense.ease, cut.ease), (dense.transitions, cut.transitions)):
        strongest = -np.sort(-np.abs(whole.weights), axis=1)[:, :4]
        np.testing.assert_array_equal(-np.sort(-np.abs(part.weights), axis=1), strongest)


def test_what_speaks_against_an_item_is_kept_before_what_says_little():
    # items 1 and 2 each go with 3 and never together; 4 was once with 1
    log = Interactions.from_sequences([[1, 3]] * 500 + [[2, 3]] * 500 + [[1, 4]], 4)

    cut = fit_counting(log, neighbours=2).ease

    kept = dict(zip(cut.neighbours[1].tolist(), cut.weights[1], strict=True))
    assert set(kept) == {2, 3}
    assert kept[2] < 0 < kept[3]


def test_row_zero_and_items_without_evidence_are_empty():
    evidence = fit_counting(Interactions.from_sequences([[1, 2], [1, 2]], 4))

    for table in (evidence.ease, evidence.transitions):
        assert (table.neighbours.dtype, table.weights.dtype) == (np.int32, np.float32)
        assert table.neighbours.shape == table.weights.shape == (5, 4)
        assert not table.weights[[0, 3, 4]].any()
        assert not table.neighbours[table.weights == 0].any()


@pytest.mark.parametrize("sequences", [[], [[2]], [[1], [1]]])
def test_a_log_without_pairs_gives_no_evidence_and_no_nan(sequences: list[list[int]]):
    scores = counting_scores(
        padded([[1, 2], [3]]), fit_counting(Interactions.from_sequences(sequences, 3))
    ).numpy()

    np.testing.assert_array_equal(scores, np.zeros((2, 4)))


def test_a_very_large_catalogue_keeps_fewer_neighbours(
    monkeypatch: pytest.MonkeyPatch, interactions: Interactions
):
    monkeypatch.setattr(counting, "MAX_ENTRIES", 3 * (ITEMS + 1))

    assert fit_counting(interactions).ease.weights.shape == (ITEMS + 1, 3)


def test_one_log_gives_one_evidence(interactions: Interactions, evidence: CountingEvidence):
    again = fit_counting(interactions)

    for first, second in zip(
        (*evidence.ease, *evidence.transitions), (*again.ease, *again.transitions), strict=True
    ):
        np.testing.assert_array_equal(first, second)


def test_saved_evidence_comes_back(tmp_path: Path, evidence: CountingEvidence):
    evidence.save(str(tmp_path / "counting.npz"))

    loaded = CountingEvidence.load(str(tmp_path / "counting.npz"))

    assert loaded.n_items == ITEMS
    for saved, table in zip(
        (*evidence.ease, *evidence.transitions), (*loaded.ease, *loaded.transitions), strict=True
    ):
        np.testing.assert_array_equal(table, saved)
        assert table.dtype == saved.dtype


def test_a_saved_model_carries_the_evidence(tmp_path: Path, evidence: CountingEvidence):
    history = padded([[3, 9, 4], [8]])
    module, layer = tf.Module(), CountingLayer(evidence)
    module.tables = layer.tables
    module.score = tf.function(layer, input_signature=[tf.TensorSpec([None, None], tf.int32)])

    tf.saved_model.save(module, str(tmp_path))

    served = tf.saved_model.load(str(tmp_path))
    np.testing.assert_allclose(served.score(history), counting_scores(history, evidence), rtol=1e-6)
