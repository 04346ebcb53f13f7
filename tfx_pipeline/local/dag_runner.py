"""TFX's local runner, observed: it reports when each stage starts and how it ends.

The loop is that of `tfx.orchestration.local.local_dag_runner`, which reports nothing.
"""

import contextlib
import datetime
import sys
import time
from collections.abc import Callable, Collection, Iterator

from ml_metadata.proto import metadata_store_pb2
from tfx.dsl.compiler import constants
from tfx.orchestration import metadata
from tfx.orchestration.local import runner_utils
from tfx.orchestration.local.local_dag_runner import LocalDagRunner
from tfx.orchestration.portable import launcher, runtime_parameter_utils
from tfx.orchestration.portable.mlmd import execution_lib
from tfx.proto.orchestration import local_deployment_config_pb2, pipeline_pb2

from components.common.stage_state import StageState
from listening_log.errors import UsageError
from tfx_pipeline.home.executions import execution_of
from tfx_pipeline.local.upstreams import with_upstreams

Observer = Callable[[str, StageState, float], None]
"""Takes the stage, its state and the seconds since its start."""


class StageError(Exception):
    """A stage failed. Its cause is the executor's exception, where there is one."""

    def __init__(self, stage: str) -> None:
        super().__init__(f"stage {stage} failed")
        self.stage = stage


class ObservedDagRunner(LocalDagRunner):
    """Runs a pipeline's stages one after the other in this process."""

    def __init__(self, observe: Observer, only: str | None = None) -> None:
        """Initializes the runner.

        Args:
            observe: called as each stage starts and ends.
            only: run this stage and what it needs (cached where nothing changed), no more.
        """
        super().__init__()
        self._observe = observe
        self._only = only
        self.run_id = ""
        """The pipeline run's name in the metadata, once it runs."""
        self.executions: dict[str, int] = {}
        """The id of the execution that made each stage's outputs, now or earlier, as stages end."""
        self.outputs: dict[str, dict[str, str]] = {}
        """The folder of each output by its name, by stage, as stages end."""

    def run_with_ir(
        self, pipeline: pipeline_pb2.Pipeline, run_options: pipeline_pb2.RunOptions | None = None
    ) -> None:
        """Runs the compiled pipeline.

        Raises:
            UsageError: `only` is no stage of this pipeline.
            StageError: a stage failed; later ones were not started.
        """
        nodes = [node.pipeline_node for node in pipeline.nodes]
        upstreams = {node.node_info.id: list(node.upstream_nodes) for node in nodes}
        wanted = with_upstreams([_named(upstreams, self._only)], upstreams) if self._only else set(upstreams)
        self.run_id = datetime.datetime.now().isoformat()
        runtime_parameter_utils.substitute_runtime_parameter(
            pipeline, {constants.PIPELINE_RUN_ID_PARAMETER_NAME: self.run_id}
        )
        deployment = runner_utils.extract_local_deployment_config(pipeline)
        with _own_arguments_hidden():
            for node in nodes:
                if node.node_info.id in wanted:
                    self._run_node(node, pipeline, deployment)

    def _run_node(
        self,
        node: pipeline_pb2.PipelineNode,
        pipeline: pipeline_pb2.Pipeline,
        deployment: local_deployment_config_pb2.LocalDeploymentConfig,
    ) -> None:
        stage = node.node_info.id
        connection = deployment.metadata_connection_config
        connection = getattr(connection, connection.WhichOneof("connection_config"))
        node_launcher = launcher.Launcher(
            pipeline_node=node,
            mlmd_connection=metadata.Metadata(connection),
            pipeline_info=pipeline.pipeline_info,
            pipeline_runtime_spec=pipeline.runtime_spec,
            executor_spec=runner_utils.extract_executor_spec(deployment, stage),
            custom_driver_spec=runner_utils.extract_custom_driver_spec(deployment, stage),
        )
        start = time.monotonic()
        self._observe(stage, StageState.START, 0.0)
        try:
            execution = node_launcher.launch()
        except Exception as error:
            self._observe(stage, StageState.FAILED, time.monotonic() - start)
            raise StageError(stage) from error
        execution_id = execution.execution_id if execution else None
        with metadata.Metadata(connection) as handle:
            state = _state(handle, execution_id)
            if execution_id and state.has_outputs:
                self.outputs[stage], made_by = _outputs(handle, execution_id)
                self.executions[stage] = made_by
        self._observe(stage, state, time.monotonic() - start)
        if (
            state == StageState.FAILED
        ):  # inputs that can't be resolved: the launcher notes it and says nothing
            raise StageError(stage)


def _named(stages: Collection[str], name: str) -> str:
    """The stage of this name, upper and lower case alike.

    Raises:
        UsageError: there is no such stage.
    """
    for stage in stages:
        if stage.lower() == name.lower():
            return stage
    raise UsageError(f"--only: no stage {name!r}; the stages are {', '.join(stages)}")


def _state(handle: metadata.Metadata, execution_id: int | None) -> StageState:
    if not execution_id:
        return StageState.SKIPPED
    (execution,) = handle.store.get_executions_by_id([execution_id])
    states = {
        metadata_store_pb2.Execution.COMPLETE: StageState.DONE,
        metadata_store_pb2.Execution.CACHED: StageState.CACHED,
    }
    return states.get(execution.last_known_state, StageState.FAILED)


def _outputs(handle: metadata.Metadata, execution_id: int) -> tuple[dict[str, str], int]:
    """The folders of an execution's outputs by name, and the id of the execution that made them."""
    outputs = execution_lib.get_output_artifacts(handle, execution_id)
    folders = {name: artifacts[0].uri for name, artifacts in outputs.items() if artifacts}
    return folders, next((execution_of(uri) for uri in folders.values()), execution_id)


@contextlib.contextmanager
def _own_arguments_hidden() -> Iterator[None]:
    """TFX hands this process's arguments on to Beam as if they were Beam's."""
    arguments = sys.argv
    sys.argv = arguments[:1]
    try:
        yield
    finally:
        sys.argv = arguments
