"""`upnext surfaces`: its flags, and what its commands do."""

import argparse
import logging
from pathlib import Path
from typing import Final

from listening_log.errors import UsageError, UserError
from tfx_pipeline.home.layout import Home
from tfx_pipeline.terminal.console import Console

PORT: Final = 8600
LOOPBACK: Final = "127.0.0.1"


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of `upnext surfaces` and of the commands below it.

    Flags that are absent leave no value: the commands below have their own `--home`.
    """
    _add_home(parser)
    _add_store(parser)
    for flag, metavar, kind, text in (
        ("--address", "HOST:PORT", _address, "gRPC of a model server; default: one is started"),
        ("--port", "N", _port, f"default: {PORT}"),
        ("--rephrase", "URL", _web_url, "an OpenAI-compatible server words the DJ's sentences anew"),
        ("--bind-address", "ADDRESS", str, f"default: {LOOPBACK}, this machine alone"),
    ):
        parser.add_argument(flag, metavar=metavar, type=kind, help=text, default=argparse.SUPPRESS)
    text = "offer the destinations to an agent as tools, over stdin and stdout, instead of serving HTTP"
    parser.add_argument("--mcp", action="store_true", help=text, default=argparse.SUPPRESS)
    parser.set_defaults(command=start)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_export(commands)
    _add_weekly(commands)


def start(
    console: Console,
    *,
    home: Home | None = None,
    address: str = "",
    port: int = PORT,
    bind_address: str = LOOPBACK,
    store: str = "",
    rephrase: str = "",
    mcp: bool = False,
) -> int:
    """Serves the destinations until it is told to stop, or to an agent until it hangs up."""
    if home is None:
        raise UsageError("--home DIR is needed; see `upnext surfaces --help`")
    from components.pushed.pushed_models import PushedModels
    from models import names

    PushedModels(home.serving).served(names.SCANN, names.UPNEXT)  # refused before anything is written
    home.prepare()
    log = home.new_log("surfaces")
    if mcp:  # stdout is the agent's
        logging.basicConfig(filename=log, level=logging.INFO)
    else:
        console.redirect(log)
    from serving.lean_tensorflow import skip_public_interface

    skip_public_interface()  # its messages are needed, TensorFlow is not
    if mcp:
        from tfx_pipeline.surfaces.agents import serve_agent

        return serve_agent(home, address, store, rephrase)
    from tfx_pipeline.surfaces.serving import serve

    return serve(home, address, bind_address, port, store, console.out, rephrase)


def export(
    console: Console, *, span: int, home: Home | None = None, store: str = "", out: Path | None = None
) -> int:
    """Writes what was played and shown since the last export as a span of the log."""
    if home is None:
        raise UsageError("--home DIR is needed; see `upnext surfaces export --help`")
    from tfx_pipeline.surfaces.exporting import export as write
    from tfx_pipeline.surfaces.exporting import lost_columns

    written = write(home, store, span, out)
    lost = lost_columns(home, written.folder)
    command = f"upnext run --data {written.folder.parent} --home {home} --span {span}"
    if lost:
        command += f" --set spans.may_lack=[{','.join(lost)}]"
    print(
        f"{written.folder}: {written.plays:,} plays, {written.impressions:,} impressions; "
        f"`{command}` learns from them",
        file=console.out,
    )
    return 0


def weekly(console: Console, *, home: Home | None = None, store: str = "", week: str = "") -> int:
    """Makes Discover Weekly for all listeners who have no list of the week yet."""
    if home is None:
        raise UsageError("--home DIR is needed; see `upnext surfaces weekly --help`")
    from components.pushed.pushed_models import PushedModels
    from models import names
    from surfaces.common.errors import SurfaceError

    PushedModels(home.serving).served(names.SCANN, names.UPNEXT)  # refused before anything is written
    home.prepare()
    console.redirect(home.new_log("weekly"))
    from tfx_pipeline.weekly.batch import make_weekly

    try:
        batch = make_weekly(home, store, week)
    except SurfaceError as error:
        raise UserError(str(error)) from None
    print(
        f"{batch.week}: {batch.lists:,} lists made in {batch.seconds:.1f} s; "
        f"{batch.listeners - batch.lists:,} of {batch.listeners:,} listeners had one",
        file=console.out,
    )
    return 0


def _add_weekly(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    text = "Make Discover Weekly for all listeners, by Beam as the last run's settings say."
    parser = commands.add_parser("weekly", help=text, description=text, allow_abbrev=False)
    _add_home(parser)
    _add_store(parser)
    parser.add_argument(
        "--week",
        type=_week,
        metavar="W",
        help="as 2026-W48; default: the one that has begun somewhere",
        default=argparse.SUPPRESS,
    )
    parser.set_defaults(command=weekly)


def _week(text: str) -> str:
    from surfaces.common.errors import WrongRequestError
    from surfaces.discover_weekly.week import monday_of

    try:
        monday_of(text)
    except WrongRequestError as error:
        raise UsageError(f"--{error}") from None
    return text


def _add_export(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    text = "Write what was played and shown since the last export as a span of the log."
    parser = commands.add_parser("export", help=text, description=text, allow_abbrev=False)
    _add_home(parser)
    _add_store(parser)
    parser.add_argument("--span", required=True, type=_span, metavar="N", help="number of the new span")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="data directory; default: the last run's",
        default=argparse.SUPPRESS,
    )
    parser.set_defaults(command=export)


def _add_home(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--home",
        type=Home,
        metavar="DIR",
        help="folder of an earlier `upnext run`",
        default=argparse.SUPPRESS,
    )


def _add_store(parser: argparse.ArgumentParser) -> None:
    text = "of the store's database, as in postgresql+psycopg://user@host/name; default: a file under HOME"
    parser.add_argument("--store", metavar="URL", help=text, default=argparse.SUPPRESS)


def _address(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise UsageError(f"--address {text}: expected HOST:PORT, as in 127.0.0.1:8500")
    return text


def _span(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text)):
        raise UsageError(f"--span {text}: expected the number of a span, as in 2")
    return int(text)


def _web_url(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError(f"{text!r}: expected a URL, as http://127.0.0.1:8080")
    return text


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise UsageError(f"--port {text}: a port is a number from 1 to 65535, or 0 for a free one")
    return int(text)
