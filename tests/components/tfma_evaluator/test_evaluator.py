"""TFMA measures what the ranker's signature `evaluate` gives, here a toy one."""

import math
from pathlib import Path

import pytest
import tensorflow as tf
from tfx.components.evaluator.executor import Executor
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.types import standard_artifacts
from tfx.utils import proto_utils

from components.bless.gates import tfma_figures
from components.tfma_evaluator import config


def save_toy(path: Path, heads: bool) -> None:
    """A window of n events has reciprocal rank 1/n, is a hit from 3 events on, and has a target up to 4.

    Windows of 1 and 4 events were completed, the one of 2 was skipped, of 3 the log doesn't say.
    """

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
    def evaluate(examples: tf.Tensor) -> dict[str, tf.Tensor]:
        features = tf.io.parse_example(examples, {"item_ids": tf.io.RaggedFeature(tf.string)})
        n = tf.cast(features["item_ids"].row_lengths(), tf.float32)[:, None]
        answer = {
            config.HIT: tf.cast(n >= 3, tf.float32),
            config.RECIPROCAL_RANK: 1 / n,
            config.HAS_TARGET: tf.cast(n <= 4, tf.float32),
        }
        if heads:
            answer |= {
                "p_complete": tf.where(n == 2, 0.25, 0.5),
                "p_skip": tf.where(n == 2, 0.75, 0.5),
                config.LABEL_COMPLETE: tf.cast((n == 1) | (n == 4), tf.float32),
                config.LABEL_SKIP: tf.cast(n == 2, tf.float32),
                config.KNOWN: tf.cast((n != 3) & (n <= 4), tf.float32),
            }
        return answer

    tf.saved_model.save(tf.Module(), str(path), signatures={config.SIGNATURE: evaluate})


def figures(folder: Path, heads: bool) -> dict[str, float]:
    """Runs TFX's own executor over windows of 1 to 5 events."""
    save_toy(folder / "model" / "Format-Serving", heads)
    (folder / "examples" / "Split-test").mkdir(parents=True)
    file = folder / "examples" / "Split-test" / "data-00000-of-00001.gz"
    with tf.io.TFRecordWriter(str(file), "GZIP") as writer:
        for n in (1, 2, 3, 4, 5):
            feature = tf.train.Feature(bytes_list=tf.train.BytesList(value=[b"item"] * n))
            features = tf.train.Features(feature={"item_ids": feature})
            writer.write(tf.train.Example(features=features).SerializeToString())
    examples, model = standard_artifacts.Examples(), standard_artifacts.Model()
    examples.uri, examples.split_names, model.uri = (
        str(folder / "examples"),
        '["test"]',
        str(folder / "model"),
    )
    evaluation, blessing = standard_artifacts.ModelEvaluation(), standard_artifacts.ModelBlessing()
    evaluation.uri, blessing.uri = str(folder / "evaluation"), str(folder / "blessing")
    context = BaseBeamExecutor.Context(beam_pipeline_args=[], tmp_dir=str(folder), unique_id="1")
    Executor(context).Do(
        {"examples": [examples], "model": [model]},
        {"evaluation": [evaluation], "blessing": [blessing]},
        {"eval_config": proto_utils.proto_to_json(config.eval_config()), "example_splits": '["test"]'},
    )
    return tfma_figures(evaluation.uri)


def test_ranking_and_heads_are_measured(tmp_path: Path) -> None:
    measured = figures(tmp_path, heads=True)
    assert measured["example_count"] == 5
    assert measured["hr@10"] == pytest.approx(2 / 4)
    assert measured["mrr"] == pytest.approx((1 + 1 / 2 + 1 / 3 + 1 / 4) / 4)
    assert measured["auc_complete"] == pytest.approx(1.0)  # both completed windows above the skipped one
    assert measured["auc_skip"] == pytest.approx(1.0)
    assert measured["log_loss_complete"] == pytest.approx((2 * math.log(2) - math.log(0.75)) / 3)
    assert measured["log_loss_skip"] == pytest.approx((2 * math.log(2) - math.log(0.75)) / 3)


def test_a_ranker_without_heads_has_no_figures_for_them(tmp_path: Path) -> None:
    measured = figures(tmp_path, heads=False)
    assert measured["hr@10"] == pytest.approx(2 / 4)
    assert math.isnan(measured["auc_complete"])
    assert math.isnan(measured["log_loss_skip"])
