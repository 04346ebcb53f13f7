"""What a run that was killed has left is gone when the next one starts, and what was finished stays."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from listening_log.errors import UserError
from models import names
from tests.support.toy_stages import toy_pipeline
from tfx_pipeline.home.layout import Home
from tfx_pipeline.home.unfinished_outputs import remove_unfinished_outputs
from tfx_pipeline.local.dag_runner import ObservedDagRunner

COMPLETE, RUNNING, CANCELED = 3, 2, 6


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A HOME that a toy run has left, whose last stage then never ended."""
    home = tmp_path_factory.mktemp("finished")
    ObservedDagRunner(lambda *_: None).run(toy_pipeline(home))
    with closing(sqlite3.connect(home / "metadata.db")) as database, database:
        newest = f"UPDATE Execution SET last_known_state = {RUNNING} WHERE id = 3"
        assert database.execute(newest).rowcount == 1
    return home


def states(home: Path) -> dict[int, int]:
    with closing(sqlite3.connect(home / "metadata.db")) as database:
        return dict(database.execute("SELECT id, last_known_state FROM Execution"))


def test_only_what_a_finished_stage_made_stays(finished: Path) -> None:
    artifacts = finished / "artifacts"
    (artifacts / "First" / "summary" / "77").mkdir()
    (artifacts / "First" / ".temp" / "77").mkdir(parents=True)
    (artifacts / "First" / ".checkpoints" / "1234567890123456").mkdir(parents=True)
    (artifacts / "First" / ".system" / "executor_execution" / "77").mkdir(parents=True)
    (finished / ".run.json.partial").touch()

    removed = remove_unfinished_outputs(Home(finished))

    assert "artifacts/First/summary/77" in removed
    assert "artifacts/Third/models/3" in removed
    assert (artifacts / "First/summary/1/summary.json").is_file()
    assert (artifacts / "Second/blessing/2").is_dir()
    assert not list(artifacts.rglob("77"))
    assert not (finished / ".run.json.partial").exists()
    assert (artifacts / "First/.checkpoints/1234567890123456").is_dir()
    assert states(finished) == {1: COMPLETE, 2: COMPLETE, 3: CANCELED}
    assert remove_unfinished_outputs(Home(finished)) == []


def test_the_cache_is_as_it_was_and_the_unfinished_stage_runs_again(finished: Path) -> None:
    remove_unfinished_outputs(Home(finished))
    states = []
    ObservedDagRunner(lambda stage, state, _: states.append((stage, state))).run(toy_pipeline(finished))
    assert [pair for pair in states if pair[1] != "start"] == [
        ("First", "cached"),
        ("Second", "cached"),
        ("Third", "done"),
    ]


def test_half_a_push_is_taken_back(tmp_path: Path) -> None:
    for build in names.BUILDS:
        for model in names.MODELS:
            (tmp_path / "serving" / build / model / "1").mkdir(parents=True)
    (tmp_path / "serving/scann/retrieval/2").mkdir()
    (tmp_path / "serving/scann/ranker/.staging-2").mkdir()
    remove_unfinished_outputs(Home(tmp_path))
    assert {path.name for path in tmp_path.glob("serving/*/*/*")} == {"1"}


def test_an_empty_home_is_no_error(tmp_path: Path) -> None:
    assert remove_unfinished_outputs(Home(tmp_path)) == []
    (tmp_path / "metadata.db").touch()
    assert remove_unfinished_outputs(Home(tmp_path)) == []


@pytest.mark.parametrize("content", [b"no database\n" * 999, b"SQLite format 3\0" + b"\0" * 9999])
def test_a_damaged_metadata_file_is_one_line_that_says_what_to_do(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "metadata.db").write_bytes(content)
    with pytest.raises(UserError, match=r"metadata\.db is damaged \(.*\): move it away, and the next run"):
        remove_unfinished_outputs(Home(tmp_path))


def test_a_truncated_metadata_file_is_told(tmp_path: Path, finished: Path) -> None:
    whole = (finished / "metadata.db").read_bytes()
    (tmp_path / "metadata.db").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError, match=r"metadata\.db is damaged"):
        remove_unfinished_outputs(Home(tmp_path))
