"""ExitHandler: runs after everything else on a cluster, whatever became of it, and says how the run ended."""

from typing import ClassVar, Final

from tfx import types
from tfx.dsl.components.base.executor_spec import ExecutorClassSpec
from tfx.orchestration.kubeflow.decorators import FinalStatusStr
from tfx.types.component_spec import ChannelParameter, ExecutionParameter

from components.common.artifacts import RunReport
from components.common.stage import Stage, StageExecutor, StageSpec
from models.settings import Settings

FINAL_STATUS: Final = "final_status"


class ExitHandlerSpec(StageSpec):
    PARAMETERS: ClassVar = StageSpec.PARAMETERS | {
        FINAL_STATUS: ExecutionParameter(type=str),
        "webhook_variable": ExecutionParameter(type=str),
    }
    OUTPUTS: ClassVar = {"report": ChannelParameter(type=RunReport)}


class Executor(StageExecutor):
    def run(
        self, config: Settings, *, final_status: str, report: types.Artifact, webhook_variable: str = ""
    ) -> None:
        from components.exit_handler.report import write_report

        write_report(
            final_status=final_status,
            out_uri=report.uri,
            stage=ExitHandler.__name__,
            webhook_variable=webhook_variable,
        )


class ExitHandler(Stage):
    """Kubeflow's word on the run in; a line in the log, a file, and a message to a webhook out."""

    SPEC_CLASS = ExitHandlerSpec
    EXECUTOR_SPEC = ExecutorClassSpec(Executor)

    def __init__(self, webhook_variable: str = "") -> None:
        """Initializes the exit handler.

        Args:
            webhook_variable: environment variable that holds the webhook's URL, "" for none.
        """
        super().__init__(final_status=FinalStatusStr(), webhook_variable=webhook_variable)
