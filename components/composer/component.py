"""Composer: joins features, towers, index and ranker into the SavedModels that are served."""

from typing import ClassVar

from tfx import types
from tfx.dsl.components.base.executor_spec import ExecutorClassSpec
from tfx.types.component_spec import ChannelParameter

from components.common.artifacts import RankingEvaluation, ServingModels
from components.common.stage import MODEL_INPUTS, SEED, Stage, StageExecutor, StageSpec
from models.settings import Settings


class ComposerSpec(StageSpec):
    PARAMETERS: ClassVar = StageSpec.PARAMETERS | SEED
    INPUTS: ClassVar = MODEL_INPUTS | {"evaluation": ChannelParameter(type=RankingEvaluation)}
    OUTPUTS: ClassVar = {"models": ChannelParameter(type=ServingModels)}


class Executor(StageExecutor):
    def run(self, config: Settings, *, seed: int, models: types.Artifact, **uris: str) -> None:
        from components.composer.compose import compose

        compose(seed=seed, out_uri=models.uri, **uris)


class Composer(Stage):
    """What the final fit made in, `<build>/<model>/` SavedModels out."""

    SPEC_CLASS = ComposerSpec
    EXECUTOR_SPEC = ExecutorClassSpec(Executor)
