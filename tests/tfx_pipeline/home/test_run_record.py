"""HOME remembers what the last run was asked for, and how it ended."""

import json
from pathlib import Path

import pytest

from listening_log.errors import UserError
from tfx_pipeline.home.layout import Home
from tfx_pipeline.home.run_record import RunRecord, kept_versions, last_run, note_end


def test_the_data_directory_is_that_of_the_last_run(tmp_path: Path):
    home = Home(tmp_path)
    home.run_file.write_text(json.dumps({"data_dir": "/somewhere/data"}))
    record = last_run(home)
    assert (record.data_dir, record.spans, record.ended) == ("/somewhere/data", "", None)


def test_a_home_without_a_run_says_what_to_do(tmp_path: Path):
    with pytest.raises(UserError, match="holds no run: run `upnext run"):
        last_run(Home(tmp_path))


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"data_dir": 7}'])
def test_a_damaged_record_is_one_line_that_names_the_file(tmp_path: Path, content: str):
    (tmp_path / "run.json").write_text(content)
    with pytest.raises(UserError, match=r"^cannot read .*run\.json: "):
        last_run(Home(tmp_path))


def test_the_end_of_a_run_is_added_to_its_record(tmp_path: Path):
    RunRecord(data_dir="data", spans="1-2", config={"seed": 3}).write(tmp_path)
    note_end(Home(tmp_path), 3, "refused by a gate")
    assert last_run(Home(tmp_path)) == RunRecord(
        data_dir="data", spans="1-2", config={"seed": 3}, exit_code=3, ended="refused by a gate"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_the_end_of_a_run_that_left_no_record_is_no_error(tmp_path: Path):
    note_end(Home(tmp_path), 1, "stopped")
    assert list(tmp_path.iterdir()) == []


def test_the_last_runs_setting_says_how_many_versions_stay(tmp_path: Path):
    assert kept_versions(Home(tmp_path)) is None
    RunRecord(data_dir="data", config={"keep": {"versions": 5}}).write(tmp_path)
    assert kept_versions(Home(tmp_path)) == 5
