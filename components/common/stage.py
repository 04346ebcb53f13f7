"""What the components of our own have in common: a thin shell around one plain function.

A stage's specification names its input channels, `config` (JSON), `code_digest` and, one by one, what may
differ from run to run of a compiled pipeline; its executor resolves the artifacts' URIs and hands them to the
function.
"""

import json
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from tfx import types
from tfx.dsl.components.base import base_component, base_executor
from tfx.types import artifact_utils
from tfx.types.component_spec import ComponentSpec, ExecutionParameter

from components.common.code_digest import code_digest

CONFIG: Final = "config"
CODE_DIGEST: Final = "code_digest"


SEED: Final = {"seed": ExecutionParameter(type=int)}
"""Parameter of the stages that draw."""


class StageSpec(ComponentSpec, validate=False):  # type: ignore[call-arg]
    """The exec properties that every stage has; subclasses add inputs and outputs."""

    PARAMETERS: ClassVar = {
        CONFIG: ExecutionParameter(type=str),
        CODE_DIGEST: ExecutionParameter(type=str),
    }


class Stage(base_component.BaseComponent):
    """A component of ours. Subclasses name `SPEC_CLASS`, `EXECUTOR_SPEC` and `CODE`."""

    CODE: tuple[str, ...] = ()
    """Modules that the executor runs without importing them where `code_digest` would see it."""

    def __init__(self, config: Mapping[str, Any], **given: Any) -> None:
        """Initializes the stage.

        Args:
            config: its settings, as JSON allows them.
            **given: channels by the names of `SPEC_CLASS.INPUTS`, None for an optional one that is absent; and
              values or runtime parameters by the further names of `SPEC_CLASS.PARAMETERS`.
        """
        outputs = {key: types.Channel(type=output.type) for key, output in self.SPEC_CLASS.OUTPUTS.items()}
        spec = self.SPEC_CLASS(
            config=json.dumps(config, sort_keys=True),
            code_digest=code_digest(type(self).__module__, *self.CODE),
            **{key: value for key, value in given.items() if value is not None},
            **outputs,
        )
        super().__init__(spec=spec)


class StageExecutor(base_executor.BaseExecutor):
    """Resolves URIs and settings, then calls `run`."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        self._log_startup(input_dict, output_dict, exec_properties)
        (output,) = (artifact_utils.get_single_instance(artifacts) for artifacts in output_dict.values())
        uris = {
            f"{key}_uri": artifact_utils.get_single_uri(value) for key, value in input_dict.items() if value
        }
        config = json.loads(exec_properties[CONFIG])
        config |= {key: value for key, value in exec_properties.items() if key not in StageSpec.PARAMETERS}
        self.run(output, config, **uris)

    def run(self, output: types.Artifact, config: dict[str, Any], **uris: str) -> None:
        """Does the work.

        Args:
            output: the one output; files go under `output.uri`.
            config: the stage's settings, and what may differ from run to run.
            **uris: `<input>_uri` for each input that is there.
        """
        raise NotImplementedError
