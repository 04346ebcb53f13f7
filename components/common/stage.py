"""What the components of our own have in common: a thin shell around one plain function.

A stage's specification names its input channels, `config` (its settings as JSON), `code_digest` and, one by one,
what may differ from run to run of a compiled pipeline. Its executor reads the settings back as their type,
resolves the artifacts and hands all of it to the function.
"""

import contextlib
from collections.abc import Iterator
from typing import Any, ClassVar, Final

import apache_beam as beam
from tfx import types
from tfx.dsl.components.base import base_beam_component, base_beam_executor, base_component, base_executor
from tfx.types import artifact_utils, standard_artifacts
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter

from components.common.artifacts import LogSummary, ScannIndex
from components.common.beam_errors import user_error_in
from components.common.code_digest import code_digest
from models.settings import Settings

CONFIG: Final = "config"
CODE_DIGEST: Final = "code_digest"

SEED: Final = {"seed": ExecutionParameter(type=int)}
"""Parameter of the stages that draw."""

MODEL_INPUTS: Final = {
    "transform_graph": ChannelParameter(type=standard_artifacts.TransformGraph),
    "catalog": ChannelParameter(type=standard_artifacts.Examples),
    "catalog_transform": ChannelParameter(type=standard_artifacts.TransformGraph),
    "summary": ChannelParameter(type=LogSummary),
    "retrieval": ChannelParameter(type=standard_artifacts.Model),
    "ranker": ChannelParameter(type=standard_artifacts.Model),
    "index": ChannelParameter(type=ScannIndex),
}
"""Inputs of the stages that load all models of a fit."""

Inputs = dict[str, list[types.Artifact]]
"""Artifacts by channel, as TFX hands them over."""


class StageSpec(ComponentSpec, validate=False):  # type: ignore[call-arg]
    """The exec properties that every stage has; subclasses add inputs and outputs."""

    PARAMETERS: ClassVar = {
        CONFIG: ExecutionParameter(type=str),
        CODE_DIGEST: ExecutionParameter(type=str),
    }
    INPUTS: ClassVar[dict[str, ChannelParameter]] = {}


class Stage(base_component.BaseComponent):
    """A component of ours. Subclasses name `SPEC_CLASS`, `EXECUTOR_SPEC` and `CODE`."""

    CODE: tuple[str, ...] = ()
    """Modules that the executor runs without importing them where `code_digest` would see it."""

    def __init__(self, config: Settings | None = None, **values: object) -> None:
        """Initializes the stage.

        Args:
            config: its settings; None for a stage that has none.
            **values: channels by the names of `SPEC_CLASS.INPUTS`, None for an optional one that is absent; and
                values or runtime parameters by the further names of `SPEC_CLASS.PARAMETERS`.
        """
        outputs = {key: types.Channel(type=output.type) for key, output in self.SPEC_CLASS.OUTPUTS.items()}
        spec = self.SPEC_CLASS(
            config=(config or Settings()).to_json(),
            code_digest=code_digest(type(self).__module__, *self.CODE),
            **{key: value for key, value in values.items() if value is not None},
            **outputs,
        )
        super().__init__(spec=spec)


class BeamStage(Stage, base_beam_component.BaseBeamComponent):
    """A stage whose executor runs a Beam pipeline."""


class StageExecutor(base_executor.BaseExecutor):
    """Reads the settings, resolves the artifacts, then calls `run`. Subclasses name `CONFIG` and define `run`."""

    CONFIG: ClassVar[type[Settings]] = Settings
    """Type of the stage's settings."""

    def Do(self, input_dict: Inputs, output_dict: Inputs, exec_properties: dict[str, Any]) -> None:
        self._log_startup(input_dict, output_dict, exec_properties)
        uris = {  # TFX hands what a condition reads over as `_<stage>.<output>`
            f"{key}_uri": artifact_utils.get_single_uri(value)
            for key, value in input_dict.items()
            if value and not key.startswith("_")
        }
        outputs = {key: artifact_utils.get_single_instance(value) for key, value in output_dict.items()}
        parameters = {key: value for key, value in exec_properties.items() if key not in StageSpec.PARAMETERS}
        config = self.CONFIG.model_validate_json(exec_properties[CONFIG])
        self.run(config, **uris, **outputs, **parameters)

    def run(self, *args: Any, **kwargs: Any) -> None:
        """Does the work: `run(config, *, <input>_uri: str, <output>: Artifact, <parameter>, …)`."""
        raise NotImplementedError


class BeamStageExecutor(StageExecutor, base_beam_executor.BaseBeamExecutor):
    """A stage's executor with a Beam pipeline."""

    @contextlib.contextmanager
    def beam_pipeline(self) -> Iterator[beam.Pipeline]:
        """A pipeline that runs at the end of the block.

        Raises:
            UserError: a step raised it; runners wrap it in errors of their own.
        """
        try:
            with self._make_beam_pipeline() as pipeline:
                yield pipeline
        except Exception as error:
            user_error = user_error_in(error)
            if user_error is None:
                raise
            raise user_error from error
