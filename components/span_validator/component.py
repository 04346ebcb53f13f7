"""SpanValidator: whether a new span looks like those before it, before anything is made of it."""

from typing import ClassVar

from tfx.dsl.components.base.executor_spec import BeamExecutorSpec
from tfx.types.component_spec import ChannelParameter, ExecutionParameter

from components.common.artifacts import SpanValidation
from components.common.stage import BeamStage, StageSpec
from components.span_validator.executor import Executor


class SpanValidatorSpec(StageSpec):
    PARAMETERS: ClassVar = StageSpec.PARAMETERS | {
        "data_dir": ExecutionParameter(type=str),
        "spans": ExecutionParameter(type=str),
        "data_digest": ExecutionParameter(type=str),  # so that TFX's cache sees new data at an old path
        "log_config": ExecutionParameter(type=str),
    }
    OUTPUTS: ClassVar = {"validation": ChannelParameter(type=SpanValidation)}


class SpanValidator(BeamStage):
    """Compares the newest of the chosen spans with the earlier ones, and fails where it is a bad day.

    Settings: `SpansConfig`. Parameters: `data_dir`, the folder of the log's tables; `spans`, those that are read (""
    for a log without); the tables' digest, for TFX's cache; `log_config`, how the log is read (`LogConfig`).

    Output: `validation` (`span_validation.json`, and where spans were compared their statistics, the schema and the
    anomalies). With no earlier span it passes at once.
    """

    SPEC_CLASS = SpanValidatorSpec
    EXECUTOR_SPEC = BeamExecutorSpec(Executor)
