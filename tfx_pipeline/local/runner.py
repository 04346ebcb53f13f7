"""Runs the pipeline on this machine, with all that it leaves under one folder, HOME."""

import contextlib
import dataclasses
import json
import logging
import shutil
import sys
from pathlib import Path
from typing import Any, Final, TextIO

from components.common import progress
from components.common.beam_errors import user_error_in
from components.common.data_digest import data_digest
from components.common.stage_state import StageState
from listening_log.cleaning.forgotten import Forgotten
from listening_log.errors import UserError
from listening_log.tables.spans import newest_span
from serving.errors import ServerError
from tfx_pipeline.config.beam import beam_args
from tfx_pipeline.config.tree import Config
from tfx_pipeline.home import output_manifests, retention, unfinished_outputs
from tfx_pipeline.home.layout import Home
from tfx_pipeline.home.rollback import rollback_message
from tfx_pipeline.local import results
from tfx_pipeline.local.machine_errors import accident
from tfx_pipeline.parameters import PIPELINE_NAME, Parameters
from tfx_pipeline.terminal.exit_codes import DONE, REFUSED, exit_code_of

RUN_FILE: Final = "run.json"
EXAMPLE_GEN: Final = "ListeningLogExampleGen"
INDEX: Final = "index"
"""As `only`: new items into the models in production, without training."""

_LOG = logging.getLogger("upnext")


def run(
    data_dir: str | Path,
    home: str | Path,
    config: Config,
    only: str | None = None,
    terminal: TextIO = sys.stdout,
    *,
    spans: str = "",
) -> int:
    """Runs the pipeline and prints its figures.

    Args:
        data_dir: folder of the log's tables.
        home: where everything goes: `metadata.db`, `artifacts/`, `serving/`, `logs/`, `run.json`.
        config: all settings.
        only: run one stage alone: it and what it needs, which is cached where nothing changed. `index` runs
          all but training: the models in production take in the catalogue's new items.
        terminal: where the table of figures is printed.
        spans: those of the log that are read, as in `listening_log.tables.spans`.

    Returns:
        0 after a push (or after the one stage), 3 where a gate said no. An unchanged run repeats the last code.

    Raises:
        UserError: the data or a stage failed; its message names the stage.
        UsageError: `only` is no stage.
    """
    data_dir, home = Path(data_dir).resolve(), Path(home).resolve()
    parameters = Parameters(
        str(data_dir),
        data_digest(str(data_dir), spans),
        str(home / "serving"),
        config.seed,
        config.retrieval.max_positions,
        config.ranker.max_positions,
        spans,
    )
    home.mkdir(parents=True, exist_ok=True)
    asked = {"data_dir": str(data_dir), "spans": spans, "only": only, "config": config.as_dict()}
    try:
        _write(home / RUN_FILE, asked | {"exit_code": None, "ended": None})
        with Home(home).temporary():
            code = _run(parameters, home, config, only, terminal)
    except BaseException as error:
        told = _told(error, home)
        note_end(home, exit_code_of(told), _ended(told))
        if told is error:
            raise
        raise told from error
    note_end(home, code, "refused by a gate" if code == REFUSED else "done")
    return code


def note_end(home: Path, code: int, ended: str) -> None:
    """Notes in `run.json` how the run ended; until then it says null."""
    with contextlib.suppress(OSError, ValueError):  # a full disk must not hide why a run failed
        record = json.loads((home / RUN_FILE).read_text())
        _write(home / RUN_FILE, record | {"exit_code": code, "ended": ended})


def _told(error: BaseException, home: Path) -> BaseException:
    """The error as its user should read it: an accident of the machine in one line."""
    happened = (
        None if isinstance(error, UserError | ServerError | KeyboardInterrupt) else accident(error, home)
    )
    return UserError(happened) if happened else error


def _ended(error: BaseException) -> str:
    return "stopped" if isinstance(error, KeyboardInterrupt) else f"failed: {error}"


def _run(parameters: Parameters, home: Path, config: Config, only: str | None, terminal: TextIO) -> int:
    # TFX takes long to import: not before the data has been found.
    from tfx.orchestration.metadata import sqlite_metadata_connection_config

    from components.pushed.pushed_models import PushedModels
    from tfx_pipeline.local.dag_runner import ObservedDagRunner, StageError
    from tfx_pipeline.pipeline import create_pipeline

    artifacts, serving, forgotten = home / "artifacts", home / "serving", Home(home).forgotten_file
    spans = str(parameters.spans)
    _tidy(home)
    train = only != INDEX
    pipeline = create_pipeline(
        name=PIPELINE_NAME,
        root=str(artifacts),
        parameters=dataclasses.replace(
            parameters,
            forgotten=str(forgotten) if forgotten.exists() else "",
            forgotten_digest=Forgotten.load(str(forgotten)).digest,
            production=PushedModels(serving).in_production(newest_span(spans) if train else None),
        ),
        config=config,
        metadata=sqlite_metadata_connection_config(str(home / "metadata.db")),
        beam_args=beam_args(config.beam),
        train=train,
    )
    retention.forget_replaced_pushes(artifacts, serving)

    def observe(stage: str, state: StageState, seconds: float) -> None:
        if state == StageState.DONE:
            if stage == EXAMPLE_GEN and not _is_still(parameters):
                shutil.rmtree(Path(runner.outputs[stage]["summary"]))  # for TFX's cache it is gone
                raise UserError(f"{parameters.data_dir} changed while it was read: run again")
            output_manifests.note(runner.outputs[stage].values())
        progress.report(stage, state=state, seconds=seconds)

    runner = ObservedDagRunner(observe, only=only if train else None)
    try:
        runner.run(pipeline)
    except StageError as error:
        _LOG.exception("stage %s failed", error.stage)
        told = user_error_in(error)
        if told is not None:
            raise told from error
        cause = error.__cause__
        what = _one_line(cause) if cause is not None else "its inputs are missing"
        what = accident(error, home) or what
        raise UserError(f"stage {error.stage} failed: {what} (details: {home / 'logs'})") from error
    retention.prune_artifacts(artifacts, config.keep.artifacts, set(runner.executions.values()))
    found = results.read(runner.outputs)
    if only is not None and train:
        return DONE
    with contextlib.suppress(BrokenPipeError):  # whoever read along has gone; what was made is made
        terminal.write(found.table() + "\n")
        rolled_back = rollback_message(serving, found.push.version if found.push else None)
        terminal.write(f"{rolled_back}\n" if rolled_back else "")
    return found.exit_code


def _is_still(log: Parameters) -> bool:
    try:
        return data_digest(str(log.data_dir), str(log.spans)) == log.data_digest
    except (UserError, OSError):
        return False


def _tidy(home: Path) -> None:
    """Clears away what an earlier run has left half-done, and what has changed since it was made."""
    for folder in unfinished_outputs.remove_leftovers(home):
        _LOG.info("removed %s, of a run that did not end", folder)
    for changed in output_manifests.remove_changed(home / "artifacts"):
        _LOG.warning("%s, execution %d: %s", changed.stage, changed.execution, changed.what)
        progress.report(changed.stage, state=StageState.DAMAGED)


def _one_line(error: BaseException) -> str:
    """The error's last line: Keras and Beam put what went wrong after where."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[-1].strip()}" if lines else type(error).__name__


def _write(path: Path, record: dict[str, Any]) -> None:
    """Whole or not at all."""
    staged = path.with_name(f".{path.name}.partial")
    staged.write_text(json.dumps(record, indent=2) + "\n")
    staged.replace(path)
