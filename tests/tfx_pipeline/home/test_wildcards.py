"""A log and a HOME in folders whose names look like patterns of file names."""

import shutil
from pathlib import Path

import pytest

from components.common.data_digest import data_digest
from components.pushed.pushed_models import PLACES, PushedModels
from tfx_pipeline.cli import main as cli
from tfx_pipeline.cli.recent_plays import recent_plays
from tfx_pipeline.home.layout import KEPT_LOGS, Home
from tfx_pipeline.home.run_record import RunRecord


@pytest.fixture(params=["moved [1]", "a*b", "what?", "[a-z]"])
def home(request: pytest.FixtureRequest, tmp_path: Path, tiny_log: Path) -> Home:
    """A HOME with two pushed versions that was given such a name after its last run, and its log likewise."""
    home = Home(tmp_path / request.param)
    data = tmp_path / f"data {request.param}"
    shutil.copytree(tiny_log, data)
    home.logs.mkdir(parents=True)
    for build, model in PLACES:
        (tmp_path / "models" / build / model).mkdir(parents=True)
        (tmp_path / "models" / build / model / "saved_model.pb").touch()
    for version in (1, 2):
        PushedModels(home.serving).push(tmp_path / "models", keep=3, now=version)
    RunRecord(data_dir=str(data)).write(home.path)
    return home


def test_the_log_is_read(home: Home, tiny_log: Path):
    data = str(home.path.with_name(f"data {home.path.name}"))
    assert data_digest(data) == data_digest(str(tiny_log))
    assert recent_plays(data, "ann") == ["a", "b", "c"]
    assert cli.main(["data", "check", data]) == 0


def test_run_refuses_the_home_at_once_with_the_reason(home: Home, tiny_log: Path, capfd):
    assert cli.main(["run", "--data", str(tiny_log), "--home", str(home)]) == 1
    assert "in a path for a wildcard; give another --home" in capfd.readouterr().err


def test_rollback_pushes_the_version_before(home: Home, capfd):
    assert cli.main(["rollback", "--home", str(home)]) == 0
    assert capfd.readouterr().out.endswith("the models of 1 again\n")
    assert len(PushedModels(home.serving).versions()) == 3


def test_forget_removes_what_was_derived(home: Home, capfd):
    (home.artifacts / "Gen" / "examples" / "1").mkdir(parents=True)
    (home.artifacts / "Gen" / "examples" / "1" / "data").write_text("ann")
    assert cli.main(["forget", "--home", str(home), "--user", "ann"]) == 0
    assert not home.artifacts.exists()
    assert "artifacts/Gen/examples/" in capfd.readouterr().out


def test_the_oldest_logs_go(home: Home):
    for number in range(KEPT_LOGS + 1):
        (home.logs / f"batch-2020010{number}.log").touch()
    home.new_log("batch").touch()
    assert len(list(home.logs.iterdir())) == KEPT_LOGS
