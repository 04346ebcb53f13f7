"""Trivial stages that stand for the real ones, to try the runner on."""

import errno
import os
from pathlib import Path
from typing import Any, ClassVar

from ml_metadata.proto import metadata_store_pb2
from tfx import types
from tfx.dsl.components.base.executor_spec import ExecutorClassSpec
from tfx.dsl.experimental.conditionals.conditional import Cond
from tfx.orchestration.metadata import sqlite_metadata_connection_config
from tfx.orchestration.pipeline import Pipeline
from tfx.types import standard_artifacts
from tfx.types.component_spec import ChannelParameter

from components.common.artifacts import LogSummary, ServingModels
from components.common.stage import Stage, StageExecutor, StageSpec
from listening_log.errors import UserError


class FirstSpec(StageSpec):
    INPUTS: ClassVar = {}
    OUTPUTS: ClassVar = {"summary": ChannelParameter(type=LogSummary)}


class FirstExecutor(StageExecutor):
    def run(self, output: types.Artifact, config: dict[str, Any], **uris: str) -> None:
        if config.get("fail") == "user":
            raise UserError("the log has no events")
        if config.get("fail") == "full":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if config.get("fail"):
            raise ValueError("first line\nlast line")
        Path(output.uri, "summary.json").write_text(config["text"])


class First(Stage):
    SPEC_CLASS = FirstSpec
    EXECUTOR_SPEC = ExecutorClassSpec(FirstExecutor)


class SecondSpec(StageSpec):
    INPUTS: ClassVar = {"summary": ChannelParameter(type=LogSummary)}
    OUTPUTS: ClassVar = {"blessing": ChannelParameter(type=standard_artifacts.ModelBlessing)}


class SecondExecutor(StageExecutor):
    def run(self, output: types.Artifact, config: dict[str, Any], **uris: str) -> None:
        Path(output.uri, "seen.txt").write_text(Path(uris["summary_uri"], "summary.json").read_text())
        output.set_int_custom_property("blessed", config["blessed"])


class Second(Stage):
    SPEC_CLASS = SecondSpec
    EXECUTOR_SPEC = ExecutorClassSpec(SecondExecutor)


class ThirdSpec(StageSpec):
    INPUTS: ClassVar = {"summary": ChannelParameter(type=LogSummary)}
    OUTPUTS: ClassVar = {"models": ChannelParameter(type=ServingModels)}


class ThirdExecutor(StageExecutor):
    def run(self, output: types.Artifact, config: dict[str, Any], **uris: str) -> None:
        Path(output.uri, "pushed").touch()


class Third(Stage):
    SPEC_CLASS = ThirdSpec
    EXECUTOR_SPEC = ExecutorClassSpec(ThirdExecutor)


def toy_pipeline(home: Path, *, blessed: int = 1, text: str = "a", fail: str = "") -> Pipeline:
    """First, then Second, which says whether Third runs."""
    metadata: metadata_store_pb2.ConnectionConfig = sqlite_metadata_connection_config(
        str(home / "metadata.db")
    )
    first = First(config={"text": text, "fail": fail})
    second = Second(config={"blessed": blessed}, summary=first.outputs["summary"])
    with Cond(second.outputs["blessing"].future()[0].custom_property("blessed") == 1):
        third = Third(config={}, summary=first.outputs["summary"])
    return Pipeline(
        pipeline_name="toy",
        pipeline_root=str(home / "artifacts"),
        components=[first, second, third],
        enable_cache=True,
        metadata_connection_config=metadata,
    )
