"""The command line of `upnext`: what each command is given, as typed values."""

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from listening_log.errors import UsageError
from listening_log.tables.formats import FORMATS
from tfx_pipeline.cli import commands, data_commands, simulate_commands, submit_flags, surfaces_commands
from tfx_pipeline.home.layout import Home

if TYPE_CHECKING:
    from listening_log.tables.spans import Spans

Command: TypeAlias = Callable[..., int]
"""Takes the console and, by their names, the values of its flags; returns the exit code."""


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with the words."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see `{self.prog} --help`")


def make_parser() -> argparse.ArgumentParser:
    """The parser of all commands; `command` of what it returns is the command's function."""
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
    _add_data_check(add(data_parsers, "check", "Print a log's figures, and what is wrong with it."))
    _add_run(add(subparsers, "run", "Run the pipeline here, from a log to pushed models."))
    _add_serve(add(subparsers, "serve", "Serve the pushed models over gRPC and REST."))
    _add_recommend(add(subparsers, "recommend", "Print what comes next for one listener, by title."))
    _add_batch(add(subparsers, "batch", "Rank a file of histories."))
    surfaces_commands.add_flags(
        add(
            subparsers, "surfaces", "Serve the destinations where listeners meet the models, with their page."
        )
    )
    simulate_commands.add_flags(
        add(subparsers, "simulate", "Let a made world's listeners live with the destinations, and count.")
    )
    _add_rollback(add(subparsers, "rollback", "Push an earlier version again, as the newest."))
    _add_forget(add(subparsers, "forget", "Remove a listener from all that runs have left."))
    _add_compile(add(subparsers, "compile", "Write the pipeline for Kubeflow."))
    submit_flags.add_flags(add(subparsers, "submit", "Send the compiled pipeline to Kubeflow."))
    return parser


def _add_data_make(parser: _Parser) -> None:
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder to write")
    for flag, text in (
        ("--users", "listeners"),
        ("--items", "items in the catalogue"),
        ("--days", "days of listening"),
        ("--seed", "the same seed makes the same world, to the byte"),
    ):
        parser.add_argument(flag, type=int, metavar="N", help=text, default=argparse.SUPPRESS)
    parser.set_defaults(command=data_commands.make)


def _add_data_import(parser: _Parser) -> None:
    parser.add_argument("format_name", metavar="FORMAT", choices=FORMATS, help=", ".join(FORMATS))
    parser.add_argument(
        "source", type=Path, metavar="SRC", help="the export: a folder, or the file as it was downloaded"
    )
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder to write")
    parser.set_defaults(command=data_commands.import_)


def _add_data_check(parser: _Parser) -> None:
    parser.add_argument("data", type=Path, metavar="DIR", help="folder of the log's tables")
    parser.add_argument(
        "--json", dest="as_json", action="store_true", help="for scripts: everything as one JSON object"
    )
    _add_spans(parser)
    parser.set_defaults(command=data_commands.check)


def _add_run(parser: _Parser) -> None:
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of the log's tables")
    _add_home(parser, "folder for all that the run leaves")
    _add_spans(parser)
    _add_config(parser)
    parser.add_argument(
        "--only",
        metavar="STAGE",
        help="run no further than this stage; `index`: new items into the served models, without training",
    )
    parser.add_argument(
        "--compiled", type=Path, metavar="FILE", help="run what `upnext compile` wrote, task by task"
    )
    parser.add_argument(
        "--param",
        dest="parameters",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter of the compiled pipeline; may be repeated",
    )
    parser.set_defaults(command=commands.run)


def _add_serve(parser: _Parser) -> None:
    _add_home(parser)
    for flag, port in (("--grpc-port", 8500), ("--rest-port", 8501)):
        parser.add_argument(
            flag, type=partial(_port, flag), default=port, metavar="PORT", help=f"default: {port}"
        )
    parser.add_argument(
        "--bind-address",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="default: 127.0.0.1, this machine alone; 0.0.0.0 opens the server to the network",
    )
    parser.set_defaults(command=commands.serve)


def _add_recommend(parser: _Parser) -> None:
    _add_home(parser)
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--user", metavar="U", help="a listener of the last run's log")
    who.add_argument(
        "--history",
        action="append",
        default=[],
        metavar="ID,ID,…",
        help="item ids, oldest first; an id with a comma: repeat the flag for each, or give a JSON list; "
        "neither: a new listener",
    )
    _add_count(parser, "items to rank; default: 10")
    parser.add_argument("--address", metavar="HOST:PORT", help="ask this server, over gRPC")
    parser.set_defaults(command=commands.recommend)


def _add_batch(parser: _Parser) -> None:
    _add_home(parser)
    parser.add_argument(
        "--histories",
        required=True,
        type=Path,
        metavar="IN.jsonl",
        help='lines of {"user_id", "item_ids"[, "timestamps"]}, oldest first',
    )
    parser.add_argument(
        "--out",
        required=True,
        type=Path,
        metavar="OUT.jsonl",
        help='lines of {"user_id", "item_ids", "scores"}, best first',
    )
    _add_count(parser, "items a line; default: 10")
    parser.add_argument("--exclude-history", action="store_true", help="leave out what a listener has played")
    parser.set_defaults(command=commands.batch)


def _add_rollback(parser: _Parser) -> None:
    _add_home(parser)
    parser.add_argument("--to", type=int, metavar="VERSION", help="default: the one before the newest")
    parser.set_defaults(command=commands.rollback)


def _add_forget(parser: _Parser) -> None:
    _add_home(parser)
    parser.add_argument("--user", required=True, metavar="U", help="the listener's id in the log")
    text = "of the destinations' store, where `upnext surfaces` had one too"
    parser.add_argument("--store", default="", metavar="URL", help=text)
    parser.set_defaults(command=commands.forget)


def _add_compile(parser: _Parser) -> None:
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="YAML file to write")
    _add_config(parser)
    parser.set_defaults(command=commands.compile_pipeline)


def _add_spans(parser: _Parser) -> None:
    spans = parser.add_mutually_exclusive_group()
    for flag, metavar, text in (
        ("--span", "N", "the newest span; those before it are read too"),
        ("--spans", "M-N", "these spans alone, both ends included"),
    ):
        spans.add_argument(flag, dest="spans", type=_spans, default="", metavar=metavar, help=text)


def _add_home(parser: _Parser, text: str = "folder of an earlier `upnext run`") -> None:
    parser.add_argument("--home", required=True, type=Home, metavar="DIR", help=text)


def _add_count(parser: _Parser, text: str) -> None:
    parser.add_argument("-k", dest="count", type=_count, default=10, metavar="K", help=text)


def _add_config(parser: _Parser) -> None:
    parser.add_argument("--config", type=Path, metavar="FILE", help="YAML file of settings")
    parser.add_argument(
        "--set",
        dest="settings",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="one setting, as in ranker.dimension=32; may be repeated",
    )


def _spans(text: str) -> "Spans":
    from listening_log.tables.spans import Spans

    return Spans.parse(text)


def _port(flag: str, text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise UsageError(f"{flag} {text}: a port is a number from 1 to 65535")
    return int(text)


def _count(text: str) -> int:
    from models import names

    if not text.isdecimal() or not 1 <= int(text) <= names.ANSWERS:
        raise UsageError(f"-k {text}: expected a number from 1 to {names.ANSWERS}")
    return int(text)
