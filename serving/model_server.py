"""A local model server that speaks TF Serving's gRPC and REST, with tensorflow_model_server's flags.

python -m serving.model_server --port=8500 --rest_api_port=8501 --model_config_file=models.config
"""

import signal
import socket
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from serving.errors import FlagError, ServerError
from serving.model_configs import ModelConfig, model_configs
from serving.options import Options, parse_options
from serving.stderr import divert_noise

if TYPE_CHECKING:
    from serving.loaded_model import LoadedModel

GRACE_SECONDS = 15  # for requests under way, after a signal to stop


def main(argv: Sequence[str] | None = None) -> int:
    """Serves until SIGTERM or SIGINT; returns the exit code, after one line where something is wrong."""
    try:
        return serve(sys.argv[1:] if argv is None else argv)
    except ServerError as error:
        sys.stderr.write(f"{error}\n")
        return 2 if isinstance(error, FlagError) else 1


def serve(argv: Sequence[str]) -> int:
    """Serves as `main` does, for callers that report errors themselves.

    Args:
        argv: the flags.

    Returns:
        The exit code.

    Raises:
        FlagError: a wrong flag or config file.
        ServerError: a port in use, or a model without a version that can be served.
    """
    options = parse_options(argv)
    for port in filter(None, (options.port, options.rest_api_port)):
        _check_port(options.bind_address, port)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with divert_noise(options.log_file) as terminal:
        return _run(options, model_configs(options), stop, terminal)


def _run(options: Options, configs: Sequence[ModelConfig], stop: threading.Event, terminal: TextIO) -> int:
    from serving.grpc_service import start_grpc
    from serving.manager import ModelManager
    from serving.rest_service import start_rest

    _set_threads(options.tensorflow_session_parallelism)
    manager = ModelManager(
        configs,
        lambda path: _load(path, options.enable_model_warmup),
        options.file_system_poll_wait_seconds,
        lambda line: print(line, file=terminal),
        stop,
    )
    grpc_server = start_grpc(manager, options) if options.port else None
    rest_server = start_rest(manager, options) if options.rest_api_port else None
    try:
        manager.start()
        manager.wait_until_loaded()
        if not stop.is_set():
            sys.stdout.write(_ready_line(options, manager.available()) + "\n")
            sys.stdout.flush()
        stop.wait()
    finally:
        stop.set()
        if rest_server is not None:
            rest_server.shutdown()
        if grpc_server is not None:
            grpc_server.stop(GRACE_SECONDS).wait()
        manager.drain(GRACE_SECONDS)
    return 0


def _load(path: Path, warm: bool) -> "LoadedModel":
    from serving.loaded_model import LoadedModel
    from serving.warmup import run_warmup

    model = LoadedModel(path)
    if warm:
        run_warmup(model)
    return model


def _set_threads(parallelism: int) -> None:
    import tensorflow as tf

    tf.get_logger().setLevel("ERROR")
    if parallelism > 0:
        tf.config.threading.set_intra_op_parallelism_threads(parallelism)
        tf.config.threading.set_inter_op_parallelism_threads(parallelism)


def _check_port(address: str, port: int) -> None:
    """Refuses a port in use at once, before the seconds that TensorFlow takes."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise ServerError(f"Port {port} of {address} can't be opened: {error.strerror}") from None


def _ready_line(options: Options, available: dict[str, int]) -> str:
    where = [
        f"{kind} {options.bind_address}:{port}"
        for kind, port in (("gRPC", options.port), ("REST", options.rest_api_port))
        if port
    ]
    models = ", ".join(f"{name} {version}" for name, version in available.items())
    return f"ready: {', '.join(where)}, models {models}"


if __name__ == "__main__":
    sys.exit(main())
