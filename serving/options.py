"""The server's flags: tensorflow_model_server's own, and a few of ours for safety."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final, NoReturn

from serving.errors import FlagError
from serving.storage import Address, place_of

# Flags of TF Serving that change nothing that a client could tell here.
IGNORED: Final = (
    "enable_profiler",
    "enable_serialization_as_tensor_content",
    "flush_filesystem_caches",
    "num_load_threads",
    "num_unload_threads",
    "per_process_gpu_memory_fraction",
    "remove_unused_fields_from_bundle_metagraph",
    "tensorflow_session_config_file",
    "thread_pool_factory_config_file",
    "xla_cpu_compilation_enabled",
    "xla_gpu_compilation_enabled",
    "enable_per_model_batching_parameters",
)


@dataclass(frozen=True)
class Options:
    """What to serve and where."""

    port: int
    rest_api_port: int
    bind_address: str
    model_config_file: Path | None
    model_name: str
    model_base_path: Path | Address | None
    file_system_poll_wait_seconds: float
    model_config_file_poll_wait_seconds: float
    enable_model_warmup: bool
    num_request_iterations_for_warmup: int
    max_num_load_retries: int
    load_retry_interval_micros: int
    allow_version_labels_for_unavailable_models: bool
    tensorflow_session_parallelism: int
    tensorflow_intra_op_parallelism: int
    tensorflow_inter_op_parallelism: int
    grpc_max_threads: int
    grpc_socket_path: str
    grpc_channel_arguments: tuple[tuple[str, int | str], ...]
    rest_api_num_threads: int
    rest_api_timeout_in_ms: int
    ssl_config_file: Path | None
    monitoring_config_file: Path | None
    enable_batching: bool
    batching_parameters_file: Path | None
    max_message_bytes: int
    max_batch_rows: int
    log_file: Path | None
    reuse_port: bool
    enable_grpc_healthcheck_service: bool
    rest_api_enable_cors_support: bool
    ignored: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def where(self) -> list[str]:
        """Where the server listens, as its first line says it."""
        host = bracketed(self.bind_address)
        ports = (("gRPC", self.port), ("REST", self.rest_api_port))
        places = [f"{kind} {host}:{port}" for kind, port in ports if port]
        return [*places, f"gRPC unix:{self.grpc_socket_path}"] if self.grpc_socket_path else places


def bracketed(address: str) -> str:
    """Returns a host as it stands before a port."""
    return f"[{address}]" if ":" in address else address


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise FlagError(f"{message} (see --help)")


def parse_options(argv: Sequence[str]) -> Options:
    """Reads the flags; unknown ones are kept by name, as TF Serving passes over them.

    Raises:
        FlagError: a wrong value, or nothing to serve.
    """
    known, unknown = _parser().parse_known_args(argv)
    values = vars(known)
    ignored = tuple(name for name in IGNORED if values.pop(name) is not None)
    options = Options(**values, ignored=ignored, unknown=tuple(unknown))
    for flag, port in (("port", options.port), ("rest_api_port", options.rest_api_port)):
        if not 0 <= port <= 65535:
            raise FlagError(f"--{flag}={port}: a port is a number from 1 to 65535, or 0 for none")
    if options.port == options.rest_api_port and (options.port or not options.grpc_socket_path):
        raise FlagError("the gRPC port and the REST port must differ, and one of them must be given")
    if options.batching_parameters_file is not None and not options.enable_batching:
        raise FlagError("--batching_parameters_file is set without --enable_batching")
    if options.model_config_file is None and options.model_base_path is None:
        raise FlagError("Nothing to serve: give --model_config_file, or --model_name and --model_base_path")
    for flag in (
        "model_config_file",
        "ssl_config_file",
        "monitoring_config_file",
        "batching_parameters_file",
    ):
        path = getattr(options, flag)
        if path is not None and not path.is_file():
            raise FlagError(f"--{flag}={path}: there is no such file")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m serving.model_server", allow_abbrev=False, description=__doc__)
    add = parser.add_argument

    def add_switch(name: str, default: bool, meaning: str) -> None:
        add(f"--{name}", type=_boolean, nargs="?", const=True, default=default, help=meaning)

    add("--version", action="version", version=_version())
    add("--port", type=int, default=8500, help="gRPC port; 0 for none")
    add("--rest_api_port", type=int, default=0, help="REST port; 0 for none")
    add(
        "--bind_address",
        default="127.0.0.1",
        help="address to listen on; 0.0.0.0 opens the server to the network",
    )
    add_switch("reuse_port", False, "servers that set it share the ports, and the system spreads connections")
    add("--grpc_socket_path", default="", help="a UNIX socket for gRPC, beside the port")
    add("--model_config_file", type=Path, help="a ModelServerConfig in text form, in place of the next two")
    add("--model_name", default="default", help="name of the one model to serve")
    add("--model_base_path", type=place_of, help="folder of its versions, or an address (gs://…)")
    add(
        "--model_config_file_poll_wait_seconds",
        type=_not_negative(float),
        default=0,
        help="seconds between looks at the config file; 0: it is read once",
    )
    add(
        "--file_system_poll_wait_seconds",
        type=_not_negative(float),
        default=1,
        help="seconds between looks for versions; 0: one look",
    )
    add("--max_num_load_retries", type=_not_negative(int), default=5, help="of a version that is broken")
    add("--load_retry_interval_micros", type=int, default=60_000_000, help="between two tries")
    add_switch(
        "allow_version_labels_for_unavailable_models",
        False,
        "labels may name versions that aren't served yet",
    )
    add_switch("enable_model_warmup", True, "ask a version's warm-up requests before it serves")
    add("--num_request_iterations_for_warmup", type=_positive(int), default=1, help="times each is asked")
    add(
        "--tensorflow_session_parallelism",
        type=_not_negative(int),
        default=0,
        help="threads for the next two together; 0: what each of them says",
    )
    add(
        "--tensorflow_intra_op_parallelism",
        type=_not_negative(int),
        default=0,
        help="threads of one op; 0: those of --tensorflow_session_parallelism, or one, which answers most requests "
        "a second",
    )
    add(
        "--tensorflow_inter_op_parallelism",
        type=_not_negative(int),
        default=0,
        help="ops run at once; 0: those of --tensorflow_session_parallelism, or as many as cores",
    )
    add("--grpc_max_threads", type=_positive(int), default=16, help="gRPC requests answered at once")
    add(
        "--grpc_channel_arguments",
        type=_channel_arguments,
        default=(),
        help="name=value,… for the gRPC server, as in grpc.max_connection_age_ms=2000",
    )
    add("--rest_api_num_threads", type=_positive(int), default=16, help="REST requests answered at once")
    add(
        "--rest_api_timeout_in_ms", type=_positive(int), default=30_000, help="longest time of a REST request"
    )
    add("--ssl_config_file", type=Path, help="an SSLConfig in text form: gRPC over TLS")
    add("--monitoring_config_file", type=Path, help="a MonitoringConfig in text form: metrics for Prometheus")
    add_switch("enable_grpc_healthcheck_service", False, "answer grpc.health.v1.Health/Check")
    add_switch("rest_api_enable_cors_support", False, "let pages of any origin ask over REST")
    add_switch("enable_batching", False, "run requests that come at once together")
    add("--batching_parameters_file", type=Path, help="BatchingParameters in text form")
    add("--max_message_bytes", type=_positive(int), default=64 << 20, help="longest request")
    add("--max_batch_rows", type=_positive(int), default=512, help="most rows (listeners) of a request")
    add(
        "--log_file",
        type=Path,
        help="file for TensorFlow's own messages; without it only its fatal ones are shown",
    )
    for name in IGNORED:
        add(f"--{name}", nargs="?", const="", help="accepted, without effect here")
    return parser


def _version() -> str:
    server, library = version("tensorflow-serving-api"), version("tensorflow")
    return f"TensorFlow ModelServer: Upnext, for {server}\nTensorFlow Library: {library}"


def _channel_arguments(text: str) -> tuple[tuple[str, int | str], ...]:
    arguments: list[tuple[str, int | str]] = []
    for pair in filter(None, text.split(",")):
        name, equals, value = pair.partition("=")
        if not name or not equals:
            raise argparse.ArgumentTypeError(f"{pair} is not name=value")
        arguments.append((name, int(value) if value.lstrip("-").isdecimal() else value))
    return tuple(arguments)


def _positive(kind: type[int] | type[float]) -> Callable[[str], float]:
    return _number(kind, lambda value: value > 0, "positive")


def _not_negative(kind: type[int] | type[float]) -> Callable[[str], float]:
    return _number(kind, lambda value: value >= 0, "0 or more")


def _number(
    kind: type[int] | type[float], is_right: Callable[[float], bool], what: str
) -> Callable[[str], float]:
    def number(text: str) -> float:
        value = kind(text)
        if not is_right(value):
            raise argparse.ArgumentTypeError(f"{text} is not {what}")
        return value

    return number


def _boolean(text: str) -> bool:
    values = {"true": True, "1": True, "false": False, "0": False}
    if text.lower() not in values:
        raise argparse.ArgumentTypeError(f"{text} is neither true nor false")
    return values[text.lower()]
