"""A new model takes over what the one in production learnt, row by row, by what the rows stand for."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from components.trainer.row_names import Rows, carry_over
from components.trainer.warm_start import WEIGHTS, warm_start
from models.config import RankerConfig, TwoTowerConfig
from models.layers import FeatureSizes, example_batch
from models.ranker import Ranker
from models.two_tower import TwoTower
from tests.models import tiny

IDS = [f"i{n:02d}" for n in range(12)]
CONTENT = ["", "kind=track", "kind=episode", "creator=rare"]
CONTEXT = ["", "surface=home", "surface=search", "unknown"]
OLD = Rows(["", *IDS], CONTENT, CONTEXT)


def two_tower(items: int = 12, dimension: int = 8) -> TwoTower:
    model = TwoTower(tiny.catalog(items), tiny.plays(items), tiny.SIZES, TwoTowerConfig(dimension=dimension))
    model.queries(example_batch())
    model.candidates()
    return model


def ranker(items: int = 12, heads: tuple[str, ...] = (), context: int = 2) -> Ranker:
    config = RankerConfig(dimension=8, blocks=1, dropout=0.0)
    sizes = FeatureSizes(context=context)
    model = Ranker(tiny.catalog(items), tiny.plays(items), sizes, 6, heads, config)
    model.losses_of(example_batch(), training=False)
    return model


def saved(model: tf.keras.Model, folder: Path, rows: Rows = OLD) -> str:
    tf.train.Checkpoint(model=model).write(str(folder / WEIGHTS))
    rows.save(str(folder))
    return str(folder)


@given(st.lists(st.text(max_size=3), unique=True, min_size=1), st.lists(st.text(max_size=3), unique=True))
def test_every_known_name_keeps_its_row_and_every_new_one_gets_its_own(
    old: list[str], new: list[str]
) -> None:
    table = np.arange(len(old), dtype=np.float32)[:, None]
    others = np.full((len(new), 1), -1.0, np.float32)
    expected = [[float(old.index(name))] if name in old else [-1.0] for name in new]
    np.testing.assert_array_equal(carry_over(table, old, new, others), np.reshape(expected, (len(new), 1)))


def test_the_same_catalogue_gives_the_same_model(tmp_path: Path) -> None:
    old, new = two_tower(), two_tower()
    assert warm_start(new, saved(old, tmp_path), OLD)
    np.testing.assert_array_equal(old.candidates(), new.candidates())
    batch = tiny.batch([[1, 2, 3]])
    np.testing.assert_array_equal(old.queries(batch), new.queries(batch))


def test_an_item_that_was_not_known_starts_from_its_content_alone(tmp_path: Path) -> None:
    old, new = two_tower(), two_tower(14)  # i12 a track, i13 an episode and the one by `rare`
    rows = Rows(["", *IDS, "i12", "i13"], CONTENT, CONTEXT)
    assert warm_start(new, saved(old, tmp_path), rows)
    np.testing.assert_array_equal(new.items.ids[13:], np.zeros((2, 8)))
    np.testing.assert_array_equal(new.items.ids[:13], old.items.ids)
    assert np.abs(new.candidates()[13]).sum() > 0


def test_rows_follow_their_names_where_the_catalogue_changed(tmp_path: Path) -> None:
    old, new = two_tower(), two_tower()
    rows = Rows(["", "a new one", *IDS[:11]], ["", CONTENT[2], CONTENT[1], "creator=new"], CONTEXT)
    assert warm_start(new, saved(old, tmp_path), rows)
    np.testing.assert_array_equal(new.items.ids[2:], old.items.ids[1:12])
    np.testing.assert_array_equal(new.items.tokens[1], old.items.tokens[2])
    np.testing.assert_array_equal(new.items.tokens[3], np.zeros(8))


def test_the_ranker_takes_over_its_bias_and_its_context(tmp_path: Path) -> None:
    old, new = ranker(), ranker(13)
    old.bias.assign(np.arange(13, dtype=np.float32))
    old.request.token.assign(np.ones((3, 8), np.float32))
    own = new.bias.numpy()[13]
    before = Rows(["", *IDS], CONTENT, ["", "surface=home", "unknown"])
    after = Rows(["", *IDS, "i12"], CONTENT, ["", "surface=car", "unknown"])
    assert warm_start(new, saved(old, tmp_path, before), after)
    np.testing.assert_array_equal(new.bias, [*range(13), own])
    np.testing.assert_array_equal(new.request.token[:, 0], [1.0, 0.0, 1.0])


def test_a_head_that_production_lacked_starts_afresh(tmp_path: Path) -> None:
    old, new = ranker(), ranker(heads=("p_skip",))
    head = new.head_query["p_skip"].item.numpy()
    rows = Rows(OLD.items, CONTENT, ["", "a", "unknown"])
    assert warm_start(new, saved(old, tmp_path, rows), rows)
    np.testing.assert_array_equal(new.start, old.start)
    np.testing.assert_array_equal(new.head_query["p_skip"].item, head)


@pytest.mark.parametrize("dimension", [4, 16])
def test_a_model_of_another_size_has_nothing_to_take_over(tmp_path: Path, dimension: int) -> None:
    new = two_tower(dimension=dimension)
    before = [weight.copy() for weight in new.get_weights()]
    assert not warm_start(new, saved(two_tower(), tmp_path), OLD)
    for weight, own in zip(new.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, own)


def test_rows_survive_the_file(tmp_path: Path) -> None:
    rows = Rows(["", "ä", b"\xff".decode("utf-8", "surrogateescape")], [""], ["", "unknown"])
    rows.save(str(tmp_path))
    assert Rows.load(str(tmp_path)) == rows
