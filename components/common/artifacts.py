"""Artifact types that Upnext's own components pass between them (docs/architecture.md).

The JSON file in each is a record (`components.common.records`). A type's name is where Kubeflow imports it from
(see `components/__init__.py`).
"""

from tfx.types.artifact import Artifact
from tfx.types.system_artifacts import Dataset, Metrics, Model


class LogSummary(Artifact):
    """What example generation learned of the log: splits, counts, heads, context (`summary.json`)."""

    TYPE_NAME = "components.LogSummary"
    TYPE_ANNOTATION = Dataset


class ScannIndex(Artifact):
    """A serialised searcher over the catalogue's embeddings, and `index.json` with its measured recall."""

    TYPE_NAME = "components.ScannIndex"
    TYPE_ANNOTATION = Model


class RankingEvaluation(Artifact):
    """Ranking quality on `test`, of the models and of the baselines (`evaluation.json`)."""

    TYPE_NAME = "components.RankingEvaluation"
    TYPE_ANNOTATION = Metrics


class ServingModels(Artifact):
    """The composed SavedModels, `<build>/<model>/`, ready to be pushed."""

    TYPE_NAME = "components.ServingModels"
    TYPE_ANNOTATION = Model


class ServingEvaluation(Artifact):
    """What a fresh server answered beside what the models answer in process (`serving_check.json`)."""

    TYPE_NAME = "components.ServingEvaluation"
    TYPE_ANNOTATION = Metrics


class ProductionModels(Artifact):
    """The models in production before the newest span: `production.json`, what they answer, how to go on."""

    TYPE_NAME = "components.ProductionModels"
    TYPE_ANNOTATION = Model


class SpanValidation(Artifact):
    """How the newest span compares with those before it (`span_validation.json`, statistics, schema)."""

    TYPE_NAME = "components.SpanValidation"
    TYPE_ANNOTATION = Metrics


class RunReport(Artifact):
    """How a run on a cluster ended (`report.json`)."""

    TYPE_NAME = "components.RunReport"
