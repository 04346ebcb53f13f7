"""A pipeline with every construct that TFX's compiler gets wrong and ours does not use."""

from typing import Any, ClassVar

from tfx import types
from tfx.dsl.components.base.base_component import BaseComponent
from tfx.dsl.components.base.base_executor import EmptyExecutor
from tfx.dsl.components.base.executor_spec import ExecutorClassSpec
from tfx.dsl.experimental.conditionals.conditional import Cond
from tfx.orchestration.kubeflow.v2.kubeflow_v2_dag_runner import (
    KubeflowV2DagRunner,
    KubeflowV2DagRunnerConfig,
)
from tfx.orchestration.pipeline import Pipeline
from tfx.types import standard_artifacts
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter


class _Judge(BaseComponent):
    """Gives a verdict and a word."""

    class SPEC_CLASS(ComponentSpec):  # noqa: N801
        PARAMETERS: ClassVar[dict[str, Any]] = {}
        INPUTS: ClassVar[dict[str, Any]] = {}
        OUTPUTS: ClassVar = {
            "verdict": ChannelParameter(type=standard_artifacts.ModelBlessing),
            "word": ChannelParameter(type=standard_artifacts.String),
            "figure": ChannelParameter(type=standard_artifacts.Float),
        }

    EXECUTOR_SPEC = ExecutorClassSpec(EmptyExecutor)

    def __init__(self) -> None:
        outputs = {key: types.Channel(type=output.type) for key, output in self.SPEC_CLASS.OUTPUTS.items()}
        super().__init__(spec=self.SPEC_CLASS(**outputs))
        self.with_id("Judge")


class _Act(BaseComponent):
    """Runs under the verdict, and reads it too."""

    class SPEC_CLASS(ComponentSpec):  # noqa: N801
        PARAMETERS: ClassVar = {"word": ExecutionParameter(type=str)}
        INPUTS: ClassVar = {"verdict": ChannelParameter(type=standard_artifacts.ModelBlessing)}
        OUTPUTS: ClassVar[dict[str, Any]] = {}

    EXECUTOR_SPEC = ExecutorClassSpec(EmptyExecutor)

    def __init__(self, **inputs: Any) -> None:
        super().__init__(spec=self.SPEC_CLASS(**inputs))
        self.with_id("Act")


def compiled(word: str = "word") -> dict[str, Any]:
    """The specification as TFX leaves it; `word` names the output that travels as a value."""
    judge = _Judge()
    verdict = judge.outputs["verdict"]
    with Cond(verdict.future()[0].custom_property("good") == 1):
        act = _Act(verdict=verdict, word=judge.outputs[word].future()[0].value)
    pipeline = Pipeline("toy", "gs://bucket", components=[judge, act])
    runner = KubeflowV2DagRunner(KubeflowV2DagRunnerConfig(default_image="i", use_pipeline_spec_2_1=True))
    return runner.run(pipeline, write_out=False)["pipelineSpec"]
