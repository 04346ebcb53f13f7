"""CuratedSchema: puts a checked-in schema into the graph, for ExampleValidator and Transform."""

import os
from pathlib import Path
from typing import Any, ClassVar, Final

from tfx import types
from tfx.dsl.components.base import base_component, base_executor, executor_spec
from tfx.types import artifact_utils, standard_artifacts
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter

LOG: Final = "log"
CATALOG: Final = "catalog"
SCHEMA_TEXT: Final = "schema_text"
SCHEMA: Final = "schema"
SCHEMA_FILE: Final = "schema.pbtxt"


def schema_text(name: str) -> str:
    """The text of the schema `log` (windows) or `catalog`."""
    return Path(__file__).with_name(f"{name}.pbtxt").read_text()


class Executor(base_executor.BaseExecutor):
    """Executor of CuratedSchema."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Writes the schema where TFX's components look for it."""
        import tensorflow as tf
        from google.protobuf import text_format
        from tensorflow_metadata.proto.v0 import schema_pb2

        del input_dict
        schema = text_format.Parse(exec_properties[SCHEMA_TEXT], schema_pb2.Schema())
        uri = artifact_utils.get_single_uri(output_dict[SCHEMA])
        with tf.io.gfile.GFile(os.path.join(uri, SCHEMA_FILE), "w") as file:
            file.write(text_format.MessageToString(schema))


class CuratedSchemaSpec(ComponentSpec):
    """The stage's parameter and output."""

    PARAMETERS: ClassVar = {SCHEMA_TEXT: ExecutionParameter(type=str)}
    INPUTS: ClassVar[dict[str, ChannelParameter]] = {}
    OUTPUTS: ClassVar = {SCHEMA: ChannelParameter(type=standard_artifacts.Schema)}


class CuratedSchema(base_component.BaseComponent):
    """Emits a checked-in schema.

    TFX's ImportSchemaGen takes a path: on a cluster that is another machine's, and its cache doesn't see an
    edit of the file. Here the schema's text itself is the exec property.
    """

    SPEC_CLASS = CuratedSchemaSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(self, name: str) -> None:
        """Makes the stage for the schema `log` or `catalog`."""
        channel = types.Channel(type=standard_artifacts.Schema)
        super().__init__(spec=CuratedSchemaSpec(schema_text=schema_text(name), schema=channel))
