"""A local model server that speaks TF Serving's gRPC and REST, with tensorflow_model_server's flags.

python -m serving.model_server --port=8500 --rest_api_port=8501 --model_config_file=models.config
"""

import gc
import resource
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from serving.errors import FlagError, ServerError
from serving.lean_tensorflow import skip_public_interface
from serving.model_configs import ModelConfig, model_configs, read_model_configs, read_text_proto
from serving.options import Options, parse_options
from serving.reporter import Reporter
from serving.stderr import divert_noise

if TYPE_CHECKING:
    from serving.loaded_model import LoadedModel

METRICS_PATH = "/monitoring/prometheus/metrics"  # as in TF Serving, where the config names none
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
        _check_port(options.bind_address, port, options.reuse_port)
    allow_many_files()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with divert_noise(options.log_file) as terminal:
        skip_public_interface()
        return _run(options, model_configs(options), stop, terminal)


def _run(options: Options, configs: Sequence[ModelConfig], stop: threading.Event, terminal: TextIO) -> int:
    from serving.batching import read_parameters
    from serving.grpc_service import start_grpc
    from serving.http_server import HttpServer
    from serving.manager import ModelManager, Policy
    from serving.rest_service import RestService
    from serving.service import Service

    reporter = Reporter(terminal)
    report = reporter.report
    metrics_path = _metrics_path(options)
    for argument in options.unknown:
        report(f"unknown argument: {argument}: passed over (see --help)")
    for name in options.ignored:
        report(f"--{name}: accepted, without effect here")
    policy = Policy(
        options.file_system_poll_wait_seconds,
        options.max_num_load_retries,
        options.load_retry_interval_micros / 1e6,
        options.allow_version_labels_for_unavailable_models,
        options.model_config_file_poll_wait_seconds,
    )
    _prepare_tensorflow()
    config_file = options.model_config_file
    manager = ModelManager(
        configs,
        partial(_load, options),
        report,
        stop,
        policy,
        reread=None if config_file is None else partial(read_model_configs, config_file),
    )
    batching = read_parameters(options.batching_parameters_file) if options.enable_batching else None
    service = Service(manager, options.max_batch_rows, reporter, stop, batching)
    grpc_server = rest_server = None
    try:
        manager.start()
        manager.wait_until_loaded()
        if not stop.is_set():  # ports open when the models are there, as in TF Serving
            if options.port or options.grpc_socket_path:
                grpc_server = start_grpc(service, options)
            if options.rest_api_port:
                rest_server = HttpServer(RestService(service, metrics_path), options)
                rest_server.start()
            sys.stdout.write(_ready_line(options, manager.served.available()) + "\n")
            sys.stdout.flush()
        stop.wait()
    finally:
        stop.set()  # from now on new requests are answered UNAVAILABLE, which clients try elsewhere
        manager.served.drain(GRACE_SECONDS)
        if rest_server is not None:
            rest_server.shutdown(GRACE_SECONDS)
        if grpc_server is not None:
            grpc_server.stop(GRACE_SECONDS).wait()
    return 0


def _metrics_path(options: Options) -> str:
    """Returns where the metrics are, by the monitoring config; "" for nowhere."""
    if options.monitoring_config_file is None:
        return ""
    from serving.config_protos import make_message

    message: Any = read_text_proto(options.monitoring_config_file, make_message("MonitoringConfig"))
    config = message.prometheus_config
    return (config.path or METRICS_PATH) if config.enable else ""


def _load(options: Options, path: Path) -> "LoadedModel":
    from serving.loaded_model import LoadedModel, session_config
    from serving.warmup import run_warmup

    threads = options.tensorflow_session_parallelism
    config = session_config(
        options.tensorflow_intra_op_parallelism or threads,
        options.tensorflow_inter_op_parallelism or threads,
    )
    model = LoadedModel(path, config)
    if options.enable_model_warmup:
        try:
            run_warmup(model, options.num_request_iterations_for_warmup)
        except BaseException:
            model.close()
            raise
    return model


def _prepare_tensorflow() -> None:
    from tensorflow.python.client import session  # noqa: F401  what a model needs, so that it is frozen too
    from tensorflow.python.platform import tf_logging
    from tensorflow.python.saved_model import loader_impl  # noqa: F401

    tf_logging.get_logger().setLevel("ERROR")
    gc.collect()
    gc.freeze()  # TensorFlow's own objects stay: collecting what a model leaves takes milliseconds


def allow_many_files() -> None:
    """Lifts the limit of open files, hence of connections, to what the system lets this process have.

    At its limit a server can't accept a connection, the health probe's included, and 1,024 is soon reached.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):  # some systems call their own limit unlimited
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _check_port(address: str, port: int, reuse: bool) -> None:
    """Refuses a port in use at once, before the seconds that TensorFlow takes."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if reuse:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise ServerError(f"Port {port} of {address} can't be opened: {error.strerror}") from None


def _ready_line(options: Options, available: dict[str, int]) -> str:
    models = ", ".join(f"{name} {version}" for name, version in available.items())
    return f"ready: {', '.join(options.where)}, models {models}"


if __name__ == "__main__":
    sys.exit(main())
