"""A model server in a process of its own, on free loopback ports."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

import models
from components.serving_check import rest
from listening_log.errors import UserError
from serving.model_configs import config_text
from serving.ports import free_ports

HOST: Final = "127.0.0.1"
START_SECONDS: Final = 600.0
"""A large catalogue on a busy machine takes minutes to load and to warm up."""
STOP_SECONDS: Final = 30.0
_POLL_SECONDS: Final = 0.2


@contextlib.contextmanager
def fresh_server(
    model_dirs: Mapping[str, Path],
    log_file: Path,
    flags: Sequence[str] = (),
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[tuple[str, str]]:
    """Starts the model server for SavedModels by name and stops it afterwards; it ends with this process.

    Args:
        model_dirs: the folder of each.
        log_file: takes what the server says.
        flags: more of its flags.
        environment: variables that differ from this process's.

    Yields:
        The addresses `host:port` of gRPC and of REST, once all models are served.

    Raises:
        UserError: the server ended or was not ready in time; its last line is in the message.
    """
    with tempfile.TemporaryDirectory() as folder:
        config = _lay_out(model_dirs, Path(folder))
        grpc_port, rest_port = free_ports(2)
        command = [sys.executable, "-m", "components.serving_check.bound_server", str(os.getpid())]
        command += [f"--model_config_file={config}"]
        command += [f"--port={grpc_port}", f"--rest_api_port={rest_port}", *flags]
        with log_file.open("ab") as log:
            process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env={**_environment(), **environment},
            )
            try:
                _wait(process, f"{HOST}:{rest_port}", list(model_dirs), log_file)
                yield f"{HOST}:{grpc_port}", f"{HOST}:{rest_port}"
            finally:
                process.terminate()
                try:
                    process.wait(STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def _lay_out(model_dirs: Mapping[str, Path], folder: Path) -> Path:
    """Links the models as `<name>/1/` under `folder`, and writes the server's configuration."""
    for name, path in model_dirs.items():
        (folder / name).mkdir()
        (folder / name / "1").symlink_to(path.resolve(), target_is_directory=True)
    config = folder / "models.config"
    config.write_text(config_text({name: folder / name for name in model_dirs}), encoding="utf-8")
    return config


def _environment() -> dict[str, str]:
    """This process's environment, in which the new one finds our packages too."""
    root = str(Path(models.__file__).resolve().parents[1])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def _wait(process: subprocess.Popen, address: str, names: list[str], log_file: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not all(rest.is_available(address, name) for name in names):
        if process.poll() is not None:
            raise UserError(f"the server ended with code {process.returncode}: {_last_line(log_file)}")
        if time.monotonic() > deadline:
            raise UserError(f"the server was not ready after {START_SECONDS:.0f} s: {_last_line(log_file)}")
        time.sleep(_POLL_SECONDS)


def _last_line(path: Path) -> str:
    lines = path.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
