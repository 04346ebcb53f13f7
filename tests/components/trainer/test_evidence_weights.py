"""The weights of the evidence are those that serve `eval` best, whoever knows what follows."""

from pathlib import Path

import numpy as np
import tensorflow as tf

from components.trainer.evidence_weights import (
    EVIDENCE_WEIGHTS,
    Shortlists,
    ranks_within,
    shortlist_targets,
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

    shortlists = shortlist_targets(Repeats(), evidence, windows, exclude_seen=True)

    history = tf.constant([[1, 0], [1, 2], [3, 0], [7, 0]])
    scores = (tf.one_hot([1, 2, 3, 7], 13) + 2.0 * EvidenceLayer(evidence, shares)(history)).numpy()
    scores[:, 0] = -np.inf
    np.put_along_axis(scores, history.numpy(), -np.inf, axis=1)
    order = np.argsort(-scores, axis=1, kind="stable")
    ranks = ranks_within(shortlists, 2.0, shares)
    assert ranks[:3].tolist() == [order[row].tolist().index(item) for row, item in enumerate([2, 5, 4])]
    assert ranks[3] >= 12  # played before, so excluded


def test_an_item_counts_once_and_ties_break_by_index() -> None:
    items = np.array([[5, 9, 9, 2, 5]], np.int32)
    parts = np.zeros((1, 5, 6), np.float32)
    parts[0, [1, 2], 0] = 1.0
    ranked = np.array([[True, True, False, True, False]])

    assert ranks_within(Shortlists(items, parts, ranked), 1.0, mixed_with_counts(0.3)).tolist() == [2]
