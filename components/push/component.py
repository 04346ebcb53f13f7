"""Push: publishes the models that were blessed, all under one version."""

from typing import Any, ClassVar

from tfx import types
from tfx.dsl.components.base.executor_spec import ExecutorClassSpec
from tfx.types import standard_artifacts
from tfx.types.component_spec import ChannelParameter, ExecutionParameter

from components.common import records
from components.common.artifacts import ServingModels
from components.common.stage import Stage, StageExecutor, StageSpec
from components.pushed.pushed_models import PushedModels
from listening_log.tables.spans import newest_span


class PushSpec(StageSpec):
    PARAMETERS: ClassVar = StageSpec.PARAMETERS | {
        "destination": ExecutionParameter(type=str),
        "spans": ExecutionParameter(type=str),
    }
    INPUTS: ClassVar = {"models": ChannelParameter(type=ServingModels)}
    OUTPUTS: ClassVar = {"pushed_model": ChannelParameter(type=standard_artifacts.PushedModel)}


class Executor(StageExecutor):
    def run(self, output: types.Artifact, config: dict[str, Any], **uris: str) -> None:
        # the next run over these spans starts from the same models and is measured beside them
        pushed = PushedModels(config["destination"])
        before = pushed.in_production(newest_span(config["spans"]))
        version = pushed.push(uris["models_uri"], config["keep"], protected={before})
        records.Push(version=version, destination=config["destination"]).write(output.uri)
        output.set_int_custom_property("pushed", 1)  # the names are TFX's Pusher's
        output.set_string_custom_property("pushed_destination", config["destination"])
        output.set_string_custom_property("pushed_version", str(version))


class Push(Stage):
    """Takes its blessing through the pipeline's condition alone (Kubeflow's compiler needs that)."""

    SPEC_CLASS = PushSpec
    EXECUTOR_SPEC = ExecutorClassSpec(Executor)
