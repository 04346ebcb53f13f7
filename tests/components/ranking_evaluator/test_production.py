from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from components.common.records import TWO_STAGE, BesideProduction, Production
from components.example_gen.record_files import write_records
from components.ranking_evaluator import production as module
from components.ranking_evaluator.production import beside_production, kind_masks
from components.ranking_evaluator.targets import Targets
from components.trainer.row_names import Rows
from models import names
from models.request_features import item_table
from tests.components.transform.conftest import serialized
from tests.models import tiny


def test_music_and_talk_are_told_apart_by_the_items_kind():
    masks = kind_masks(tiny.catalog(), np.array([1, 2, 3, 4]))  # tracks and episodes in turn
    assert masks["music"].tolist() == [True, False, True, False]
    assert masks["talk"].tolist() == [False, True, False, True]


def test_targets_of_one_kind_alone_are_not_divided():
    assert kind_masks(tiny.catalog(), np.array([1, 3])) == {}
    assert kind_masks(tiny.catalog(), np.array([2, 4])) == {}


RANKING = [f"i{n:02d}" for n in range(10)]
"""What the model in production answers to everybody."""


@pytest.fixture
def production(tmp_path: Path) -> str:
    """Production knew all items but the last two, and answers `RANKING`."""
    specs = {
        name: tf.TensorSpec([None, None], tf.string, name=name)
        for name in (names.ITEM_IDS, names.CONTEXT, names.EXCLUDE_IDS, names.ONLY, names.WITHOUT)
    }
    specs[names.TIMESTAMPS] = tf.TensorSpec([None, None], tf.int64, name=names.TIMESTAMPS)
    specs[names.REQUEST_TIME] = tf.TensorSpec([None], tf.int64, name=names.REQUEST_TIME)

    @tf.function
    def answer(**request: tf.Tensor) -> dict[str, tf.Tensor]:
        rows = tf.shape(request[names.ITEM_IDS])[0]
        return {names.ITEM_IDS: tf.tile(tf.constant([RANKING]), [rows, 1])}

    signature = answer.get_concrete_function(**specs)
    tf.saved_model.save(
        tf.Module(), str(tmp_path / "production" / names.UPNEXT), signatures={names.CONTEXTUAL: signature}
    )
    Production(version=7, last_span=1).write(tmp_path / "production")
    (tmp_path / "production" / names.RETRIEVAL).mkdir()
    Rows(["", *RANKING], [""], [""]).save(str(tmp_path / "production" / names.RETRIEVAL))
    return str(tmp_path / "production")


@pytest.fixture
def inputs(tmp_path: Path) -> SimpleNamespace:
    """Ann, who is new, plays i00 and i01; Bob, who is not, plays i11."""

    def window(user: str, items: list[str], times: list[int], targets: list[int]) -> bytes:
        return serialized(
            user_id=[user],
            window_start=[0],
            item_ids=items,
            timestamps=times,
            outcomes=[names.COMPLETED] * len(items),
            targets=targets,
            listener=[],
            context=[""] * len(items),
        )

    windows = [
        window("ann", ["i00", "i01"], [50, 60], [1, 1]),
        window("bob", ["i02", "i11"], [5, 70], [0, 1]),
    ]
    write_records(str(tmp_path), names.TEST, 0, 1, windows)
    catalog = tiny.catalog()
    return SimpleNamespace(
        examples_uri=str(tmp_path),
        catalog=catalog,
        items=item_table(catalog),
        slots=1,
        rows=SimpleNamespace(items=["", *(item.decode() for item in catalog.item_ids)]),
        summary=SimpleNamespace(spans=SimpleNamespace(begin=50)),
    )


TARGETS = Targets(
    listener=np.array([b"ann", b"ann", b"bob"], object),
    history=np.array([[0, 0], [1, 0], [3, 0]], np.int32),
    item=np.array([1, 2, 12], np.int32),
    ranks={TWO_STAGE: np.array([0, 0, 0])},
    among_candidates=np.ones(3, bool),
)


def compared(inputs: SimpleNamespace, production: str) -> BesideProduction | None:
    return beside_production(inputs, production, TARGETS, exclude_seen=False, seed=1, confidence=0.9)


def test_production_answers_the_same_targets_in_slices(inputs, production, monkeypatch):
    monkeypatch.setattr(module, "LEAST_TARGETS", 1)

    result = compared(inputs, production)

    assert result is not None
    assert (result.version, result.last_span) == (7, 1)
    second = 1 / np.log2(3)
    expected = {
        "all": (3, (1 + second) / 3),
        "music": (1, 1.0),
        "new items": (1, 0.0),
        "new listeners": (2, (1 + second) / 2),
        "talk": (2, second / 2),
    }
    assert list(result.slices) == list(expected)
    for name, (targets, ndcg) in expected.items():
        part = result.slices[name]
        assert (part.targets, part.ndcg_at_10) == (targets, 1.0)
        assert part.production == pytest.approx(ndcg)
        assert part.difference == pytest.approx(1 - ndcg)


def test_a_slice_with_few_targets_is_left_out(inputs, production):
    result = compared(inputs, production)
    assert result is not None
    assert list(result.slices) == ["all"]


def test_without_a_version_in_production_nothing_is_compared(inputs, tmp_path):
    Production().write(tmp_path / "none")
    assert compared(inputs, str(tmp_path / "none")) is None
