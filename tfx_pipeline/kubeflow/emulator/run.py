"""`upnext run --compiled FILE`: a compiled pipeline on this machine, with all that it leaves under HOME."""

import os
import time
from collections.abc import Mapping
from typing import TextIO

from pydantic import JsonValue

from components.common import progress
from components.common.stage_state import StageState
from listening_log.errors import UserError
from tfx_pipeline.home.layout import Home
from tfx_pipeline.home.run_record import RunRecord
from tfx_pipeline.kubeflow.compiled_file import CompiledPipeline
from tfx_pipeline.kubeflow.emulator.graph import GraphRun
from tfx_pipeline.kubeflow.emulator.inputs import TaskData
from tfx_pipeline.kubeflow.runtime_parameters import DATA_DIR, DESTINATION, SPANS
from tfx_pipeline.local import results
from tfx_pipeline.local.recorded_run import record_run


def run_compiled(pipeline: CompiledPipeline, home: Home, texts: Mapping[str, str], terminal: TextIO) -> int:
    """Runs a compiled pipeline and prints its figures.

    Args:
        pipeline: what `upnext compile` wrote.
        home: folder for all that the run leaves.
        texts: the parameters that do not keep their defaults. Models are pushed under HOME unless `destination`
            says otherwise: the file's own default is a folder of the cluster.
        terminal: where the table of figures is printed.

    Returns:
        0 after a push, 3 where a gate said no.

    Raises:
        UserError: a stage failed; the message names stage and log.
        UsageError: there is no such parameter, or it has another type.
    """
    home = home.resolved()
    values = pipeline.values({DESTINATION: str(home.serving), **texts})
    # `upnext recommend --user` finds a listener's plays by it
    record = RunRecord(data_dir=str(values[DATA_DIR]), spans=str(values[SPANS]), parameters=values)
    return record_run(home, record, lambda: _run(pipeline, home, values, terminal))


def _run(pipeline: CompiledPipeline, home: Home, values: dict[str, JsonValue], terminal: TextIO) -> int:
    run_id = f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    logs = home.logs / f"compiled-{run_id}"
    logs.mkdir(parents=True)

    def observe(stage: str, state: StageState, seconds: float) -> None:
        progress.report(stage, state=state, seconds=seconds)

    run = GraphRun(pipeline.spec, run_id, home.compiled_artifacts, logs, observe)
    if run.run(pipeline.spec["root"], TaskData(values)) == StageState.FAILED:
        stage, line = next(iter(run.failures.items()))
        raise UserError(f"stage {stage} failed: {line} (details: {logs / stage}.log)")
    figures = results.read(
        {
            stage: {name: artifact["uri"] for name, artifact in outputs.artifacts.items()}
            for stage, outputs in run.outputs.items()
        }
    )
    terminal.write(figures.table() + "\n")
    return figures.exit_code
