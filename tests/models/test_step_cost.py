"""A training step reads and changes what its batch needs, whatever the size of the catalogue."""

from collections.abc import Iterator

import numpy as np
import pytest
import tensorflow as tf

from models.config import RankerConfig, TwoTowerConfig
from models.lazy_adam import LazyAdam
from models.ranker import Ranker
from models.two_tower import TwoTower
from tests.models import tiny

NEGATIVES = 5
ROWS = [[1, 2, 3], [2, 4]]
SIZES = [997, 19_997]


def ranker(items: int) -> Ranker:
    config = RankerConfig(dimension=8, blocks=1, softmax_items=NEGATIVES)
    return Ranker(tiny.catalog(items), tiny.plays(items), tiny.SIZES, 8, [], config)


def two_tower(items: int) -> TwoTower:
    config = TwoTowerConfig(dimension=8, uniform_negatives=NEGATIVES)
    return TwoTower(tiny.catalog(items), tiny.plays(items), tiny.SIZES, config)


@pytest.fixture(params=[ranker, two_tower], ids=lambda make: make.__name__)
def make(request: pytest.FixtureRequest):
    return request.param


@pytest.mark.parametrize("items", SIZES)
def test_a_step_changes_the_rows_of_its_batch_and_its_negatives_alone(make, items):
    tf.keras.utils.set_random_seed(3)
    model = make(items)
    model.compile(optimizer=LazyAdam(0.1))
    before = model.items.ids.numpy()

    model.train_step(tiny.batch(ROWS))

    changed = np.flatnonzero((model.items.ids.numpy() != before).any(axis=1))
    assert 0 < len(changed) <= 4 + NEGATIVES


@pytest.mark.parametrize("items", SIZES)
def test_no_operation_of_a_step_makes_a_value_for_each_item(make, items):
    """Variables and constants of the catalogue's size come in from outside; nothing else is as large."""
    model = make(items)
    model.compile(optimizer=LazyAdam(0.1))

    step = tf.function(model.train_step).get_concrete_function(tiny.batch(ROWS))

    large = [
        f"{operation.type} {operation.name}"
        for operation in operations(step.graph)
        if operation.type != "Placeholder"
        and any(
            items + 1 in (value.shape.as_list() if value.shape.rank else []) for value in operation.outputs
        )
    ]
    assert large == []


def operations(graph: tf.Graph) -> Iterator[tf.Operation]:
    """Those of a graph and of the functions that it calls."""
    yield from graph.get_operations()
    for name in graph._functions:
        yield from graph._get_function(name).graph.get_operations()
