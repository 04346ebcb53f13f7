"""Bless: the one condition of the pipeline; reads every evaluation and decides whether to push."""

from typing import ClassVar

from tfx import types
from tfx.components.evaluator import constants
from tfx.dsl.components.base.executor_spec import ExecutorClassSpec
from tfx.types import standard_artifacts
from tfx.types.component_spec import ChannelParameter

from components.bless.config import GatesConfig
from components.common.artifacts import RankingEvaluation, ScannIndex, ServingEvaluation
from components.common.stage import Stage, StageExecutor, StageSpec


class BlessSpec(StageSpec):
    INPUTS: ClassVar = {
        "evaluation": ChannelParameter(type=RankingEvaluation),
        "index": ChannelParameter(type=ScannIndex),
        "final_index": ChannelParameter(type=ScannIndex, optional=True),
        "tfma_evaluation": ChannelParameter(type=standard_artifacts.ModelEvaluation, optional=True),
        "serving_evaluation": ChannelParameter(type=ServingEvaluation),
    }
    OUTPUTS: ClassVar = {"blessing": ChannelParameter(type=standard_artifacts.ModelBlessing)}


class Executor(StageExecutor):
    CONFIG = GatesConfig

    def run(self, config: GatesConfig, *, blessing: types.Artifact, **uris: str) -> None:
        from components.bless.gates import bless

        blessed = bless(config, out_uri=blessing.uri, **uris)
        blessing.set_int_custom_property(
            constants.ARTIFACT_PROPERTY_BLESSED_KEY,
            constants.BLESSED_VALUE if blessed else constants.NOT_BLESSED_VALUE,
        )


class Bless(Stage):
    """All evaluations in, TFX's ModelBlessing with every gate's name, figure and floor out."""

    SPEC_CLASS = BlessSpec
    EXECUTOR_SPEC = ExecutorClassSpec(Executor)
