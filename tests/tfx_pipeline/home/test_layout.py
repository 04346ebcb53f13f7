import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from listening_log.errors import UserError
from tfx_pipeline.home.layout import KEPT_LOGS, Home

HOLD = """
import sys
import tempfile
from tfx_pipeline.home.layout import Home

with Home(sys.argv[1]).locked():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_run_in_the_same_home_is_refused_with_the_first_ones_process(tmp_path: Path):
    home = Home(tmp_path)
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdin is not None
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        with pytest.raises(UserError, match=f"another run .process {first.pid}. is under way"), home.locked():
            pass
        first.stdin.close()
        first.wait()
    with home.locked():
        assert home.lock_file.read_text() == str(os.getpid())


def test_a_lock_ends_with_its_process(tmp_path: Path):
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        first.stdout.readline()
        first.kill()
    with Home(tmp_path).locked():
        pass


def test_a_home_that_cannot_be_made_is_one_line(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"cannot make .*give another --home"):
        Home(tmp_path / "file" / "home").prepare()


@pytest.mark.parametrize("name", ["home[1]", "h*", "what?", "back\\slash"])
def test_a_home_that_tfx_would_take_for_a_pattern_is_refused_and_not_made(tmp_path: Path, name: str):
    with pytest.raises(UserError, match=r"TFX takes .* in a path for a wildcard; give another --home"):
        Home(tmp_path / name).prepare()
    assert list(tmp_path.iterdir()) == []


def test_a_read_only_home_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write everywhere
    with pytest.raises(UserError, match="cannot write to"):
        Home(tmp_path).prepare()


def test_the_oldest_logs_of_a_command_go(tmp_path: Path):
    home = Home(tmp_path)
    home.prepare()
    for number in range(KEPT_LOGS + 3):
        (home.logs / f"run-20200101-0000{number:02}-1.log").write_text("")
    (home.logs / "serve.log").write_text("")
    home.new_log("run").write_text("")
    names = sorted(path.name for path in home.logs.iterdir())
    assert len(names) == KEPT_LOGS + 1
    assert names[0] == "run-20200101-000004-1.log"
    assert "serve.log" in names


def test_temporary_files_of_a_killed_run_go_with_the_next(tmp_path: Path):
    home = Home(tmp_path)
    home.temporary_files.mkdir()
    (home.temporary_files / "left").write_text("")
    before = tempfile.gettempdir()
    with home.temporary():
        assert Path(tempfile.mkdtemp()).parent == home.temporary_files
        assert os.environ["TMPDIR"] == str(home.temporary_files)
        assert not (home.temporary_files / "left").exists()
    assert tempfile.gettempdir() == before
    assert not home.temporary_files.exists()
