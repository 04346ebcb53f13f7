"""Trivial stages that stand for the real ones, to try the runner on."""

import errno
import os
from pathlib import Path
from typing import ClassVar

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
from models.settings import Settings


class FirstSpec(StageSpec):
    INPUTS: ClassVar = {}
    OUTPUTS: ClassVar = {"summary": ChannelParameter(type=LogSummary)}


class FirstConfig(Settings):
    text: str = "a"
    fail: str = ""


class FirstExecutor(StageExecutor):
    CONFIG = FirstConfig

    def run(self, config: FirstConfig, *, summary: types.Artifact) -> None:
        if config.fail == "user":
            raise UserError("the log has no events")
        if config.fail == "full":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if config.fail:
            raise ValueError("first line\nlast line")
        Path(summary.uri, "summary.json").write_text(config.text)


class First(Stage):
    SPEC_CLASS = FirstSpec
    EXECUTOR_SPEC = ExecutorClassSpec(FirstExecutor)


class SecondSpec(StageSpec):
    INPUTS: ClassVar = {"summary": ChannelParameter(type=LogSummary)}
    OUTPUTS: ClassVar = {"blessing": ChannelParameter(type=standard_artifacts.ModelBlessing)}


class SecondConfig(Settings):
    blessed: int = 1


class SecondExecutor(StageExecutor):
    CONFIG = SecondConfig

    def run(self, config: SecondConfig, *, summary_uri: str, blessing: types.Artifact) -> None:
        Path(blessing.uri, "seen.txt").write_text(Path(summary_uri, "summary.json").read_text())
        blessing.set_int_custom_property("blessed", config.blessed)


class Second(Stage):
    SPEC_CLASS = SecondSpec
    EXECUTOR_SPEC = ExecutorClassSpec(SecondExecutor)


class ThirdSpec(StageSpec):
    INPUTS: ClassVar = {"summary": ChannelParameter(type=LogSummary)}
    OUTPUTS: ClassVar = {"models": ChannelParameter(type=ServingModels)}


class ThirdExecutor(StageExecutor):
    def run(self, config: Settings, *, summary_uri: str, models: types.Artifact) -> None:
        Path(models.uri, "pushed").touch()


class Third(Stage):
    SPEC_CLASS = ThirdSpec
    EXECUTOR_SPEC = ExecutorClassSpec(ThirdExecutor)


def toy_pipeline(home: Path, *, blessed: int = 1, text: str = "a", fail: str = "") -> Pipeline:
    """First, then Second, which says whether Third runs."""
    metadata: metadata_store_pb2.ConnectionConfig = sqlite_metadata_connection_config(
        str(home / "metadata.db")
    )
    first = First(FirstConfig(text=text, fail=fail))
    second = Second(SecondConfig(blessed=blessed), summary=first.outputs["summary"])
    with Cond(second.outputs["blessing"].future()[0].custom_property("blessed") == 1):
        third = Third(summary=first.outputs["summary"])
    return Pipeline(
        pipeline_name="toy",
        pipeline_root=str(home / "artifacts"),
        components=[first, second, third],
        enable_cache=True,
        metadata_connection_config=metadata,
    )
