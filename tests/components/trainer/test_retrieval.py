"""How the two towers are built, measured, saved and loaded."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from components.trainer import retrieval, trained_model
from components.trainer.retrieval import (
    build,
    embed_items_signature,
    load,
    monitored_places,
    recall_measure,
    sample_queries,
)
from components.trainer.training_records import RetrievalTraining, TrainingHistory
from listening_log.errors import UserError
from models import names
from models.config import TwoTowerConfig
from models.two_tower import TwoTower
from tests.components.trainer.tiny_inputs import MAX_LENGTH, Repeats, tiny_inputs
from tests.models import tiny

CONFIG = TwoTowerConfig(dimension=8, uniform_negatives=16)


def towers(folder: Path, items: int = 12) -> TwoTower:
    tf.keras.utils.set_random_seed(5)
    return build(tiny_inputs(folder, items), tiny.plays(items), CONFIG)


@pytest.mark.parametrize(("items", "places"), [(30_000, 100), (1000, 100), (300, 30), (60, 6), (3, 1)])
def test_recall_is_watched_where_it_can_still_rise(items: int, places: int) -> None:
    assert monitored_places(items) == places


def test_recall_on_eval_is_the_share_of_targets_among_the_watched_places(tmp_path: Path) -> None:
    """3 of the 5 targets of the first group repeat the play before them, and the one of the second does."""
    first = tiny_inputs(tmp_path / "first", eval=[[5, 5, 5], [7, 7, 8], [9, 1]]).eval_windows(MAX_LENGTH)
    second = tiny_inputs(tmp_path / "second", eval=[[2, 2]]).eval_windows(MAX_LENGTH)

    assert recall_measure(Repeats(), [first], k=1)() == pytest.approx(3 / 5)
    assert recall_measure(Repeats(), [first, second], k=1)() == pytest.approx((3 / 5 + 1) / 2)


def test_sampled_queries_are_those_of_the_targets_of_eval(tmp_path: Path) -> None:
    inputs = tiny_inputs(tmp_path, eval=[[5, 6, 7], [8, 9]])

    queries = sample_queries(Repeats(), inputs, MAX_LENGTH)

    assert queries.argmax(axis=1).tolist() == [5, 6, 8]


def test_no_more_queries_are_sampled_than_measure_the_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrieval, "SAMPLE_QUERIES", 2)
    inputs = tiny_inputs(tmp_path, eval=[[5, 6, 7], [8, 9]])

    assert len(sample_queries(Repeats(), inputs, MAX_LENGTH)) == 2


def test_the_built_model_has_all_its_variables(tmp_path: Path) -> None:
    paths = towers(tmp_path).get_weight_paths()

    assert {"items.ids", "items.tokens", "query_tower.request.token"} <= set(paths)
    assert {path.partition(".")[0] for path in paths} == {"items", "query_tower", "candidate_tower"}


def save(model: TwoTower, folder: Path, items: int = 12) -> str:
    """Writes the model as its stage does; returns the artifact's URI."""
    serving = folder / "Format-Serving"
    history = TrainingHistory(monitor="eval", best_epoch=1, best=0.5, epochs=[])
    training = RetrievalTraining(max_length=MAX_LENGTH, items=items, history=history, config=CONFIG)
    inputs = tiny_inputs(folder, items)
    trained_model.save_parts(str(serving), model, tiny.plays(items), inputs.rows, training)
    return str(folder)


def test_a_saved_model_is_loaded_with_its_settings_and_weights(tmp_path: Path) -> None:
    model, batch = towers(tmp_path), tiny.batch([[1, 2, 3]])

    loaded = load(save(model, tmp_path), tiny_inputs(tmp_path))

    assert loaded.config == CONFIG
    np.testing.assert_array_equal(loaded.candidates(), model.candidates())
    np.testing.assert_array_equal(loaded.queries(batch), model.queries(batch))


def test_a_model_of_another_catalogue_is_not_loaded(tmp_path: Path) -> None:
    uri = save(towers(tmp_path), tmp_path)

    with pytest.raises(UserError, match="trained on 12 items, the catalogue has 14; run again"):
        trained_model.load_weights(uri, towers(tmp_path, 14), tiny_inputs(tmp_path, 14))


def test_items_are_embedded_by_their_ids_and_unknown_ones_as_none(tmp_path: Path) -> None:
    vectors = tf.Variable(tf.reshape(tf.range(13.0), [13, 1]))
    embed = embed_items_signature(tiny_inputs(tmp_path).request_features(MAX_LENGTH), vectors)

    embedded = embed(tf.constant(["i04", "no such item", "i00"]))[names.VECTORS]

    assert embedded.numpy().tolist() == [[5.0], [0.0], [1.0]]
