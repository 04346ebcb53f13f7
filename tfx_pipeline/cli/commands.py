"""What each command does. Heavy imports stand in the functions: a command loads only what it needs."""

import argparse
import os
from pathlib import Path

from listening_log.errors import UsageError, UserError
from tfx_pipeline.home.layout import Home
from tfx_pipeline.terminal.console import Console
from tfx_pipeline.terminal.exit_codes import FAILED


def run(args: argparse.Namespace, console: Console) -> int:
    """Runs the pipeline on this machine."""
    from tfx_pipeline.config.tree import load_config

    if args.compiled:
        return _run_compiled(args, console)
    if args.data is None:
        raise UsageError("--data DIR is needed; see `upnext run --help`")
    if args.param:
        raise UsageError("--param is for --compiled FILE; --set changes settings")
    config = load_config(args.config, args.set)
    spans = chosen_spans(args)
    _require_tables(args.data, spans)
    home = Home(args.home)
    home.prepare()
    with home.locked():
        log = home.new_log("run")
        console.redirect(log)
        print(f"upnext: {args.data} to {args.home}; details: {log}", file=console.out)
        from tfx_pipeline.home.run_record import note_end
        from tfx_pipeline.local import runner
        from tfx_pipeline.terminal.progress import shown_progress

        console.if_stopped = lambda: note_end(home, FAILED, "stopped")
        with shown_progress(console.out):
            return runner.run(Path(args.data), home, config, args.only, console.out, spans=spans)


def _run_compiled(args: argparse.Namespace, console: Console) -> int:
    from tfx_pipeline.kubeflow.compiled_file import read_compiled
    from tfx_pipeline.kubeflow.parameter_values import split_parameters

    if args.set or args.config or args.only:
        raise UsageError("--compiled: settings were fixed by `upnext compile`; --param gives its parameters")
    spans = chosen_spans(args)
    texts = {"data_dir": args.data and str(Path(args.data).resolve()), "spans": spans}
    texts = {name: text for name, text in texts.items() if text} | split_parameters(args.param)
    pipeline = read_compiled(Path(args.compiled))
    home = Home(args.home)
    home.prepare()
    with home.locked():
        log = home.new_log("run")
        console.redirect(log)
        print(f"upnext: {args.compiled} to {args.home}; details: {log}", file=console.out)
        from tfx_pipeline.home.run_record import note_end
        from tfx_pipeline.kubeflow.emulator.run import run_compiled
        from tfx_pipeline.terminal.progress import shown_progress

        console.if_stopped = lambda: note_end(home, FAILED, "stopped")
        with shown_progress(console.out):
            return run_compiled(pipeline, home, texts, console.out)


def serve(args: argparse.Namespace, console: Console) -> int:
    """Serves the pushed models until it is told to stop."""
    from components.pushed.pushed_models import PushedModels
    from models import names
    from serving import model_server

    for flag, port in (("--grpc-port", args.grpc_port), ("--rest-port", args.rest_port)):
        if not 1 <= port <= 65535:
            raise UsageError(f"{flag} {port}: a port is a number from 1 to 65535")
    home = Home(args.home)
    pushed = PushedModels(home.serving)
    for model in names.MODELS:  # refused before TensorFlow is loaded
        pushed.served(names.SCANN, model)
    try:
        home.logs.mkdir(exist_ok=True)
        config = pushed.write_config(names.SCANN)  # again, since HOME may have moved
    except OSError as error:
        raise UserError(f"{home.path} can't be written: {error.strerror}") from None
    return model_server.serve(
        [
            f"--port={args.grpc_port}",
            f"--rest_api_port={args.rest_port}",
            f"--bind_address={args.bind_address}",
            f"--model_config_file={config}",
            f"--log_file={home.logs / 'serve.log'}",
        ]
    )


def recommend(args: argparse.Namespace, console: Console) -> int:
    """Prints a listener's recent plays and what comes next."""
    _require_k(args.k)
    home = Home(args.home)
    if not args.address:
        _served_upnext(home)
    history = [item for item in (args.history or "").split(",") if item]
    if args.user is not None:
        from tfx_pipeline.cli.recent_plays import recent_plays
        from tfx_pipeline.home.run_record import last_run

        log = last_run(home)
        history = recent_plays(log.data_dir, args.user, spans=log.spans, forgotten=home.forgotten_file)
    console.redirect(_log_if_writable(home, "recommend"))
    from tfx_pipeline.cli.recommend import recommend as make_page

    print(make_page(home, history, args.k, args.address), file=console.out)
    return 0


def batch(args: argparse.Namespace, console: Console) -> int:
    """Ranks a file of histories."""
    _require_k(args.k)
    home = Home(args.home)
    model_dir = _served_upnext(home)
    console.redirect(_log_if_writable(home, "batch"))
    from listening_log.storage import atomic
    from serving.batch import rank_file

    try:
        with atomic.replace_file(args.out, "wb") as out:
            summary = rank_file(
                model_dir, Path(args.histories), out, k=args.k, exclude_history=args.exclude_history
            )
    except OSError as error:  # a full disk, most of all
        raise UserError(f"{args.out}: {error.strerror}") from error
    short = f"; {summary.short:,} with fewer than {args.k} items" if summary.short else ""
    print(f"{args.out}: {summary.rows:,} rankings in {summary.seconds:.1f} s{short}", file=console.out)
    return 0


def compile_pipeline(args: argparse.Namespace, console: Console) -> int:
    """Writes the pipeline's specification for Kubeflow."""
    from tfx_pipeline.config.tree import load_config

    config = load_config(args.config, args.set)
    out = Path(args.out)
    if not out.absolute().parent.is_dir():
        raise UsageError(f"--out {out}: there is no folder {out.parent}")
    console.redirect(None)
    from tfx_pipeline.kubeflow.compile.compiling import compile as write_compiled

    write_compiled(out, config)
    print(f"{out}: the pipeline for Kubeflow", file=console.out)
    return 0


def rollback(args: argparse.Namespace, console: Console) -> int:
    """Pushes an earlier version again."""
    from tfx_pipeline.home.rollback import roll_back

    pushed = roll_back(Home(args.home), args.to)
    print(f"pushed version {pushed.version}: the models of {pushed.source} again", file=console.out)
    return 0


def forget(args: argparse.Namespace, console: Console) -> int:
    """Removes a listener from HOME."""
    from tfx_pipeline.home.forget.forgetting import forget as remove

    print(remove(Home(args.home), args.user), file=console.out)
    return 0


def chosen_spans(args: argparse.Namespace) -> str:
    """What `--span` or `--spans` says, "" for a log without spans."""
    from listening_log.tables.spans import NO_SPANS, check_spans

    chosen = args.span if args.span is not None else args.spans
    return NO_SPANS if chosen is None else check_spans(chosen)


def _require_tables(data_dir: str, spans: str) -> None:
    """Tells a missing table at once, before the seconds that TFX takes to load."""
    from listening_log.tables.files import is_remote
    from listening_log.tables.spans import log_files
    from listening_log.tables.tables import TABLES

    if not is_remote(data_dir):
        for table in TABLES:
            log_files(data_dir, table, spans)


def _served_upnext(home: Home) -> Path:
    """The folder of the `upnext` model that `upnext serve` would serve.

    Raises:
        UserError: nothing was pushed under HOME.
    """
    from components.pushed.pushed_models import PushedModels
    from models import names

    return PushedModels(home.serving).served(names.SCANN, names.UPNEXT).path


def _require_k(k: int) -> None:
    from models import names

    if not 1 <= k <= names.ANSWERS:
        raise UsageError(f"-k {k}: expected a number from 1 to {names.ANSWERS}")


def _log_if_writable(home: Home, command: str) -> Path | None:
    """Where a reading command's noise goes: nowhere, if HOME is another's."""
    writable = home.logs.is_dir() and os.access(home.logs, os.W_OK | os.X_OK)
    return home.new_log(command) if writable else None
