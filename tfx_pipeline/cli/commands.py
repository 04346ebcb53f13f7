"""What each command does, from typed flags. Heavy imports stand in the functions: a command loads what it needs."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from listening_log.errors import UsageError, UserError
from tfx_pipeline.home.layout import Home
from tfx_pipeline.terminal.console import Console
from tfx_pipeline.terminal.exit_codes import FAILED

if TYPE_CHECKING:
    from listening_log.tables.spans import Spans


def run(
    console: Console,
    *,
    home: Home,
    data: Path | None,
    spans: "Spans",
    only: str | None,
    config: Path | None,
    settings: Sequence[str],
    compiled: Path | None,
    parameters: Sequence[str],
) -> int:
    """Runs the pipeline on this machine."""
    if compiled:
        if settings or config or only:
            raise UsageError(
                "--compiled: settings were fixed by `upnext compile`; --param gives its parameters"
            )
        return _run_compiled(console, home, compiled, data, spans, parameters)
    if data is None:
        raise UsageError("--data DIR is needed; see `upnext run --help`")
    if parameters:
        raise UsageError("--param is for --compiled FILE; --set changes settings")
    from tfx_pipeline.config.tree import load_config

    values = load_config(config, settings)
    _require_tables(data, spans)
    with _shown_run(console, home, data):
        from tfx_pipeline.local import runner

        return runner.run(data, home, values, only, console.out, spans=spans)


def _run_compiled(
    console: Console, home: Home, compiled: Path, data: Path | None, spans: "Spans", parameters: Sequence[str]
) -> int:
    from tfx_pipeline.kubeflow.compiled_file import read_compiled
    from tfx_pipeline.kubeflow.parameter_values import split_parameters

    flags = {"data_dir": str(data.resolve()) if data else "", "spans": str(spans)}
    texts = {name: text for name, text in flags.items() if text} | split_parameters(parameters)
    pipeline = read_compiled(compiled)
    with _shown_run(console, home, compiled):
        from tfx_pipeline.kubeflow.emulator.run import run_compiled

        return run_compiled(pipeline, home, texts, console.out)


@contextlib.contextmanager
def _shown_run(console: Console, home: Home, source: Path) -> Iterator[None]:
    """Holds HOME for a run: progress on the terminal, all else in a log."""
    home.prepare()
    with home.locked():
        log = home.new_log("run")
        console.redirect(log)
        print(f"upnext: {source} to {home}; details: {log}", file=console.out)
        from tfx_pipeline.home.run_record import note_end
        from tfx_pipeline.terminal.progress import shown_progress

        console.if_stopped = lambda: note_end(home, FAILED, "stopped")
        with shown_progress(console.out):
            yield


def serve(console: Console, *, home: Home, grpc_port: int, rest_port: int, bind_address: str) -> int:
    """Serves the pushed models until it is told to stop."""
    from components.pushed.pushed_models import PushedModels
    from models import names
    from serving import model_server

    pushed = PushedModels(home.serving)
    for model in names.MODELS:  # refused before TensorFlow is loaded
        pushed.served(names.SCANN, model)
    try:
        home.logs.mkdir(exist_ok=True)
        config = pushed.write_config(names.SCANN)  # again, since HOME may have moved
    except OSError as error:
        raise UserError(f"{home} can't be written: {error.strerror}") from None
    return model_server.serve(
        [
            f"--port={grpc_port}",
            f"--rest_api_port={rest_port}",
            f"--bind_address={bind_address}",
            f"--model_config_file={config}",
            f"--log_file={home.server_log}",
        ]
    )


def recommend(
    console: Console, *, home: Home, user: str | None, history: Sequence[str], count: int, address: str | None
) -> int:
    """Prints a listener's recent plays and what comes next."""
    from tfx_pipeline.cli.history import parse_history

    item_ids = parse_history(history)
    if not address:
        _served_upnext(home)
    if user is not None:
        from listening_log.tables.spans import Spans
        from tfx_pipeline.cli.recent_plays import recent_plays
        from tfx_pipeline.home.run_record import last_run

        log = last_run(home)
        item_ids = recent_plays(
            log.data_dir, user, spans=Spans.parse(log.spans), forgotten=home.forgotten_file
        )
    console.redirect(_log_if_writable(home, "recommend"))
    from tfx_pipeline.cli import recommend as page

    print(page.recommend(home, item_ids, count, address), file=console.out)
    return 0


def batch(
    console: Console, *, home: Home, histories: Path, out: Path, count: int, exclude_history: bool
) -> int:
    """Ranks a file of histories."""
    model_dir = _served_upnext(home)
    console.redirect(_log_if_writable(home, "batch"))
    from listening_log.storage import atomic
    from serving.batch import rank_file

    try:
        with atomic.replace_file(out, "wb") as answers:
            summary = rank_file(model_dir, histories, answers, k=count, exclude_history=exclude_history)
    except OSError as error:  # a full disk, most of all
        raise UserError(f"{out}: {error.strerror}") from error
    short = f"; {summary.short:,} with fewer than {count} items" if summary.short else ""
    print(f"{out}: {summary.rows:,} rankings in {summary.seconds:.1f} s{short}", file=console.out)
    return 0


def compile_pipeline(console: Console, *, out: Path, config: Path | None, settings: Sequence[str]) -> int:
    """Writes the pipeline's specification for Kubeflow."""
    from tfx_pipeline.config.tree import load_config

    values = load_config(config, settings)
    if not out.absolute().parent.is_dir():
        raise UsageError(f"--out {out}: there is no folder {out.parent}")
    console.redirect(None)
    from tfx_pipeline.kubeflow.compile.compiling import compile as write_compiled

    write_compiled(out, values)
    print(f"{out}: the pipeline for Kubeflow", file=console.out)
    return 0


def rollback(console: Console, *, home: Home, to: int | None) -> int:
    """Pushes an earlier version again."""
    from tfx_pipeline.home.rollback import roll_back

    pushed = roll_back(home, to)
    print(f"pushed version {pushed.version}: the models of {pushed.source} again", file=console.out)
    return 0


def forget(console: Console, *, home: Home, user: str, store: str) -> int:
    """Removes a listener from HOME."""
    from tfx_pipeline.home.forget import forgetting

    print(forgetting.forget(home, user, store), file=console.out)
    return 0


def _require_tables(data_dir: Path, spans: "Spans") -> None:
    """Refuses a missing table at once, before the seconds that TFX takes to load."""
    from listening_log.tables.spans import log_files
    from listening_log.tables.tables import TABLES

    for table in TABLES:
        log_files(str(data_dir), table, spans)


def _served_upnext(home: Home) -> Path:
    """The folder of the `upnext` model that `upnext serve` would serve.

    Raises:
        UserError: nothing was pushed under HOME.
    """
    from components.pushed.pushed_models import PushedModels
    from models import names

    return PushedModels(home.serving).served(names.SCANN, names.UPNEXT).path


def _log_if_writable(home: Home, command: str) -> Path | None:
    """Where a reading command's noise goes: nowhere, if HOME is another's."""
    writable = home.logs.is_dir() and os.access(home.logs, os.W_OK | os.X_OK)
    return home.new_log(command) if writable else None
