"""ServingCheck: asks the composed models through a fresh server, and compares with their own answers."""

from typing import ClassVar

from tfx import types
from tfx.dsl.components.base.executor_spec import ExecutorClassSpec
from tfx.types import standard_artifacts
from tfx.types.component_spec import ChannelParameter

from components.common.artifacts import ServingEvaluation, ServingModels
from components.common.stage import SEED, Stage, StageExecutor, StageSpec
from models.settings import Settings


class ServingCheckSpec(StageSpec):
    PARAMETERS: ClassVar = StageSpec.PARAMETERS | SEED
    INPUTS: ClassVar = {
        "models": ChannelParameter(type=ServingModels),
        "catalog": ChannelParameter(type=standard_artifacts.Examples),
    }
    OUTPUTS: ClassVar = {"evaluation": ChannelParameter(type=ServingEvaluation)}


class Executor(StageExecutor):
    def run(self, config: Settings, *, seed: int, evaluation: types.Artifact, **uris: str) -> None:
        from components.serving_check.check import check

        check(seed=seed, out_uri=evaluation.uri, **uris)


class ServingCheck(Stage):
    """The models that would be pushed in, figures and reasons of any difference out."""

    SPEC_CLASS = ServingCheckSpec
    EXECUTOR_SPEC = ExecutorClassSpec(Executor)
    CODE = ("components.serving_check.bound_server",)  # started as a process, so not imported
