"""`upnext run --compiled FILE`: a compiled pipeline on this machine, with all that it leaves under HOME."""

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TextIO

from components.common import progress
from components.common.stage_state import StageState
from listening_log.errors import UserError
from tfx_pipeline.home.layout import Home
from tfx_pipeline.kubeflow.compiled_file import CompiledPipeline
from tfx_pipeline.kubeflow.emulator.graph import GraphRun
from tfx_pipeline.kubeflow.emulator.inputs import TaskData
from tfx_pipeline.kubeflow.runtime_parameters import DATA_DIR, DESTINATION, SPANS
from tfx_pipeline.local import results

ROOT: Final = "compiled"
"""Folder under HOME of the artifacts: apart from those of `upnext run`, which has other caches."""


def run_compiled(
    pipeline: CompiledPipeline, home: str | Path, texts: Mapping[str, str], terminal: TextIO
) -> int:
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
    home = Path(home).resolve()
    values = pipeline.values({DESTINATION: str(home / "serving"), **texts})
    run_id = f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    logs = home / "logs" / f"compiled-{run_id}"
    logs.mkdir(parents=True)
    _note(home, values)

    def observe(stage: str, state: StageState, seconds: float) -> None:
        progress.report(stage, state=state, seconds=seconds)

    run = GraphRun(pipeline.spec, run_id, home / ROOT, logs, observe)
    state = run.run(pipeline.spec["root"], TaskData(values))
    if state == StageState.FAILED:
        stage, line = next(iter(run.failures.items()))
        raise UserError(f"stage {stage} failed: {line} (details: {logs / stage}.log)")
    found = results.read(
        {
            stage: {name: artifact["uri"] for name, artifact in outputs.artifacts.items()}
            for stage, outputs in run.outputs.items()
        }
    )
    terminal.write(found.table() + "\n")
    return found.exit_code


def _note(home: Path, values: Mapping[str, object]) -> None:
    """What `upnext recommend --user` needs to find a listener's plays."""
    record = {"data_dir": values[DATA_DIR], "spans": values[SPANS], "parameters": dict(values)}
    staged = home / f".{Home(home).run_file.name}"
    staged.write_text(json.dumps(record, indent=2) + "\n")
    staged.replace(Home(home).run_file)
