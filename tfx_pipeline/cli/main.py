"""The command `upnext`. Exit codes: 0 done, 1 data or run failed, 2 wrong usage, 3 a gate said no."""

import argparse
import errno
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import NoReturn

from listening_log.errors import UsageError, UserError, first_line
from listening_log.tables.formats import FORMATS
from serving.errors import ServerError
from tfx_pipeline.cli import commands, data_commands, submit_flags
from tfx_pipeline.terminal.console import Console
from tfx_pipeline.terminal.exit_codes import FAILED, exit_code_of
from tfx_pipeline.terminal.stopping import end_children, stopped_by_signals


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command.

    Args:
        argv: its words; the process's own if None.

    Returns:
        The exit code. A failure is one line on stderr, never a traceback.
    """
    console = Console()
    if argv is None:  # a process that ends here keeps what libraries say last out of the terminal
        with stopped_by_signals(partial(_end, console)):
            return _run(sys.argv[1:], console, partial(_end, console))
    try:
        return _run(argv, console, lambda: None)
    finally:
        console.restore()


def _run(argv: Sequence[str], console: Console, end: Callable[[], None]) -> int:
    try:
        args = _parser().parse_args(argv)
        code: int = args.function(args, console)
        try:
            console.out.flush()
        except BrokenPipeError:  # whoever read along has gone: what was done is done
            _drop_output(console)
        return code
    except (UserError, ServerError) as error:
        _tell(console, " ".join(str(error).split()))
        return exit_code_of(error)
    except KeyboardInterrupt:
        end()
        _tell(console, "stopped")
        return FAILED
    except BrokenPipeError:  # whoever read our output has gone
        _drop_output(console)
        return FAILED
    except MemoryError as error:
        _tell(console, "there is not enough memory" + _details(console, error))
        return FAILED
    except Exception as error:
        unforeseen = f"this should not have failed: {_summary(error)}"
        _tell(console, _of_the_machine(error) or unforeseen + _details(console, error))
        return FAILED


def _end(console: Console) -> None:
    """Ends this process and those that it has started, whatever its other threads are doing."""
    console.if_stopped()
    end_children()
    _tell(console, "stopped")
    os._exit(FAILED)


def _drop_output(console: Console) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), console.out.fileno())


def _of_the_machine(error: Exception) -> str | None:
    """What a disk says that is full, read-only or closed to us."""
    if isinstance(error, OSError) and error.errno in (
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EROFS,
        errno.EACCES,
        errno.EPERM,
        errno.EIO,
    ):
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return None


def _tell(console: Console, line: str) -> None:
    print(f"upnext: {line}", file=console.err, flush=True)


def _summary(error: Exception) -> str:
    name, first = type(error).__name__, first_line(error)
    return name if first == name else f"{name}: {first[:200]}"


def _details(console: Console, error: BaseException) -> str:
    log = console.record(error)
    return f" (details: {log})" if log else ""


class _Parser(argparse.ArgumentParser):
    """Tells wrong usage in one line."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see `{self.prog} --help`")


def _parser() -> _Parser:
    parser = _Parser(prog="upnext", description="Decides what to play next.", allow_abbrev=False)
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(parent: "argparse._SubParsersAction[_Parser]", name: str, text: str) -> _Parser:
        return parent.add_parser(name, help=text, description=text, allow_abbrev=False)

    data = add(subparsers, "data", "Make, import or check a listening log.")
    data_parsers = data.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_data_make(add(data_parsers, "make", "Make a listening world: a log whose truth is known."))
    _add_data_import(
        add(data_parsers, "import", "Turn a log in another layout into the tables that are read.")
    )
    check = add(data_parsers, "check", "Print a log's figures, and what is wrong with it.")
    check.add_argument("dir", metavar="DIR", help="folder of the log's tables")
    check.add_argument("--json", action="store_true", help="for scripts: everything as one JSON object")
    _add_spans(check)
    check.set_defaults(function=data_commands.check)

    _add_run(add(subparsers, "run", "Run the pipeline here, from a log to pushed models."))
    _add_serve(add(subparsers, "serve", "Serve the pushed models over gRPC and REST."))
    _add_recommend(add(subparsers, "recommend", "Print what comes next for one listener, by title."))
    _add_batch(add(subparsers, "batch", "Rank a file of histories."))
    _add_rollback(add(subparsers, "rollback", "Push an earlier version again, as the newest."))
    _add_forget(add(subparsers, "forget", "Remove a listener from all that runs have left."))
    compile_ = add(subparsers, "compile", "Write the pipeline for Kubeflow.")
    compile_.add_argument("--out", required=True, metavar="FILE", help="YAML file to write")
    _add_config(compile_)
    compile_.set_defaults(function=commands.compile_pipeline)
    submit_flags.add_flags(add(subparsers, "submit", "Send the compiled pipeline to Kubeflow."))
    return parser


def _add_data_make(parser: _Parser) -> None:
    parser.add_argument("--out", required=True, metavar="DIR", help="folder to write")
    for flag, text in (
        ("--users", "listeners"),
        ("--items", "items in the catalogue"),
        ("--days", "days of listening"),
        ("--seed", "the same seed makes the same world, to the byte"),
    ):
        parser.add_argument(flag, type=int, metavar="N", help=text)
    parser.set_defaults(function=data_commands.make)


def _add_data_import(parser: _Parser) -> None:
    parser.add_argument("format", metavar="FORMAT", choices=FORMATS, help=", ".join(FORMATS))
    parser.add_argument("src", metavar="SRC", help="the export: a folder, or the file as it was downloaded")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder to write")
    parser.set_defaults(function=data_commands.import_)


def _add_run(parser: _Parser) -> None:
    parser.add_argument("--data", metavar="DIR", help="folder of the log's tables")
    _add_home(parser, "folder for all that the run leaves")
    _add_spans(parser)
    _add_config(parser)
    parser.add_argument(
        "--only",
        metavar="STAGE",
        help="run no further than this stage; `index`: new items into the served models, without training",
    )
    parser.add_argument("--compiled", metavar="FILE", help="run what `upnext compile` wrote, task by task")
    _add_param(parser)
    parser.set_defaults(function=commands.run)


def _add_serve(parser: _Parser) -> None:
    _add_home(parser)
    parser.add_argument("--grpc-port", type=int, default=8500, metavar="PORT", help="default: 8500")
    parser.add_argument("--rest-port", type=int, default=8501, metavar="PORT", help="default: 8501")
    parser.add_argument(
        "--bind-address",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="default: 127.0.0.1, this machine alone; 0.0.0.0 opens the server to the network",
    )
    parser.set_defaults(function=commands.serve)


def _add_recommend(parser: _Parser) -> None:
    _add_home(parser)
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--user", metavar="U", help="a listener of the last run's log")
    who.add_argument("--history", metavar="ID,ID,…", help="item ids, oldest first; neither: a new listener")
    parser.add_argument("-k", type=int, default=10, metavar="K", help="items to rank; default: 10")
    parser.add_argument("--address", metavar="HOST:PORT", help="ask this server, over gRPC")
    parser.set_defaults(function=commands.recommend)


def _add_batch(parser: _Parser) -> None:
    _add_home(parser)
    parser.add_argument(
        "--histories",
        required=True,
        metavar="IN.jsonl",
        help='lines of {"user_id", "item_ids"[, "timestamps"]}, oldest first',
    )
    parser.add_argument(
        "--out",
        required=True,
        metavar="OUT.jsonl",
        help='lines of {"user_id", "item_ids", "scores"}, best first',
    )
    parser.add_argument("-k", type=int, default=10, metavar="K", help="items a line; default: 10")
    parser.add_argument("--exclude-history", action="store_true", help="leave out what a listener has played")
    parser.set_defaults(function=commands.batch)


def _add_rollback(parser: _Parser) -> None:
    _add_home(parser)
    parser.add_argument("--to", type=int, metavar="VERSION", help="default: the one before the newest")
    parser.set_defaults(function=commands.rollback)


def _add_forget(parser: _Parser) -> None:
    _add_home(parser)
    parser.add_argument("--user", required=True, metavar="U", help="the listener's id in the log")
    parser.set_defaults(function=commands.forget)


def _add_param(parser: _Parser) -> None:
    parser.add_argument(
        "--param",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter of the compiled pipeline; may be repeated",
    )


def _add_spans(parser: _Parser) -> None:
    spans = parser.add_mutually_exclusive_group()
    spans.add_argument("--span", metavar="N", help="the newest span; those before it are read too")
    spans.add_argument("--spans", metavar="M-N", help="these spans alone, both ends included")


def _add_home(parser: _Parser, text: str = "folder of an earlier `upnext run`") -> None:
    parser.add_argument("--home", required=True, metavar="DIR", help=text)


def _add_config(parser: _Parser) -> None:
    parser.add_argument("--config", metavar="FILE", help="YAML file of settings")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="one setting, as in ranker.dimension=32; may be repeated",
    )


if __name__ == "__main__":
    sys.exit(main())
