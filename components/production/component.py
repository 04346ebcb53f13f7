"""Production: finds the models that were in production before the newest span, by what was pushed.

A component of ours in place of a Resolver, which open-source Kubeflow doesn't run.
"""

from typing import ClassVar

from tfx import types
from tfx.dsl.components.base.executor_spec import ExecutorClassSpec
from tfx.types.component_spec import ChannelParameter, ExecutionParameter

from components.common.artifacts import ProductionModels
from components.common.stage import Stage, StageExecutor, StageSpec
from listening_log.tables.spans import Spans
from models.settings import Settings


class ProductionSpec(StageSpec):
    PARAMETERS: ClassVar = StageSpec.PARAMETERS | {
        "destination": ExecutionParameter(type=str),
        "spans": ExecutionParameter(type=str),
        "earlier": ExecutionParameter(type=int),
        # the executor finds it by itself; here it has TFX's cache see a push, a rollback or a forgotten version
        "version": ExecutionParameter(type=int, optional=True),
    }
    OUTPUTS: ClassVar = {"models": ChannelParameter(type=ProductionModels)}


class Executor(StageExecutor):
    def run(
        self,
        config: Settings,
        *,
        destination: str,
        models: types.Artifact,
        earlier: int,
        spans: str = "",
        version: int | None = None,
    ) -> None:
        from components.production.production_models import copy_production_models

        copy_production_models(destination, Spans.parse(spans), models.uri, earlier=bool(earlier))


class Production(Stage):
    """The folder of the pushed models in, a copy of those that the newest span is measured against out."""

    SPEC_CLASS = ProductionSpec
    EXECUTOR_SPEC = ExecutorClassSpec(Executor)
