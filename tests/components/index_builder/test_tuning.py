import math

import numpy as np
import pytest

from components.common.records import SearchPoint
from components.index_builder.tuning import (
    EXACTLY,
    Fitted,
    Meter,
    fit_effort,
    measure_curve,
    tune,
)
from models.config import IndexConfig
from models.scann_search import Effort, TreeShape, build_exact, build_tree

SHAPE = TreeShape(leaves=40, anisotropy=math.nan)


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    return np.random.default_rng(3).normal(size=(2000, 8)).astype(np.float32)


@pytest.fixture(scope="module")
def meter(vectors) -> Meter:
    return Meter(vectors, np.random.default_rng(4).normal(size=(60, 8)).astype(np.float32))


def test_exact_search_finds_all_and_an_index_of_other_vectors_little(vectors, meter):
    assert meter.recall(build_exact(vectors, 200).find) == 1.0
    assert meter.recall(build_exact(vectors[::-1].copy(), 200).find) < 0.5


def test_the_least_effort_that_reaches_the_target_is_taken(vectors, meter):
    index = build_tree(vectors, 200, SHAPE)

    fitted = fit_effort(index, SHAPE, meter, 0.9)

    assert fitted.point.recall_at_200 >= 0.9
    one_less = fitted.index.effort.leaves_searched - 1
    assert (
        meter.recall(index.spending(fitted.index.effort._replace(leaves_searched=one_less // 2)).find) < 0.9
    )


def test_a_target_out_of_reach_gets_what_finds_most(vectors, meter):
    fitted = fit_effort(build_tree(vectors, 200, SHAPE), SHAPE, meter, 1.1)

    assert fitted.index.effort.leaves_searched == 40


def test_an_index_that_reaches_the_target_ranks_before_a_faster_one_that_does_not():
    def fitted(recall: float, milliseconds: float) -> Fitted:
        return Fitted(None, SHAPE, SearchPoint(recall_at_200=recall, milliseconds=milliseconds))

    ranked = sorted([fitted(0.9, 0.1), fitted(0.99, 3.0), fitted(0.98, 2.0)], key=lambda one: one.rank(0.98))

    assert [one.point.recall_at_200 for one in ranked] == [0.98, 0.99, 0.9]


def test_a_search_that_finds_less_than_is_asked_for_counts_as_such(vectors):
    few = vectors[:300]
    meter = Meter(few, vectors[:60])
    index = build_tree(few, 200, TreeShape(17, 0.2)).spending(Effort(2, 200))

    assert 0 < meter.recall(index.find) < 0.6


def test_a_small_catalogue_is_searched_exactly(vectors):
    few = vectors[:50]

    tuned = tune(few, Meter(few, few[:5]), IndexConfig())

    assert tuned.shape is EXACTLY
    assert [point.recall_at_200 for point in measure_curve(tuned, Meter(few, few[:5]))] == [1.0]


def test_the_curve_goes_from_little_to_more_than_was_chosen(vectors, meter):
    tuned = tune(vectors, meter, IndexConfig(search="quantised", recall=0.9, tuning_seconds=0.0))

    curve = measure_curve(tuned, meter)

    leaves = [point.leaves_searched for point in curve]
    assert leaves[0] < tuned.point.leaves_searched < leaves[-1]
    assert curve[0].recall_at_200 < 0.9 < curve[-1].recall_at_200
