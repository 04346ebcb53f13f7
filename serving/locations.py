"""Where the pushed models lie under HOME, and the server that `upnext serve` starts for them."""

import json
import os
from pathlib import Path

from models import names
from serving.errors import ServerError
from serving.versions import version_path, versions

CONFIG_FILE = "models.config"


def build_path(home: Path, build: str) -> Path:
    """HOME/serving/<build>, absolute."""
    return Path(home).resolve() / "serving" / build


def latest_version(home: Path, build: str, model: str) -> Path:
    """The folder of the highest pushed version of a model.

    Raises:
        ServerError: nothing was pushed under `home`.
    """
    base = build_path(home, build) / model
    found = versions(base)
    if not found:
        raise ServerError(f"{home} holds no pushed model `{model}`: run `upnext run --home {home}` first.")
    return version_path(base, found[-1])


def models_config(home: Path, build: str) -> str:
    """The text of models.config (a ModelServerConfig) for the models of a build, with absolute paths."""
    entries = "".join(
        "  config {\n"
        f"    name: {json.dumps(model)}\n"
        f"    base_path: {json.dumps(str(build_path(home, build) / model), ensure_ascii=False)}\n"
        '    model_platform: "tensorflow"\n'
        "  }\n"
        for model in names.MODELS
    )
    return f"model_config_list {{\n{entries}}}\n"


def write_models_config(home: Path, build: str) -> Path:
    """Writes models.config beside a build's models unless it is right already (HOME may have moved)."""
    path, text = build_path(home, build) / CONFIG_FILE, models_config(home, build)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        staged = path.with_name(f".{CONFIG_FILE}.{os.getpid()}")
        staged.write_text(text, encoding="utf-8")
        staged.replace(path)
    return path


def serve_home(
    home: Path, grpc_port: int = 8500, rest_port: int = 8501, *, bind_address: str = "127.0.0.1"
) -> int:
    """Serves the `scann` build under HOME in this process until it is told to stop; returns the exit code.

    Raises:
        ServerError: nothing was pushed under `home` (told before TensorFlow is loaded), or a port is in use.
    """
    from serving import model_server

    for model in names.MODELS:
        latest_version(home, names.SCANN, model)
    logs = Path(home) / "logs"
    try:
        logs.mkdir(exist_ok=True)
        config = write_models_config(home, names.SCANN)
    except OSError as error:
        raise ServerError(f"{home} can't be written: {error.strerror}.") from None
    flags = [
        f"--port={grpc_port}",
        f"--rest_api_port={rest_port}",
        f"--bind_address={bind_address}",
        f"--model_config_file={config}",
        f"--log_file={logs / 'serve.log'}",
    ]
    return model_server.serve(flags)
