"""IndexBuilder: embeds the catalogue with the candidate tower and builds the searcher."""

from typing import ClassVar

from tfx import types
from tfx.dsl.components.base.executor_spec import ExecutorClassSpec
from tfx.types import standard_artifacts
from tfx.types.component_spec import ChannelParameter

from components.common.artifacts import ScannIndex
from components.common.stage import SEED, Stage, StageExecutor, StageSpec
from models.config import IndexConfig


class IndexBuilderSpec(StageSpec):
    PARAMETERS: ClassVar = StageSpec.PARAMETERS | SEED
    INPUTS: ClassVar = {
        "model": ChannelParameter(type=standard_artifacts.Model),
        "catalog": ChannelParameter(type=standard_artifacts.Examples),
        "catalog_transform": ChannelParameter(type=standard_artifacts.TransformGraph),
    }
    OUTPUTS: ClassVar = {"index": ChannelParameter(type=ScannIndex)}


class Executor(StageExecutor):
    CONFIG = IndexConfig

    def run(self, config: IndexConfig, *, seed: int, index: types.Artifact, **uris: str) -> None:
        from components.index_builder.build import build_index

        build_index(config, seed=seed, out_uri=index.uri, **uris)


class IndexBuilder(Stage):
    """Retrieval model and catalogue in, a searcher with its measured recall out."""

    SPEC_CLASS = IndexBuilderSpec
    EXECUTOR_SPEC = ExecutorClassSpec(Executor)
