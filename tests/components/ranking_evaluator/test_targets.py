"""Tiny models rank tiny windows."""

from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from components.common.records import MEMORIES, RECENT_POPULARITY, TRANSFORMER, TWO_STAGE
from components.ranking_evaluator.targets import BASELINES, Targets, rank_baselines, rank_targets
from models import names
from models.config import RankerConfig, TwoTowerConfig
from models.memory.evidence import fit_evidence
from models.memory.interactions import Interactions
from models.metrics import NOT_FOUND
from models.ranker import Ranker
from models.ranks import rank_of, ranker_scores, target_places
from models.scann_search import build_exact
from models.two_tower import TwoTower
from tests.models import tiny

WINDOWS = [[[5, 6, 7], [8, 9]], [[1, 2, 3, 4]]]
"""Item indices of two batches; every event is a target."""
USERS = [["ann", "bob"], ["cid"]]


@pytest.fixture(scope="module")
def models() -> tuple[TwoTower, Ranker]:
    tf.keras.utils.set_random_seed(5)
    catalog, plays = tiny.catalog(), tiny.plays()
    ranker = Ranker(catalog, plays, tiny.SIZES, 8, [], RankerConfig(dimension=8, blocks=1))
    return TwoTower(catalog, plays, tiny.SIZES, TwoTowerConfig(dimension=8)), ranker


def windows(split: str, *, batch_size: int, with_user: bool):
    assert (split, with_user) == (names.TEST, True)
    for rows, users in zip(WINDOWS, USERS, strict=True):
        yield {**tiny.batch(rows), names.USER_ID: tf.constant(users)}


def ranked(models: tuple[TwoTower, Ranker], max_targets: int = 100, exclude_seen: bool = False) -> Targets:
    two_tower, ranker = models
    two_tower.queries(tiny.batch([[1, 2]]))
    searcher = build_exact(two_tower.candidates().numpy()[1:], names.CANDIDATES).serialised()
    inputs = SimpleNamespace(catalog=tiny.catalog(), windows=windows, eval_batch_size=lambda *_: 2)
    return rank_targets(
        inputs, two_tower, ranker, searcher, max_targets=max_targets, max_length=8, exclude_seen=exclude_seen
    )


def test_every_target_has_its_listener_and_the_plays_before_it(models):
    targets = ranked(models)
    assert targets.listener.tolist() == [b"ann"] * 3 + [b"bob"] * 2 + [b"cid"] * 4
    assert targets.item.tolist() == [5, 6, 7, 8, 9, 1, 2, 3, 4]
    assert targets.history.shape == (9, 9)
    assert targets.history[2].tolist() == [5, 6, 0, 0, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("exclude_seen", [False, True])
def test_where_every_item_is_a_candidate_both_together_rank_as_the_ranker(models, exclude_seen):
    targets = ranked(models, exclude_seen=exclude_seen)
    assert targets.among_candidates.all()
    assert targets.ranks[TWO_STAGE].tolist() == targets.ranks[names.RANKER].tolist()


def test_a_models_ranks_are_those_of_its_scores(models):
    targets, ranker = ranked(models), models[1]
    batch = tiny.batch(WINDOWS[0])
    places, history, item = target_places(batch)
    scores = ranker_scores(ranker, ranker.items.table())(batch, places, history).numpy()
    scores[:, 0] = -np.inf
    expected = rank_of(tf.constant(scores), item).numpy()
    assert targets.ranks[names.RANKER][: len(expected)].tolist() == expected.tolist()


def test_the_rankers_parts_rank_alone():
    tf.keras.utils.set_random_seed(5)
    catalog, plays = tiny.catalog(), tiny.plays()
    ranker = Ranker(catalog, plays, tiny.SIZES, 8, [], RankerConfig(dimension=8, blocks=1))
    two_tower = TwoTower(catalog, plays, tiny.SIZES, TwoTowerConfig(dimension=8))
    bare = ranked((two_tower, ranker), exclude_seen=True)

    log = Interactions.from_sequences([[5, 6, 7], [1, 2, 3], [8, 9]] * 3, catalog.size)
    ranker.add_evidence(fit_evidence(log), 1000.0)
    joined = ranked((two_tower, ranker), exclude_seen=True)

    assert joined.ranks[TRANSFORMER].tolist() == bare.ranks[names.RANKER].tolist()
    remembered = joined.ranks[MEMORIES]
    assert remembered[[1, 2, 4, 6, 7]].tolist() == [0, 0, 0, 0, 0]
    assert joined.ranks[names.RANKER][[1, 2, 4, 6, 7]].tolist() == [0, 0, 0, 0, 0]


def test_enough_targets_end_it_with_the_batch(models):
    assert len(ranked(models, max_targets=2).item) == 5


def test_baselines_rank_the_same_targets():
    targets = Targets(
        listener=np.array([b"ann", b"bob"], object),
        history=np.array([[1, 0, 0], [2, 0, 0]], np.int32),
        item=np.array([2, 1], np.int32),
        ranks={},
        among_candidates=np.ones(2, bool),
    )
    train = Interactions(np.array([1, 2, 1, 2, 3], np.int32), np.array([0, 2, 4, 5]), 4)

    rank_baselines(targets, train, exclude_seen=True)
    assert set(targets.ranks) == set(BASELINES)
    rank_baselines(targets, train, exclude_seen=True, recent=np.array([0, 0, 0, 2, 1]))

    assert targets.ranks["markov"][0] == 0
    assert targets.ranks[RECENT_POPULARITY].tolist() == [2, 2]
    assert all(ranks.dtype == np.int64 and (ranks < NOT_FOUND).all() for ranks in targets.ranks.values())
