"""ExitHandler: runs after everything else on a cluster, whatever became of it, and tells how the run ended."""

from typing import Any, ClassVar, Final

from tfx import types
from tfx.dsl.components.base import base_component, base_executor
from tfx.dsl.components.base.executor_spec import ExecutorClassSpec
from tfx.orchestration.kubeflow.decorators import FinalStatusStr
from tfx.types import artifact_utils
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter

from components.common.artifacts import RunReport

FINAL_STATUS: Final = "final_status"
WEBHOOK_VARIABLE: Final = "webhook_variable"
REPORT: Final = "report"


class ExitHandlerSpec(ComponentSpec):
    PARAMETERS: ClassVar = {
        FINAL_STATUS: ExecutionParameter(type=str),
        WEBHOOK_VARIABLE: ExecutionParameter(type=str),
    }
    INPUTS: ClassVar[dict[str, ChannelParameter]] = {}
    OUTPUTS: ClassVar = {REPORT: ChannelParameter(type=RunReport)}


class Executor(base_executor.BaseExecutor):
    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        from components.exit_handler.report import report

        report(
            final_status=exec_properties[FINAL_STATUS],
            out_uri=artifact_utils.get_single_uri(output_dict[REPORT]),
            stage=ExitHandler.__name__,
            webhook_variable=exec_properties.get(WEBHOOK_VARIABLE, ""),
        )


class ExitHandler(base_component.BaseComponent):
    """Kubeflow's word on the run in; a line in the log, a file, and a message to a webhook out."""

    SPEC_CLASS = ExitHandlerSpec
    EXECUTOR_SPEC = ExecutorClassSpec(Executor)

    def __init__(self, webhook_variable: str = "") -> None:
        """Initializes the exit handler.

        Args:
            webhook_variable: environment variable that holds the webhook's URL, "" for none.
        """
        super().__init__(
            spec=ExitHandlerSpec(
                final_status=FinalStatusStr(),
                webhook_variable=webhook_variable,
                report=types.Channel(type=RunReport),
            )
        )
