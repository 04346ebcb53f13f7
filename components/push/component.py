"""Push: publishes the models that were blessed, all under one version."""

from typing import ClassVar

from tfx import types
from tfx.dsl.components.base.executor_spec import ExecutorClassSpec
from tfx.types import standard_artifacts
from tfx.types.component_spec import ChannelParameter, ExecutionParameter

from components.common import records
from components.common.artifacts import ServingModels
from components.common.stage import Stage, StageExecutor, StageSpec
from components.pushed.pushed_models import PushedModels
from listening_log.tables.spans import Spans
from models.settings import Settings


class PushSpec(StageSpec):
    PARAMETERS: ClassVar = StageSpec.PARAMETERS | {
        "destination": ExecutionParameter(type=str),
        "spans": ExecutionParameter(type=str),
        "keep": ExecutionParameter(type=int),
    }
    INPUTS: ClassVar = {"models": ChannelParameter(type=ServingModels)}
    OUTPUTS: ClassVar = {"pushed_model": ChannelParameter(type=standard_artifacts.PushedModel)}


class Executor(StageExecutor):
    def run(
        self,
        config: Settings,
        *,
        models_uri: str,
        destination: str,
        keep: int,
        pushed_model: types.Artifact,
        spans: str = "",
    ) -> None:
        # the next run over these spans starts from the same models and is measured beside them
        pushed = PushedModels(destination)
        before = pushed.in_production(Spans.parse(spans).newest)
        version = pushed.push(models_uri, keep, protected={before})
        records.Push(version=version, destination=destination).write(pushed_model.uri)
        pushed_model.set_int_custom_property("pushed", 1)  # the names are TFX's Pusher's
        pushed_model.set_string_custom_property("pushed_destination", destination)
        pushed_model.set_string_custom_property("pushed_version", str(version))


class Push(Stage):
    """Takes its blessing through the pipeline's condition alone (Kubeflow's compiler needs that)."""

    SPEC_CLASS = PushSpec
    EXECUTOR_SPEC = ExecutorClassSpec(Executor)
