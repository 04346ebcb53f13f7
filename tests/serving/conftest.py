"""One HOME with toy models and one real server for the tests of serving."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models import names
from serving.locations import write_models_config
from tests.serving.running import ServerProcess
from tests.serving.toy import ITEMS, save_toy


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """HOME with version 1 of the three models, as pushed."""
    from serving.warmup import made_requests, write_warmup

    home = tmp_path_factory.mktemp("home")
    for model in names.MODELS:
        path = home / "serving" / names.SCANN / model / "1"
        save_toy(model, path)
        write_warmup(path, made_requests(model, ITEMS))
    write_models_config(home, names.SCANN)
    return home


@pytest.fixture(scope="session")
def server(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """The server of HOME, for questions alone: tests that change its models start one of their own."""
    config = home / "serving" / names.SCANN / "models.config"
    flags = [f"--model_config_file={config}", "--max_batch_rows=500", "--max_message_bytes=1000000"]
    server = ServerProcess(flags, tmp_path_factory.mktemp("server"))
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def upnext_dir(home: Path) -> Path:
    """The `upnext` model's only version."""
    return home / "serving" / names.SCANN / names.UPNEXT / "1"
