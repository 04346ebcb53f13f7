"""One HOME with toy models and one real server for the tests of serving."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from components.pushed.pushed_models import PushedModels
from models import names
from tests.serving.running import ServerProcess
from tests.serving.toy import ITEMS, push_toy, save_toy


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """HOME with version 1 of the three models, as pushed."""
    from serving.warmup import make_requests, write_warmup

    home = tmp_path_factory.mktemp("home")
    for model in names.MODELS:
        path = home / "serving" / names.SCANN / model / "1"
        save_toy(model, path)
        write_warmup(path, make_requests(model, ITEMS))
    PushedModels(home / "serving").write_config(names.SCANN)
    return home


@dataclass(frozen=True)
class Processes:
    """Two servers that start side by side: of HOME, and of one model whose versions tests change."""

    home: ServerProcess
    changing: ServerProcess
    base: Path  # of the changing model
    log: Path  # of the changing server


@pytest.fixture(scope="session")
def processes(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    folder = tmp_path_factory.mktemp("servers")
    base, log = folder / "upnext", folder / "log.txt"
    push_toy(base, 1)
    config = PushedModels(home / "serving").config_path(names.SCANN)
    limits = ["--max_batch_rows=500", "--max_message_bytes=1000000"]
    watch = ["--file_system_poll_wait_seconds=0.1", f"--log_file={log}", "--enable_batching"]
    started = Processes(
        ServerProcess([f"--model_config_file={config}", *limits], folder / "home"),
        ServerProcess(["--model_name=upnext", f"--model_base_path={base}", *watch], folder / "changing"),
        base,
        log,
    )
    yield started
    for server in (started.home, started.changing):
        server.process.kill()
        server.process.wait()


@pytest.fixture(scope="session")
def server(processes: Processes) -> ServerProcess:
    """The server of HOME, for questions alone."""
    processes.home.wait_until_ready()
    return processes.home


@pytest.fixture(scope="session")
def upnext_dir(home: Path) -> Path:
    """The `upnext` model's only version."""
    return home / "serving" / names.SCANN / names.UPNEXT / "1"
