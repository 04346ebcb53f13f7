"""Runs the stages that Beam runs, and reads back what they have made."""

import io
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from listening_log.tables.spans import Spans
from listening_log.world import make_world
from models import names
from tfx_pipeline.config.beam import BeamConfig, beam_args
from tfx_pipeline.config.tree import load_config
from tfx_pipeline.home.layout import Home
from tfx_pipeline.local import runner

EXAMPLE_GEN = "ListeningLogExampleGen"
STATISTICS = ("LogStatistics", "CatalogStatistics")
TRANSFORMS = ("LogTransform", "CatalogTransform")
Beam = dict[str, Any]
"""`beam` of a configuration, as its YAML file has it."""


def make_log(folder: Path) -> Path:
    """A small made world."""
    make_world(folder, users=60, items=90, days=20, seed=3)
    return folder


@dataclass(frozen=True)
class StageOutputs:
    """What stages have left in a HOME."""

    home: Path

    @classmethod
    def by(cls, stages: Sequence[str], data: Path, home: Path, beam: Beam, spans: str = "") -> "StageOutputs":
        """Runs `stages` and what they need, as `upnext run --only` does."""
        config = load_config(None, [f"beam={json.dumps(beam)}"])
        for stage in stages:
            runner.run(data, Home(home), config, stage, io.StringIO(), spans=Spans.parse(spans))
        return cls(home)

    def output(self, stage: str, name: str) -> Path:
        """The folder of a stage's only execution."""
        (folder,) = [
            path for path in (self.home / "artifacts" / stage / name).iterdir() if path.name.isdecimal()
        ]
        return folder

    def examples(self, name: str = "examples") -> dict[str, Counter[bytes]]:
        """The records of each split, whatever their order."""
        import tensorflow as tf

        counts = {}
        for split in sorted(self.output(EXAMPLE_GEN, name).iterdir()):
            if split.name.startswith("Split-"):
                files = sorted(map(str, split.iterdir()))
                records = tf.data.TFRecordDataset(files, compression_type="GZIP")
                counts[split.name.removeprefix("Split-")] = Counter(records.as_numpy_iterator())
        return counts

    def summary(self) -> dict[str, Any]:
        return json.loads((self.output(EXAMPLE_GEN, "summary") / "summary.json").read_text())

    def validation(self) -> dict[str, Any]:
        """What was said of the newest span."""
        return json.loads((self.output("SpanValidator", "validation") / "span_validation.json").read_text())

    def counts(self, stage: str) -> dict[str, int]:
        """`num_examples` of each split's statistics."""
        from tensorflow_metadata.proto.v0 import statistics_pb2

        files = self.output(stage, "statistics").glob("Split-*/FeatureStats.pb")
        read = statistics_pb2.DatasetFeatureStatisticsList.FromString
        return {
            file.parent.name.removeprefix("Split-"): read(file.read_bytes()).datasets[0].num_examples
            for file in files
        }

    def transformed(self, stage: str, records: Sequence[bytes]) -> dict[str, list[Any]]:
        """What a transform graph makes of raw examples, by feature."""
        import tensorflow as tf
        import tensorflow_transform as tft

        graph = tft.TFTransformOutput(str(self.output(stage, "transform_graph")))
        raw = tf.io.parse_example(tf.constant(list(records)), graph.raw_feature_spec())
        return {name: _plain(tensor) for name, tensor in sorted(graph.transform_raw_features(raw).items())}


def _plain(tensor: Any) -> list[Any]:
    import tensorflow as tf

    if isinstance(tensor, tf.SparseTensor):
        return [tensor.indices.numpy().tolist(), tensor.values.numpy().tolist()]
    return tensor.to_list() if isinstance(tensor, tf.RaggedTensor) else tensor.numpy().tolist()


def save_model(folder: Path) -> None:
    """A model with the ranker's signature `evaluate`, whose answers follow from the length of a window."""
    import tensorflow as tf

    from components.tfma_evaluator import config

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
    def answer(examples: tf.Tensor) -> dict[str, tf.Tensor]:
        features = tf.io.parse_example(examples, {names.ITEM_IDS: tf.io.RaggedFeature(tf.string)})
        n = tf.cast(features[names.ITEM_IDS].row_lengths(), tf.float32)[:, None]
        odd = n % 2
        return {
            config.HIT: odd,
            config.RECIPROCAL_RANK: 1 / n,
            config.HAS_TARGET: tf.ones_like(n),
            names.P_COMPLETE: 0.2 + n % 3 / 5,
            names.P_SKIP: 0.2 + n % 4 / 5,
            config.LABEL_COMPLETE: odd,
            config.LABEL_SKIP: 1 - odd,
            config.KNOWN: tf.ones_like(n),
        }

    tf.saved_model.save(tf.Module(), str(folder / "Format-Serving"), signatures={config.SIGNATURE: answer})


def evaluate(examples: Path, model: Path, out: Path, beam: BeamConfig) -> dict[str, float]:
    """TFMA's figures of a model over the split `test`, as our Evaluator asks for them."""
    from tfx.components.evaluator.executor import Executor
    from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
    from tfx.types import standard_artifacts
    from tfx.utils import proto_utils

    from components.bless.gates import tfma_figures
    from components.tfma_evaluator.config import eval_config

    kinds = {
        "examples": standard_artifacts.Examples,
        "model": standard_artifacts.Model,
        "evaluation": standard_artifacts.ModelEvaluation,
        "blessing": standard_artifacts.ModelBlessing,
    }
    places = {"examples": examples, "model": model, "evaluation": out / "evaluation", "blessing": out / "b"}
    artifacts = {name: [kind()] for name, kind in kinds.items()}
    for name, (artifact,) in artifacts.items():
        artifact.uri = str(places[name])
    artifacts["examples"][0].split_names = json.dumps([names.TEST])
    context = BaseBeamExecutor.Context(
        beam_pipeline_args=beam_args(beam), tmp_dir=str(out / "tmp"), unique_id="1"
    )
    Executor(context).Do(
        {name: artifacts[name] for name in ("examples", "model")},
        {name: artifacts[name] for name in ("evaluation", "blessing")},
        {
            "eval_config": proto_utils.proto_to_json(eval_config()),
            "example_splits": json.dumps([names.TEST]),
        },
    )
    return tfma_figures(str(out / "evaluation"))
