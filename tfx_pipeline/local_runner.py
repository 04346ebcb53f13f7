"""Runs the pipeline on this machine, with all that it leaves under one folder, HOME."""

import dataclasses
import json
import logging
import sys
from pathlib import Path
from typing import Final, TextIO

from components import progress
from components.data_digest import data_digest
from components.example_gen.failures import user_error_in
from components.listening_log.forgotten import Forgotten
from models.errors import UserError
from tfx_pipeline import housekeeping, results
from tfx_pipeline.config import Config
from tfx_pipeline.home import Home
from tfx_pipeline.source import Source

PIPELINE_NAME: Final = "upnext"
RUN_FILE: Final = "run.json"
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
      spans: those of the log that are read, as in `components.listening_log.spans`.

    Returns:
      0 after a push (or after the one stage), 3 where a gate said no. An unchanged run repeats the last code.

    Raises:
      UserError: the data or a stage failed; its message names the stage.
      UsageError: `only` is no stage.
    """
    data_dir, home = Path(data_dir).resolve(), Path(home).resolve()
    log = Source(str(data_dir), data_digest(str(data_dir), spans), spans)
    home.mkdir(parents=True, exist_ok=True)
    code = results.FAILED
    try:
        code = _run(log, home, config, only, terminal)
    except UserError as error:
        code = error.exit_code
        raise
    finally:
        asked = {"data_dir": str(data_dir), "spans": spans, "only": only}
        record = asked | {"exit_code": code, "config": config.as_dict()}
        _write(home / RUN_FILE, json.dumps(record, indent=2) + "\n")
    return code


def _run(log: Source, home: Path, config: Config, only: str | None, terminal: TextIO) -> int:
    # TFX takes long to import: not before the data has been found.
    from tfx.orchestration.metadata import sqlite_metadata_connection_config

    from components.production.find import version_in_production
    from tfx_pipeline.dag_runner import ObservedDagRunner, StageError
    from tfx_pipeline.pipeline import create_pipeline

    artifacts, serving, forgotten = home / "artifacts", home / "serving", Home(home).forgotten_file
    train = only != INDEX
    pipeline = create_pipeline(
        name=PIPELINE_NAME,
        root=str(artifacts),
        source=dataclasses.replace(
            log,
            forgotten=str(forgotten) if forgotten.exists() else "",
            forgotten_digest=Forgotten.load(str(forgotten)).digest,
            production=version_in_production(serving, log.spans, earlier=train),
        ),
        serving_dir=str(serving),
        config=config,
        metadata=sqlite_metadata_connection_config(str(home / "metadata.db")),
        beam_args=beam_args(config.beam.workers),
        train=train,
    )
    housekeeping.forget_replaced_pushes(artifacts, serving)
    runner = ObservedDagRunner(observe=_report, only=only if train else None)
    try:
        runner.run(pipeline)
    except StageError as error:
        _LOG.exception("stage %s failed", error.stage)
        told = user_error_in(error)
        if told is not None:
            raise told from error
        cause = error.__cause__
        what = _one_line(cause) if cause is not None else "its inputs are missing"
        raise UserError(f"stage {error.stage} failed: {what} (details: {home / 'logs'})") from error
    housekeeping.prune_artifacts(artifacts, config.keep.artifacts, set(runner.executions.values()))
    found = results.read(runner.outputs)
    if only is not None and train:
        return results.PUSHED
    terminal.write(found.table() + "\n")
    return found.exit_code


def beam_args(workers: int) -> list[str]:
    """Beam's flags: one process, or several."""
    mode = "in_memory" if workers == 1 else "multi_processing"
    return ["--runner=DirectRunner", f"--direct_running_mode={mode}", f"--direct_num_workers={workers}"]


def _report(stage: str, state: str, seconds: float) -> None:
    progress.report(stage, state=state, seconds=seconds)


def _one_line(error: BaseException) -> str:
    """The error's last line: Keras and Beam put what went wrong after where."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[-1].strip()}" if lines else type(error).__name__


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    staged = path.with_name(f".{path.name}")
    staged.write_text(text)
    staged.replace(path)
