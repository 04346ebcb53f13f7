"""CuratedSchema: puts a checked-in schema into the graph, for ExampleValidator and Transform."""

import os
from pathlib import Path
from typing import ClassVar, Final

from tfx import types
from tfx.dsl.components.base.executor_spec import ExecutorClassSpec
from tfx.types import standard_artifacts
from tfx.types.component_spec import ChannelParameter, ExecutionParameter

from components.common.stage import Stage, StageExecutor, StageSpec
from models.settings import Settings

LOG: Final = "log"
CATALOG: Final = "catalog"
SCHEMA_FILE: Final = "schema.pbtxt"


def schema_text(name: str) -> str:
    """The text of the schema `log` (windows) or `catalog`."""
    return Path(__file__).with_name(f"{name}.pbtxt").read_text()


class CuratedSchemaSpec(StageSpec):
    PARAMETERS: ClassVar = StageSpec.PARAMETERS | {"schema_text": ExecutionParameter(type=str)}
    OUTPUTS: ClassVar = {"schema": ChannelParameter(type=standard_artifacts.Schema)}


class Executor(StageExecutor):
    def run(self, config: Settings, *, schema_text: str, schema: types.Artifact) -> None:
        """Writes the schema where TFX's components look for it."""
        import tensorflow as tf
        from google.protobuf import text_format
        from tensorflow_metadata.proto.v0 import schema_pb2

        message = text_format.Parse(schema_text, schema_pb2.Schema())
        with tf.io.gfile.GFile(os.path.join(schema.uri, SCHEMA_FILE), "w") as file:
            file.write(text_format.MessageToString(message))


class CuratedSchema(Stage):
    """Emits a checked-in schema.

    TFX's ImportSchemaGen takes a path: on a cluster that is another machine's, and its cache doesn't see an
    edit of the file. Here the schema's text itself is the exec property.
    """

    SPEC_CLASS = CuratedSchemaSpec
    EXECUTOR_SPEC = ExecutorClassSpec(Executor)

    def __init__(self, name: str) -> None:
        """Makes the stage for the schema `log` or `catalog`."""
        super().__init__(schema_text=schema_text(name))
