"""Production: finds the models that were in production before the newest span, by what was pushed.

A component of ours in place of a Resolver, which open-source Kubeflow doesn't run.
"""

from typing import Any, ClassVar

from tfx import types
from tfx.dsl.components.base.executor_spec import ExecutorClassSpec
from tfx.types.component_spec import ChannelParameter, ExecutionParameter

from components.common.artifacts import ProductionModels
from components.common.stage import Stage, StageExecutor, StageSpec


class ProductionSpec(StageSpec):
    PARAMETERS: ClassVar = StageSpec.PARAMETERS | {
        "destination": ExecutionParameter(type=str),
        "spans": ExecutionParameter(type=str),
    }
    INPUTS: ClassVar[dict[str, ChannelParameter]] = {}
    OUTPUTS: ClassVar = {"models": ChannelParameter(type=ProductionModels)}


class Executor(StageExecutor):
    def run(self, output: types.Artifact, config: dict[str, Any], **uris: str) -> None:
        from components.production.production_models import copy_production_models

        copy_production_models(config["destination"], config["spans"], output.uri, earlier=config["earlier"])


class Production(Stage):
    """The folder of the pushed models in, a copy of those that the newest span is measured against out."""

    SPEC_CLASS = ProductionSpec
    EXECUTOR_SPEC = ExecutorClassSpec(Executor)
