"""The server's flags: tensorflow_model_server's own, and a few of ours for safety."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from serving.errors import FlagError


@dataclass(frozen=True)
class Options:
    """What to serve and where."""

    port: int
    rest_api_port: int
    bind_address: str
    model_config_file: Path | None
    model_name: str
    model_base_path: Path | None
    file_system_poll_wait_seconds: float
    enable_model_warmup: bool
    tensorflow_session_parallelism: int
    grpc_max_threads: int
    rest_api_num_threads: int
    max_message_bytes: int
    max_batch_rows: int
    log_file: Path | None


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise FlagError(f"{message} (see --help)")


def parse_options(argv: Sequence[str]) -> Options:
    """Reads the flags.

    Raises:
        FlagError: an unknown flag, a wrong value, or nothing to serve.
    """
    options = Options(**vars(_parser().parse_args(argv)))
    for flag, port in (("port", options.port), ("rest_api_port", options.rest_api_port)):
        if not 0 <= port <= 65535:
            raise FlagError(f"--{flag}={port}: a port is a number from 1 to 65535, or 0 for none")
    if options.port == options.rest_api_port:
        raise FlagError("--port and --rest_api_port must differ, and one of them must be given")
    if options.model_config_file is None and options.model_base_path is None:
        raise FlagError("Nothing to serve: give --model_config_file, or --model_name and --model_base_path")
    if options.model_config_file is not None and not options.model_config_file.is_file():
        raise FlagError(f"--model_config_file={options.model_config_file}: there is no such file")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m serving.model_server", allow_abbrev=False, description=__doc__)
    add = parser.add_argument
    add("--port", type=int, default=8500, help="gRPC port; 0 for none")
    add("--rest_api_port", type=int, default=0, help="REST port; 0 for none")
    add(
        "--bind_address",
        default="127.0.0.1",
        help="address to listen on; 0.0.0.0 opens the server to the network",
    )
    add(
        "--model_config_file",
        type=Path,
        help="a ModelServerConfig in text form; the two flags below are then ignored",
    )
    add("--model_name", default="default", help="name of the one model to serve")
    add("--model_base_path", type=Path, help="folder of its versions")
    add(
        "--file_system_poll_wait_seconds",
        type=_positive(float),
        default=1,
        help="seconds between looks for versions",
    )
    add(
        "--enable_model_warmup",
        type=_boolean,
        default=True,
        help="ask a version's warm-up requests before it serves",
    )
    add(
        "--tensorflow_session_parallelism",
        type=int,
        default=0,
        help="threads of one request; 0: as many as cores",
    )
    add("--grpc_max_threads", type=_positive(int), default=16, help="gRPC requests answered at once")
    add("--rest_api_num_threads", type=_positive(int), default=256, help="REST connections held at once")
    add("--max_message_bytes", type=_positive(int), default=64 << 20, help="longest request")
    add("--max_batch_rows", type=_positive(int), default=512, help="most rows (listeners) of a request")
    add(
        "--log_file",
        type=Path,
        help="file for TensorFlow's own messages; without it only its fatal ones are shown",
    )
    return parser


def _positive(kind: type[int] | type[float]) -> Callable[[str], float]:
    def number(text: str) -> float:
        value = kind(text)
        if not value > 0:
            raise argparse.ArgumentTypeError(f"{text} is not positive")
        return value

    return number


def _boolean(text: str) -> bool:
    values = {"true": True, "1": True, "false": False, "0": False}
    if text.lower() not in values:
        raise argparse.ArgumentTypeError(f"{text} is neither true nor false")
    return values[text.lower()]
