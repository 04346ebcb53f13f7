"""RankingEvaluator: measures the models on `test`, beside counting baselines."""

from typing import ClassVar

from tfx import types
from tfx.dsl.components.base.executor_spec import ExecutorClassSpec
from tfx.types import standard_artifacts
from tfx.types.component_spec import ChannelParameter

from components.bless.config import EvaluationConfig
from components.common.artifacts import ProductionModels, RankingEvaluation
from components.common.stage import MODEL_INPUTS, SEED, Stage, StageExecutor, StageSpec


class RankingEvaluatorSpec(StageSpec):
    PARAMETERS: ClassVar = StageSpec.PARAMETERS | SEED
    INPUTS: ClassVar = MODEL_INPUTS | {
        "examples": ChannelParameter(type=standard_artifacts.Examples),
        "production": ChannelParameter(type=ProductionModels),
    }
    OUTPUTS: ClassVar = {"evaluation": ChannelParameter(type=RankingEvaluation)}


class Executor(StageExecutor):
    CONFIG = EvaluationConfig

    def run(self, config: EvaluationConfig, *, seed: int, evaluation: types.Artifact, **uris: str) -> None:
        from components.ranking_evaluator.evaluate import evaluate

        evaluate(config, seed=seed, out_uri=evaluation.uri, **uris)


class RankingEvaluator(Stage):
    """Examples, both models of the first fit and the index in; metrics with bootstrap intervals out."""

    SPEC_CLASS = RankingEvaluatorSpec
    EXECUTOR_SPEC = ExecutorClassSpec(Executor)
