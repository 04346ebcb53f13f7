"""`upnext surfaces`: its flags, and what its commands do."""

import argparse
from typing import Final

from listening_log.errors import UsageError
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
        ("--bind-address", "ADDRESS", str, f"default: {LOOPBACK}, this machine alone"),
    ):
        parser.add_argument(flag, metavar=metavar, type=kind, help=text, default=argparse.SUPPRESS)
    parser.set_defaults(command=start)


def start(
    console: Console,
    *,
    home: Home | None = None,
    address: str = "",
    port: int = PORT,
    bind_address: str = LOOPBACK,
    store: str = "",
) -> int:
    """Serves the destinations until it is told to stop."""
    if home is None:
        raise UsageError("--home DIR is needed; see `upnext surfaces --help`")
    from components.pushed.pushed_models import PushedModels
    from models import names

    PushedModels(home.serving).served(names.SCANN, names.UPNEXT)  # refused before anything is written
    home.prepare()
    console.redirect(home.new_log("surfaces"))
    from serving.lean_tensorflow import skip_public_interface

    skip_public_interface()  # its messages are needed, TensorFlow is not
    from tfx_pipeline.surfaces.serving import serve

    return serve(home, address, bind_address, port, store, console.out)


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


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise UsageError(f"--port {text}: a port is a number from 1 to 65535, or 0 for a free one")
    return int(text)
