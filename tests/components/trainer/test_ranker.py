"""How the ranker is measured, how its evidence is weighed, and how it is loaded."""

import os
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from components.trainer import trained_model
from components.trainer.ranker import adapted, build, like, load
from components.trainer.training_records import RankerTraining, TrainingHistory
from models.config import RankerConfig
from models.memory.evidence import Evidence, fit_evidence, mixed_with_counts
from models.memory.interactions import Interactions
from tests.components.trainer.tiny_inputs import MAX_LENGTH, tiny_inputs
from tests.models import tiny

CONFIG = RankerConfig(dimension=8, blocks=1)


def evidence_of(*sequences: list[int]) -> Evidence:
    return fit_evidence(Interactions.from_sequences(sequences * 5, 12))


def test_a_saved_ranker_is_loaded_with_its_evidence(tmp_path: Path) -> None:
    tf.keras.utils.set_random_seed(5)
    inputs, evidence = tiny_inputs(tmp_path), evidence_of([1, 2], [3, 4])
    model = build(inputs, tiny.plays(), MAX_LENGTH, CONFIG)
    shares = mixed_with_counts(0.5)
    model.add_evidence(evidence, 2.0, shares)
    training = RankerTraining(
        max_length=MAX_LENGTH,
        items=12,
        history=TrainingHistory(monitor="eval", best_epoch=1, best=0.5, epochs=[]),
        config=CONFIG,
        heads=[],
        exclude_seen=False,
        evidence_weight=2.0,
        evidence_shares=shares,
    )
    serving = str(tmp_path / "Format-Serving")
    folder = trained_model.save_parts(serving, model, tiny.plays(), inputs.rows, training)
    evidence.save(os.path.join(folder, "evidence.npz"))

    loaded = load(str(tmp_path), inputs)

    query, history = tf.ones([1, 8]), tf.constant([[1, 3]])
    expected = model.score_all(query, history, model.items.table())
    np.testing.assert_array_equal(loaded.score_all(query, history, loaded.items.table()), expected)


@pytest.mark.parametrize(("length", "dropout"), [(19, 0.5), (20, 0.2)])
def test_short_histories_are_learnt_with_more_dropout(length: int, dropout: float) -> None:
    log = Interactions(np.ones(length * 3, np.int32), np.arange(4) * length, 12)
    assert adapted(RankerConfig(), log, windows=3).dropout == dropout
    assert adapted(RankerConfig(dropout=0.1), log, windows=3).dropout == 0.1


@pytest.mark.parametrize(("length", "scale"), [(19, 14.0), (20, 0.0)])
def test_logits_are_cosines_where_histories_are_short(length: int, scale: float) -> None:
    log = Interactions(np.ones(length * 3, np.int32), np.arange(4) * length, 12)
    assert adapted(RankerConfig(), log, windows=3).logit_scale == scale
    assert adapted(RankerConfig(logit_scale=7.0), log, windows=3).logit_scale == 7.0


@pytest.mark.parametrize("scale", [None, 0.0, 14.0])
def test_beside_a_model_in_production_logits_stay_what_they_are(scale: float | None) -> None:
    log = Interactions.from_sequences([[1, 2]] * 8, 12)
    config = like(RankerConfig(logit_scale=scale), RankerConfig())
    assert adapted(config, log, windows=8).logit_scale == (scale or 0.0)


@pytest.mark.parametrize(("length", "windows"), [(5, 300), (23, 65), (24, 64), (100, 64)])
def test_a_batch_holds_more_windows_where_they_are_short(length: int, windows: int) -> None:
    log = Interactions.from_sequences([[1] * length] * 8, 12)
    assert adapted(RankerConfig(), log, windows=8).batch_size == windows
    assert adapted(RankerConfig(batch_size=7), log, windows=8).batch_size == 7


def test_a_log_without_plays_has_a_batch_size_too() -> None:
    assert adapted(RankerConfig(), Interactions.from_sequences([], 12), windows=0).batch_size == 64
