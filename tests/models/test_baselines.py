import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import baselines
from models.memory.interactions import Interactions
from models.metrics import NOT_FOUND

FITS = [
    baselines.fit_popularity,
    baselines.fit_markov,
    baselines.fit_item_knn,
    baselines.fit_ease,
    baselines.fit_transitions,
    baselines.fit_blend,
]
# plays: item 1 thrice, items 2 and 3 twice, item 4 never
LOG = [[1, 2, 3], [1, 2], [1, 3]]
NONE = -np.inf


def log(sequences: list[list[int]], n_items: int = 4) -> Interactions:
    return Interactions.from_sequences(sequences, n_items)


def test_popularity_counts_plays():
    scores = baselines.fit_popularity(log(LOG))(log([[4], []]))

    np.testing.assert_array_equal(scores, [[NONE, 3, 2, 2, 0]] * 2)


def test_markov_ranks_what_followed_the_last_item_then_popularity():
    scores = baselines.fit_markov(log(LOG))(log([[3, 1], [2, 3], []]))

    # 2 followed 1 twice, 3 once; nothing followed 3; nothing was played yet
    assert np.argsort(-scores, axis=1, kind="stable")[:, :4].tolist() == [
        [2, 3, 1, 4],
        [1, 2, 3, 4],
        [1, 2, 3, 4],
    ]


def test_item_knn_sums_cosines_with_the_whole_history():
    scores = baselines.fit_item_knn(log(LOG))(log([[2], [2, 3], [2, 2, 3]]))

    one = 2 / np.sqrt(3 * 2)  # items 1 and 2 share two listeners, as do items 1 and 3
    both = [NONE, 2 * one, 0.5, 0.5, 0]
    np.testing.assert_allclose(scores, [[NONE, one, 0, 0.5, 0], both, both], rtol=1e-5)


def test_ease_solves_its_two_item_case():
    # (X'X + 200 I) = [[201, 1], [1, 201]], so each item predicts the other with 1 / 201
    scores = baselines.fit_ease(log([[1, 2]], 2))(log([[1], [1, 2], []], 2))

    np.testing.assert_allclose(
        scores[:, 1:], np.array([[0, 1], [1, 0.9], [0, 0]]) / 201, rtol=1e-5, atol=1e-9
    )


def test_transitions_weigh_gaps_and_damp_totals():
    scores = baselines.fit_transitions(log([[1, 2, 3]]))(log([[1, 2], [1]]))

    # pairs (1, 2) and (2, 3) once, (1, 3) with 0.6: source 1 and target 3 total 1.6
    from_one, from_two = 0.6 / (1.6**0.5 * 1.6**0.35), 1 / 1.6**0.35
    expected = [[NONE, 0, 0.5 / 1.6**0.5, 0.5 * from_one + from_two, 0], [NONE, 0, 1 / 1.6**0.5, from_one, 0]]
    np.testing.assert_allclose(scores, expected, rtol=1e-5)


def test_transitions_reach_five_places():
    scores = baselines.fit_transitions(log([[1, 2, 3, 4, 5, 6, 7]], 7))(log([[1]], 7))

    assert (scores[0, 2:7] > 0).all()
    assert scores[0, 7] == 0


def test_transitions_never_join_two_listeners():
    scores = baselines.fit_transitions(log([[1, 2], [3, 4]]))(log([[2], [1]]))

    assert not scores[0, 1:].any()
    assert np.flatnonzero(scores[1, 1:]).tolist() == [1]


def test_a_row_is_scaled_by_the_mean_of_its_ten_highest():
    twelve = np.concatenate([[NONE], np.arange(12.0)])[None].astype(np.float32)
    few = np.array([[NONE, -3.0, 4.0, 0.0]], np.float32)

    np.testing.assert_allclose(baselines.by_top(twelve)[0, 1:], np.arange(12) / 6.5, rtol=1e-6)
    np.testing.assert_allclose(
        baselines.by_top(few), [[NONE, -2.25, 3.0, 0.0]]
    )  # what is negative counts as 0


def test_a_row_without_a_positive_score_stays():
    nothing = np.array([[NONE, 0.0, 0.0]], np.float32)

    np.testing.assert_array_equal(baselines.by_top(nothing), nothing)


def test_the_blend_is_half_of_each_scaled():
    histories = log([[1], [3, 2]])
    ease, transitions = (
        baselines.fit_ease(log(LOG))(histories),
        baselines.fit_transitions(log(LOG))(histories),
    )

    blend = baselines.fit_blend(log(LOG))(histories)

    np.testing.assert_allclose(blend, (baselines.by_top(ease) + baselines.by_top(transitions)) / 2, rtol=1e-6)


@pytest.mark.parametrize("fit", FITS)
def test_fitting_and_scoring_leave_the_log_as_it_is(fit):
    interactions, histories = log([[3, 1, 3], [2, 1]]), log([[2, 1, 2]])

    fit(interactions)(histories)

    assert (interactions.items.tolist(), histories.items.tolist()) == ([3, 1, 3, 2, 1], [2, 1, 2])


@pytest.mark.parametrize("fit", FITS)
def test_an_empty_history_and_an_empty_log_give_finite_scores(fit):
    for sequences in ([[1, 2], [2]], [[1]], []):
        scores = fit(log(sequences))(log([[], [3]]))

        assert scores.dtype == np.float32
        assert scores.shape == (2, 5)
        assert np.isneginf(scores[:, 0]).all()
        assert np.isfinite(scores[:, 1:]).all()


def test_evaluation_ranks_each_target_among_what_was_not_heard():
    popular = baselines.fit_popularity(log(LOG))
    histories, targets = log([[1], [1, 2], [1], []]), np.array([3, 4, 1, 1])

    heard_too = baselines.evaluate(popular, histories, targets, exclude_seen=False)
    unheard = baselines.evaluate(popular, histories, targets, exclude_seen=True)

    assert heard_too.tolist() == [2, 3, 0, 0]
    assert unheard.tolist() == [1, 1, NOT_FOUND, 0]


def test_evaluation_of_nothing_is_empty():
    assert (
        len(
            baselines.evaluate(
                baselines.fit_popularity(log(LOG)), log([]), np.zeros(0, int), exclude_seen=True
            )
        )
        == 0
    )


@given(st.lists(st.lists(st.integers(1, 6), max_size=8), min_size=1, max_size=7), st.integers(1, 7))
def test_the_batch_size_changes_no_rank(sequences: list[list[int]], batch: int):
    interactions = Interactions.from_sequences(sequences, 6)
    scorer = baselines.fit_markov(interactions)
    targets = np.arange(len(sequences)) % 6 + 1

    whole = baselines.evaluate(scorer, interactions, targets, exclude_seen=True)

    np.testing.assert_array_equal(
        baselines.evaluate(scorer, interactions, targets, exclude_seen=True, batch=batch), whole
    )
