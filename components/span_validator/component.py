"""SpanValidator: whether a new span looks like those before it, before anything is made of it."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from tfx import types
from tfx.dsl.components.base import base_beam_component, executor_spec
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter

from components.common.artifacts import SpanValidation
from components.span_validator.executor import Executor
from components.span_validator.params import (
    CODE_DIGEST,
    CONFIG,
    DATA_DIGEST,
    DATA_DIR,
    LOG_CONFIG,
    SPANS,
    VALIDATION,
)


class SpanValidatorSpec(ComponentSpec):
    """The stage's parameters and output."""

    PARAMETERS: ClassVar = {
        DATA_DIR: ExecutionParameter(type=str),
        SPANS: ExecutionParameter(type=str),
        LOG_CONFIG: ExecutionParameter(type=str),
        CONFIG: ExecutionParameter(type=str),
        DATA_DIGEST: ExecutionParameter(type=str),
        CODE_DIGEST: ExecutionParameter(type=str),
    }
    INPUTS: ClassVar[dict[str, ChannelParameter]] = {}
    OUTPUTS: ClassVar = {VALIDATION: ChannelParameter(type=SpanValidation)}


class SpanValidator(base_beam_component.BaseBeamComponent):
    """Compares the newest of the chosen spans with the earlier ones, and fails where it is a bad day.

    Output: `validation` (`span_validation.json`, and where spans were compared their statistics, the schema
    and the anomalies). With no earlier span it passes at once.
    """

    SPEC_CLASS = SpanValidatorSpec
    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(Executor)

    def __init__(
        self,
        data_dir: str,
        spans: str,
        log_config: str,
        config: Mapping[str, Any],
        data_digest: str,
        code_digest: str,
    ) -> None:
        """Makes the stage.

        Args:
            data_dir: the directory of the log's spans.
            spans: the chosen ones, as `listening_log.tables.spans` reads them; "" for a log without.
            log_config: a `LogConfig` as JSON.
            config: a `SpansConfig` as a mapping.
            data_digest: digest of the tables' files, so that TFX's cache sees new data at an old path.
            code_digest: digest of this stage's code, likewise.
        """
        super().__init__(
            spec=SpanValidatorSpec(
                data_dir=data_dir,
                spans=spans,
                log_config=log_config,
                config=json.dumps(dict(config), sort_keys=True),
                data_digest=data_digest,
                code_digest=code_digest,
                validation=types.Channel(type=SpanValidation),
            )
        )
