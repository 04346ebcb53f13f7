"""Composer: joins features, towers, index and ranker into the SavedModels that are served."""

from typing import ClassVar

from tfx import types
from tfx.dsl.components.base.executor_spec import ExecutorClassSpec
from tfx.types import standard_artifacts
from tfx.types.component_spec import ChannelParameter

from components.common.artifacts import (
    LogSummary,
    RankingEvaluation,
    ScannIndex,
    ServingModels,
)
from components.common.stage import SEED, Stage, StageExecutor, StageSpec
from models.settings import Settings


class ComposerSpec(StageSpec):
    PARAMETERS: ClassVar = StageSpec.PARAMETERS | SEED
    INPUTS: ClassVar = {
        "transform_graph": ChannelParameter(type=standard_artifacts.TransformGraph),
        "catalog": ChannelParameter(type=standard_artifacts.Examples),
        "catalog_transform": ChannelParameter(type=standard_artifacts.TransformGraph),
        "summary": ChannelParameter(type=LogSummary),
        "retrieval": ChannelParameter(type=standard_artifacts.Model),
        "ranker": ChannelParameter(type=standard_artifacts.Model),
        "index": ChannelParameter(type=ScannIndex),
        "evaluation": ChannelParameter(type=RankingEvaluation),
    }
    OUTPUTS: ClassVar = {"models": ChannelParameter(type=ServingModels)}


class Executor(StageExecutor):
    def run(self, config: Settings, *, seed: int, models: types.Artifact, **uris: str) -> None:
        from components.composer.compose import compose

        compose(seed=seed, out_uri=models.uri, **uris)


class Composer(Stage):
    """What the final fit made in, `<build>/<model>/` SavedModels out."""

    SPEC_CLASS = ComposerSpec
    EXECUTOR_SPEC = ExecutorClassSpec(Executor)
