"""Runs the pipeline on this machine, with all that it leaves under one folder, HOME."""

import contextlib
import logging
import shutil
import sys
from pathlib import Path
from typing import Final, TextIO

from components.common import progress
from components.common.beam_errors import user_error_in
from components.common.data_digest import data_digest
from components.common.stage_state import StageState
from listening_log.errors import UserError, last_line
from listening_log.tables.spans import NO_SPANS, Spans
from tfx_pipeline.config.beam import beam_args
from tfx_pipeline.config.tree import Config
from tfx_pipeline.home import output_manifests, retention
from tfx_pipeline.home.layout import Home
from tfx_pipeline.home.rollback import rollback_message
from tfx_pipeline.home.run_record import RunRecord
from tfx_pipeline.home.unfinished_outputs import remove_unfinished_outputs
from tfx_pipeline.local import results
from tfx_pipeline.local.machine_errors import describe_machine_error
from tfx_pipeline.local.parameters import local_parameters
from tfx_pipeline.local.recorded_run import record_run
from tfx_pipeline.parameters import PIPELINE_NAME
from tfx_pipeline.terminal.exit_codes import DONE

EXAMPLE_GEN: Final = "ListeningLogExampleGen"
INDEX: Final = "index"
"""Value of `only` that takes new items into the models in production, without training."""

_LOG = logging.getLogger("upnext")


def run(
    data_dir: Path,
    home: Home,
    config: Config,
    only: str | None = None,
    terminal: TextIO = sys.stdout,
    *,
    spans: Spans = NO_SPANS,
) -> int:
    """Runs the pipeline and prints its figures.

    Args:
        data_dir: folder of the log's tables.
        home: where all goes that the run leaves.
        config: all settings.
        only: run one stage alone: it and what it needs, which is cached where nothing changed. `index` runs
          all but training: the models in production take in the catalogue's new items.
        terminal: where the table of figures is printed.
        spans: those of the log that are read.

    Returns:
        0 after a push (or after the one stage), 3 where a gate said no. An unchanged run repeats the last code.

    Raises:
        UserError: the data or a stage failed; its message names the stage.
        UsageError: `only` is no stage.
    """
    data_dir, home = data_dir.resolve(), home.resolved()
    digest = data_digest(str(data_dir), spans)
    home.path.mkdir(parents=True, exist_ok=True)
    record = RunRecord(data_dir=str(data_dir), spans=str(spans), only=only, config=config.model_dump())
    return record_run(home, record, lambda: _run(data_dir, digest, home, config, only, terminal, spans))


def _run(
    data_dir: Path, digest: str, home: Home, config: Config, only: str | None, terminal: TextIO, spans: Spans
) -> int:
    # TFX takes long to import: not before the data has been found.
    from tfx.orchestration.metadata import sqlite_metadata_connection_config

    from tfx_pipeline.local.dag_runner import ObservedDagRunner, StageError
    from tfx_pipeline.pipeline import create_pipeline

    _clean_up(home)
    train = only != INDEX
    pipeline = create_pipeline(
        name=PIPELINE_NAME,
        root=str(home.artifacts),
        parameters=local_parameters(data_dir, digest, home, config, spans, earlier=train),
        config=config,
        metadata=sqlite_metadata_connection_config(str(home.metadata)),
        beam_args=beam_args(config.beam),
        train=train,
    )
    retention.remove_replaced_pushes(home)

    def observe(stage: str, state: StageState, seconds: float) -> None:
        if state is StageState.DONE:
            if stage == EXAMPLE_GEN and not _has_digest(data_dir, spans, digest):
                shutil.rmtree(runner.outputs[stage]["summary"])  # for TFX's cache it is gone
                raise UserError(f"{data_dir} changed while it was read: run again")
            output_manifests.write_manifests(runner.outputs[stage].values())
        progress.report(stage, state=state, seconds=seconds)

    runner = ObservedDagRunner(observe, only=only if train else None)
    try:
        runner.run(pipeline)
    except StageError as error:
        _LOG.exception("stage %s failed", error.stage)
        raise _reason_of(error, home) from error
    retention.prune_artifacts(home, config.keep.artifacts, set(runner.executions.values()))
    if only is not None and train:
        return DONE
    figures = results.read(runner.outputs)
    with contextlib.suppress(BrokenPipeError):  # whoever read along has gone; what was made is made
        terminal.write(figures.table() + "\n")
        message = rollback_message(home.serving, figures.push.version if figures.push else None)
        terminal.write(f"{message}\n" if message else "")
    return figures.exit_code


def _has_digest(data_dir: Path, spans: Spans, digest: str) -> bool:
    try:
        return data_digest(str(data_dir), spans) == digest
    except (UserError, OSError):
        return False


def _reason_of(failure: Exception, home: Home) -> UserError:
    """Why a stage failed: what its user can mend, what befell the machine, or the exception's last line."""
    error = user_error_in(failure)
    if error is not None:
        return error
    cause = failure.__cause__
    reason = describe_machine_error(failure, home) or (
        last_line(cause) if cause is not None else "its inputs are missing"
    )
    return UserError(f"{failure}: {reason} (details: {home.logs})")


def _clean_up(home: Home) -> None:
    """Clears away what an earlier run has left half-done, and what has changed since it was made."""
    for folder in remove_unfinished_outputs(home):
        _LOG.info("removed %s, of a run that did not end", folder)
    for changed in output_manifests.remove_changed(home.artifacts):
        _LOG.warning("%s, execution %d: %s", changed.stage, changed.execution, changed.difference)
        progress.report(changed.stage, state=StageState.DAMAGED)
