"""The weights of the evidence are those that serve `eval` best, whoever knows what follows."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from components.trainer.evidence_weights import (
    EVIDENCE_WEIGHTS,
    Shortlister,
    Shortlists,
    ndcg_measure,
    ndcg_of_groups,
    ranks_within,
    weigh_evidence,
)
from models.memory.evidence import REPEATS, RIDGE, TRANSITIONS, WIDE_TRANSITIONS, Evidence, mixed_with_counts
from models.memory.evidence_layer import EvidenceLayer
from tests.components.trainer.test_ranker import evidence_of
from tests.components.trainer.tiny_inputs import MAX_LENGTH, Repeats, tiny_inputs


class Sharp(Repeats):
    """Repeats that are certain: 100 above everything else."""

    def score_all(self, queries: tf.Tensor, history: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
        return 100 * super().score_all(queries, history, items)


def test_evidence_that_knows_what_follows_gets_the_least_weight_that_helps(tmp_path: Path) -> None:
    windows = tiny_inputs(tmp_path, eval=[[1, 2], [3, 4]]).eval_windows(MAX_LENGTH)

    weight, shares = weigh_evidence(Repeats(), evidence_of([1, 2], [3, 4]), [windows], exclude_seen=False)

    assert weight == EVIDENCE_WEIGHTS[1]
    assert shares == mixed_with_counts(0.0)


def test_evidence_that_says_nothing_gets_no_weight(tmp_path: Path) -> None:
    windows = tiny_inputs(tmp_path, eval=[[1, 2], [3, 4]]).eval_windows(MAX_LENGTH)

    weight, _ = weigh_evidence(Repeats(), evidence_of([11, 12]), [windows], exclude_seen=False)

    assert weight == 0.0


def test_the_memory_that_knows_what_follows_gets_all_of_the_evidence(tmp_path: Path) -> None:
    windows = tiny_inputs(tmp_path, eval=[[1, 2], [3, 4]]).eval_windows(MAX_LENGTH)
    misled, right = evidence_of([1, 4], [3, 2]), evidence_of([1, 2], [3, 4])
    evidence = Evidence(misled.memories | {RIDGE: right.memories[RIDGE]})

    _, shares = weigh_evidence(Repeats(), evidence, [windows], exclude_seen=False)

    assert shares[RIDGE] > 0.5


def test_counts_that_mislead_have_no_share(tmp_path: Path) -> None:
    windows = tiny_inputs(tmp_path, eval=[[1, 2], [3, 4]]).eval_windows(MAX_LENGTH)
    misled, right = evidence_of([1, 4], [3, 2]), evidence_of([1, 2], [3, 4])
    evidence = Evidence(misled.memories | {WIDE_TRANSITIONS: right.memories[WIDE_TRANSITIONS]})

    _, shares = weigh_evidence(Repeats(), evidence, [windows], exclude_seen=False)

    assert shares[WIDE_TRANSITIONS] >= 0.7
    assert TRANSITIONS not in shares


class Silent(Repeats):
    """A transformer that knows nothing."""

    def score_all(self, queries: tf.Tensor, history: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
        return tf.zeros_like(super().score_all(queries, history, items))


def test_repeats_have_a_share_where_what_was_played_comes_again(tmp_path: Path) -> None:
    windows = tiny_inputs(tmp_path, eval=[[7, 8, 7], [10, 9, 9, 10]]).eval_windows(MAX_LENGTH)
    evidence = evidence_of([1, 2], [7, 3], [8, 4], [9, 5], [10, 6])

    weight, shares = weigh_evidence(Silent(), evidence, [windows], exclude_seen=False)
    _, unseen = weigh_evidence(Silent(), evidence, [windows], exclude_seen=True)

    assert weight > 0
    assert shares[REPEATS] > 0
    assert REPEATS not in unseen


def test_evidence_can_outweigh_a_transformer_that_errs(tmp_path: Path) -> None:
    windows = tiny_inputs(tmp_path, eval=[[1, 2], [3, 4]]).eval_windows(MAX_LENGTH)

    weight, _ = weigh_evidence(Sharp(), evidence_of([1, 2], [3, 4]), [windows], exclude_seen=False)

    assert weight > 8


class SharpOfThrees(Repeats):
    """Repeats that are certain in a history that holds the item 3."""

    def score_all(self, queries: tf.Tensor, history: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
        certain = tf.reduce_any(history == 3, axis=-1, keepdims=True)
        return tf.where(certain, 100.0, 1.0) * super().score_all(queries, history, items)


@pytest.mark.parametrize(("threes", "least", "most"), [(1, 0.5, 0.5), (20, 12.0, 64.0)])
def test_of_weights_that_serve_all_but_as_well_the_least_is_taken(
    tmp_path: Path, threes: int, least: float, most: float
) -> None:
    windows = tiny_inputs(tmp_path, eval=[[1, 2]] * 1000 + [[3, 4]] * threes).eval_windows(MAX_LENGTH)

    weight, _ = weigh_evidence(SharpOfThrees(), evidence_of([1, 2], [3, 4]), [windows], exclude_seen=False)

    assert least <= weight <= most


def test_what_training_watches_is_the_whole_at_the_weight_that_serves_it_best(tmp_path: Path) -> None:
    windows = tiny_inputs(tmp_path, eval=[[1, 2], [3, 4], [7, 8]]).eval_windows(MAX_LENGTH)
    right, misled = evidence_of([1, 2], [3, 4], [7, 8]), evidence_of([1, 4], [3, 8], [7, 2])

    def watched(model: Repeats, evidence: Evidence) -> float:
        return ndcg_measure(model, [windows], False, evidence, mixed_with_counts(0.0))()

    alone = ndcg_of_groups([Shortlister(Repeats(), [], exclude_seen=False)(windows)], [])
    assert watched(Sharp(), right) == 1.0
    assert watched(Sharp(), misled) == pytest.approx(alone)  # without weight


@pytest.mark.parametrize(
    ("exclude_seen", "ndcg"),
    [
        # 5 comes first; 8 comes after 7 and the six before it, which score as much
        (False, (1.0 + 1 / np.log2(7 + 2)) / 2),
        # 5 is excluded; 8 comes after the six before it
        (True, (0.0 + 1 / np.log2(6 + 2)) / 2),
    ],
)
def test_ndcg_on_eval_is_that_of_the_answers_that_are_served(
    tmp_path: Path, exclude_seen: bool, ndcg: float
) -> None:
    windows = tiny_inputs(tmp_path, eval=[[5, 5], [7, 8]]).eval_windows(MAX_LENGTH)
    shortlist = Shortlister(Repeats(), [], exclude_seen)

    assert ndcg_of_groups([shortlist(windows)], []) == pytest.approx(ndcg)


class Torn(Repeats):
    """Repeats, then the item 5, then all others alike."""

    def score_all(self, queries: tf.Tensor, history: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
        return 10 * super().score_all(queries, history, items) + 2 * tf.one_hot([5], 13)


def test_groups_of_targets_count_alike_whatever_their_sizes(tmp_path: Path) -> None:
    many = tiny_inputs(tmp_path / "many", eval=[[1, 5]] * 30).eval_windows(MAX_LENGTH)
    few = tiny_inputs(tmp_path / "few", eval=[[1, 9]] * 2).eval_windows(MAX_LENGTH)
    evidence = evidence_of([1, 9])

    in_groups, _ = weigh_evidence(Torn(), evidence, [many, few], exclude_seen=False)
    together, _ = weigh_evidence(Torn(), evidence, [many.concatenate(few)], exclude_seen=False)

    assert together < in_groups  # together 5 stays before 9


def test_ranks_on_a_shortlist_are_those_over_the_whole_catalogue(tmp_path: Path) -> None:
    windows = tiny_inputs(tmp_path, eval=[[1, 2, 5], [3, 4], [7, 7]]).eval_windows(MAX_LENGTH)
    evidence, shares = evidence_of([1, 2, 6], [3, 4]), mixed_with_counts(0.3)

    shortlist = Shortlister(Repeats(), [EvidenceLayer(evidence, shares)], exclude_seen=True)

    history = tf.constant([[1, 0], [1, 2], [3, 0], [7, 0]])
    scores = (tf.one_hot([1, 2, 3, 7], 13) + 2.0 * EvidenceLayer(evidence, shares)(history)).numpy()
    scores[:, 0] = -np.inf
    np.put_along_axis(scores, history.numpy(), -np.inf, axis=1)
    order = np.argsort(-scores, axis=1, kind="stable")
    ranks = ranks_within(shortlist(windows), [2.0])
    assert ranks[:3].tolist() == [order[row].tolist().index(item) for row, item in enumerate([2, 5, 4])]
    assert ranks[3] >= 12  # played before, so excluded


def test_an_item_counts_once_and_ties_break_by_index() -> None:
    items = np.array([[5, 9, 9, 2, 5]], np.int32)
    parts = np.zeros((1, 5, 2), np.float32)
    parts[0, [1, 2], 0] = 1.0
    ranked = np.array([[True, True, False, True, False]])

    assert ranks_within(Shortlists(items, parts, ranked), [1.0]).tolist() == [2]
