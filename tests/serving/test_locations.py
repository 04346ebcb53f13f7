from pathlib import Path

import pytest

from models import names
from serving import model_server
from serving.errors import ServerError
from serving.locations import latest_version, models_config, serve_home, write_models_config
from serving.model_configs import read_model_configs


def push(home: Path, model: str, version: str) -> Path:
    path = home / "serving" / names.SCANN / model / version
    path.mkdir(parents=True)
    return path


def test_the_highest_number_is_the_latest(tmp_path: Path) -> None:
    push(tmp_path, "upnext", "9")
    newest = push(tmp_path, "upnext", "10")
    push(tmp_path, "upnext", ".11.staging")
    assert latest_version(tmp_path, names.SCANN, "upnext") == newest


def test_an_empty_home_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="no pushed model"):
        latest_version(tmp_path, names.SCANN, names.UPNEXT)
    with pytest.raises(ServerError, match="no pushed model"):
        serve_home(tmp_path, 1, 2)


def test_models_config_has_absolute_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    push(tmp_path / 'my "home" é', "upnext", "1")
    monkeypatch.chdir(tmp_path)
    config = write_models_config(Path('my "home" é'), names.SCANN)
    bases = {model.name: model.base_path for model in read_model_configs(config)}
    assert list(bases) == list(names.MODELS)
    assert bases["upnext"] == tmp_path / 'my "home" é' / "serving" / "scann" / "upnext"


def test_models_config_follows_a_moved_home(tmp_path: Path) -> None:
    push(tmp_path / "old", "upnext", "1")
    write_models_config(tmp_path / "old", names.SCANN)
    (tmp_path / "old").rename(tmp_path / "new")
    path = write_models_config(tmp_path / "new", names.SCANN)
    assert path.read_text() == models_config(tmp_path / "new", names.SCANN)
    assert str(tmp_path / "new") in path.read_text()


def test_a_right_models_config_is_left_alone(tmp_path: Path) -> None:
    push(tmp_path, "upnext", "1")
    before = write_models_config(tmp_path, names.SCANN).stat().st_mtime_ns
    assert write_models_config(tmp_path, names.SCANN).stat().st_mtime_ns == before


def test_serving_home_starts_the_server_on_its_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for model in names.MODELS:
        push(tmp_path, model, "1")
    asked: list[list[str]] = []
    monkeypatch.setattr(model_server, "serve", lambda flags: asked.append(flags) or 0)
    assert serve_home(tmp_path, 1, 2) == 0
    assert asked == [
        [
            "--port=1",
            "--rest_api_port=2",
            "--bind_address=127.0.0.1",
            f"--model_config_file={tmp_path / 'serving' / 'scann' / 'models.config'}",
            f"--log_file={tmp_path / 'logs' / 'serve.log'}",
        ]
    ]
