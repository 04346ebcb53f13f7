"""A local run ends in one clear line, a table and an exit code, and leaves a record."""

import io
import json
from pathlib import Path

import pytest

import tfx_pipeline.pipeline
from models.errors import UsageError, UserError
from tests.tfx_pipeline.toy_stages import toy_pipeline
from tfx_pipeline import local_runner
from tfx_pipeline.config import Config


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "events.csv").write_text("user_id,item_id,timestamp\nu,i,1\n")
    (folder / "catalog.csv").write_text("item_id\ni\n")
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def use_toy(monkeypatch: pytest.MonkeyPatch, home: Path, **settings) -> None:
    monkeypatch.setattr(tfx_pipeline.pipeline, "create_pipeline", lambda **_: toy_pipeline(home, **settings))


def test_a_run_leaves_a_record(data: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_toy(monkeypatch, home)
    out = io.StringIO()
    assert local_runner.run(data, home, Config(), None, out) == 3  # a toy has no gates
    record = json.loads((home / "run.json").read_text())
    assert record["exit_code"] == 3
    assert record["data_dir"] == str(data)
    assert record["config"]["seed"] == Config().seed
    assert out.getvalue().strip()


def test_an_error_of_the_users_comes_out_as_its_one_line(
    data: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_toy(monkeypatch, home, fail="user")
    with pytest.raises(UserError, match=r"^the log has no events$"):
        local_runner.run(data, home, Config(), None, io.StringIO())
    assert json.loads((home / "run.json").read_text())["exit_code"] == 1


def test_another_error_names_the_stage(data: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_toy(monkeypatch, home, fail="other")
    with pytest.raises(UserError, match=r"^stage First failed: ValueError: last line \(details: "):
        local_runner.run(data, home, Config(), None, io.StringIO())


def test_one_stage_alone_prints_no_table(data: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_toy(monkeypatch, home)
    out = io.StringIO()
    assert local_runner.run(data, home, Config(), "first", out) == 0
    assert out.getvalue() == ""


def test_an_unknown_stage_is_wrong_usage(data: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_toy(monkeypatch, home)
    with pytest.raises(UsageError, match="no stage 'nowhere'"):
        local_runner.run(data, home, Config(), "nowhere", io.StringIO())


def test_a_missing_log_is_told_before_a_home_is_made(tmp_path: Path, home: Path) -> None:
    with pytest.raises(UserError):
        local_runner.run(tmp_path / "absent", home, Config(), None, io.StringIO())
    assert not home.exists()


def test_beam_runs_in_one_process_or_in_several() -> None:
    assert "--direct_running_mode=in_memory" in local_runner.beam_args(1)
    assert local_runner.beam_args(3)[1:] == [
        "--direct_running_mode=multi_processing",
        "--direct_num_workers=3",
    ]
