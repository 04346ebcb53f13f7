"""A local run ends in one clear line, a table and an exit code, and leaves a record."""

import io
import json
import tempfile
from pathlib import Path

import pytest
from tfx.orchestration.pipeline import Pipeline

import tfx_pipeline.pipeline
from listening_log.errors import UsageError, UserError
from tests.support.toy_stages import toy_pipeline
from tfx_pipeline.config.tree import Config
from tfx_pipeline.home.layout import Home
from tfx_pipeline.local import runner


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
    assert runner.run(data, Home(home), Config(), None, out) == 3  # a toy has no gates
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
        runner.run(data, Home(home), Config(), None, io.StringIO())
    assert json.loads((home / "run.json").read_text())["exit_code"] == 1


def test_another_error_names_the_stage(data: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_toy(monkeypatch, home, fail="other")
    with pytest.raises(UserError, match=r"^stage First failed: ValueError: last line \(details: "):
        runner.run(data, Home(home), Config(), None, io.StringIO())


def test_one_stage_alone_prints_no_table(data: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_toy(monkeypatch, home)
    out = io.StringIO()
    assert runner.run(data, Home(home), Config(), "first", out) == 0
    assert out.getvalue() == ""


def test_an_unknown_stage_is_wrong_usage(data: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_toy(monkeypatch, home)
    with pytest.raises(UsageError, match="no stage 'nowhere'"):
        runner.run(data, Home(home), Config(), "nowhere", io.StringIO())


def test_a_missing_log_is_told_before_a_home_is_made(tmp_path: Path, home: Path) -> None:
    with pytest.raises(UserError):
        runner.run(tmp_path / "absent", Home(home), Config(), None, io.StringIO())
    assert not home.exists()


def reported_states(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """Each stage that started or ended, and how."""
    facts = [record.progress for record in caplog.records if hasattr(record, "progress")]
    return [(fact["stage"], fact["state"]) for fact in facts if "state" in fact and fact["state"] != "start"]


def test_how_the_last_run_ended_is_in_its_record(
    data: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def record() -> tuple[object, object]:
        content = json.loads((home / "run.json").read_text())
        return content["exit_code"], content["ended"]

    use_toy(monkeypatch, home)
    runner.run(data, Home(home), Config(), None, io.StringIO())
    assert record() == (3, "refused by a gate")
    runner.run(data, Home(home), Config(), "first", io.StringIO())
    assert record() == (0, "done")

    seen = []

    def interrupted(**_: object) -> None:
        seen.append(record())
        raise KeyboardInterrupt

    monkeypatch.setattr(tfx_pipeline.pipeline, "create_pipeline", interrupted)
    with pytest.raises(KeyboardInterrupt):
        runner.run(data, Home(home), Config(), None, io.StringIO())
    assert seen == [(None, None)]  # what a run that is killed leaves
    assert record() == (1, "stopped")
    use_toy(monkeypatch, home, fail="user", text="b")
    with pytest.raises(UserError):
        runner.run(data, Home(home), Config(), None, io.StringIO())
    assert record() == (1, "failed: the log has no events")


def test_an_accident_is_told_in_a_line(data: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_toy(monkeypatch, home, fail="full")
    with pytest.raises(UserError, match=r"^stage First failed: the disk of .* is full: free some space and"):
        runner.run(data, Home(home), Config(), None, io.StringIO())


def test_a_damaged_output_of_a_finished_stage_is_made_anew(
    data: Path, home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    use_toy(monkeypatch, home)
    runner.run(data, Home(home), Config(), None, io.StringIO())
    (summary,) = home.glob("artifacts/First/summary/*/summary.json")
    summary.write_text("")
    caplog.clear()

    runner.run(data, Home(home), Config(), None, io.StringIO())

    assert reported_states(caplog)[:2] == [("First", "damaged"), ("First", "done")]
    assert "summary.json: 0 bytes in place of 1" in caplog.text
    (summary,) = home.glob("artifacts/First/summary/*/summary.json")
    assert summary.read_text() == "a"


def test_a_log_that_changes_while_it_is_read_stops_the_run_and_is_read_again(
    data: Path, home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    use_toy(monkeypatch, home)
    monkeypatch.setattr(runner, "EXAMPLE_GEN", "First")
    whole = runner.data_digest
    digests = iter(["one", "other"])
    monkeypatch.setattr(runner, "data_digest", lambda *_: next(digests))
    with pytest.raises(UserError, match=r"data changed while it was read: run again$"):
        runner.run(data, Home(home), Config(), None, io.StringIO())

    monkeypatch.setattr(runner, "data_digest", whole)
    caplog.clear()
    runner.run(data, Home(home), Config(), None, io.StringIO())
    assert reported_states(caplog)[0] == ("First", "done")


def test_a_damaged_metadata_file_is_one_line_and_leaves_what_is_served(
    data: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_toy(monkeypatch, home)
    (home / "serving" / "scann").mkdir(parents=True)
    (home / "metadata.db").write_bytes(b"rubbish" * 1000)
    with pytest.raises(UserError, match=r"metadata\.db is damaged .*: move it away"):
        runner.run(data, Home(home), Config(), None, io.StringIO())
    assert (home / "serving" / "scann").is_dir()

    (home / "metadata.db").unlink()
    assert runner.run(data, Home(home), Config(), None, io.StringIO()) == 3


def test_temporary_files_are_in_home_and_go_with_the_run(
    data: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = []

    def toy(**_: object) -> Pipeline:
        folders.append(Path(tempfile.mkdtemp()))
        return toy_pipeline(home)

    monkeypatch.setattr(tfx_pipeline.pipeline, "create_pipeline", toy)
    runner.run(data, Home(home), Config(), None, io.StringIO())
    assert folders[0].parent == home / ".tmp"
    assert not folders[0].exists()
    assert Path(tempfile.mkdtemp()).parent != home / ".tmp"


class Closed(io.StringIO):
    """A terminal that was closed."""

    def write(self, text: str) -> int:
        raise BrokenPipeError


def test_a_closed_terminal_does_not_change_how_a_run_ends(
    data: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_toy(monkeypatch, home)
    assert runner.run(data, Home(home), Config(), None, Closed()) == 3
