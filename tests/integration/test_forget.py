"""A listener who is forgotten is in no file of HOME, nor in what later runs make of the same log."""

import gzip
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from models import names
from tests.integration.test_reruns import executions_by_stage
from tests.integration.whole import WholeRun, run_words, upnext
from tfx_pipeline.home.forget.forgetting import forget
from tfx_pipeline.home.layout import Home

TRAINERS = {"RetrievalTrainer", "RankerTrainer", "RetrievalFinalTrainer", "RankerFinalTrainer"}


def contents(path: Path) -> Iterator[bytes]:
    """The bytes of a file, and those within where it is compressed."""
    whole = path.read_bytes()
    yield whole
    if whole.startswith(b"\x1f\x8b"):
        yield gzip.decompress(whole)
    if whole.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(path) as archive:
            yield from map(archive.read, archive.namelist())


def holding(home: Path, user_id: str) -> list[str]:
    """Every file below HOME that holds the id, or has it in its name; longer ids are others."""
    pattern = re.compile(re.escape(user_id.encode()) + rb"(?!\d)")
    return [
        str(path.relative_to(home))
        for path in sorted(home.rglob("*"))
        if pattern.search(str(path.relative_to(home)).encode())
        or (path.is_file() and any(pattern.search(content) for content in contents(path)))
    ]


def newest(home: Path, output: str) -> Path:
    """The folder of the newest execution of example generation."""
    folders = (home / "artifacts/ListeningLogExampleGen" / output).iterdir()
    return max((path for path in folders if path.name.isdecimal()), key=lambda path: int(path.name))


def summary(home: Path) -> dict[str, Any]:
    """What the newest run told of its log."""
    return json.loads((newest(home, "summary") / "summary.json").read_text())


def listeners(home: Path) -> set[str]:
    """Ids in the newest window examples that the final fit reads."""
    files = newest(home, "examples").glob(f"Split-{names.ALL}/*.gz")
    listeners = (re.findall(rb"listener-\d+", gzip.decompress(path.read_bytes())) for path in files)
    return {user_id.decode() for ids in listeners for user_id in ids}


@pytest.fixture
def listener(whole_run: WholeRun) -> str:
    """Who played most."""
    return max(whole_run.histories, key=lambda user_id: len(whole_run.histories[user_id]))


def test_no_file_of_home_holds_a_listener_who_was_forgotten(
    whole_run: WholeRun, listener: str, tmp_path: Path
):
    home = tmp_path / "home"
    shutil.copytree(whole_run.home, home)
    (home / "logs" / "run-earlier.log").write_text(f"one\nno event of '{listener}'\nthree\n")
    (home / "spans").mkdir()
    (home / "spans" / "events.csv").write_text(f"user_id,item_id,timestamp\n{listener},a,1\nsomebody,b,2\n")
    before = holding(home, listener)
    served = {path: path.read_bytes() for path in (home / "serving").rglob("*.pb")}

    page = forget(Home(home), listener)

    assert any("ListeningLogExampleGen/examples" in path for path in before)
    assert any("LogStatistics" in path for path in before)
    assert holding(home, listener) == []
    assert list(home.rglob("queries.npy")) == []
    assert {path: path.read_bytes() for path in served} == served
    assert not (home / "logs" / "run-earlier.log").exists()
    assert (home / "spans" / "events.csv").read_text() == "user_id,item_id,timestamp\nsomebody,b,2\n"
    for folder in ("ListeningLogExampleGen/examples", "LogStatistics/statistics", "RetrievalTrainer/model"):
        assert f"  artifacts/{folder}/" in page
    assert "  logs/run-earlier.log " in page
    assert "1 rows of the spans under HOME" in page
    assert "trained again by the next `upnext run`" in page
    assert str(whole_run.data) in page
    assert listener not in page


def test_what_is_served_stays_whoever_is_forgotten(whole_run: WholeRun, tmp_path: Path):
    home = tmp_path / "home"
    shutil.copytree(whole_run.home, home)
    served = {path for path in (home / "serving").rglob("*") if path.is_file()}

    forget(Home(home), "nobody-of-that-name")

    now = {path for path in home.rglob("*") if path.is_file()}
    own = {home / name for name in ("run.json", ".lock", "forgotten.json")}
    assert {path for path in now - own if path.parent != home / "logs"} == served


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_the_next_run_trains_everything_again_without_the_listener(
    whole_run: WholeRun, listener: str, tmp_path: Path
):
    home, words = tmp_path / "home", run_words(whole_run.data, tmp_path / "home")
    assert upnext(*words).returncode == 0
    before = executions_by_stage(home)
    done = upnext("forget", "--home", home, "--user", listener)
    assert done.returncode == 0, done.stderr

    again = upnext(*words)

    assert again.returncode in (0, 3), again.stderr
    assert holding(home, listener) == []
    after = executions_by_stage(home)
    assert set(before) >= TRAINERS
    assert set(after) == set(before)  # all that there was had gone
    later, earlier = summary(home), summary(whole_run.home)
    assert later["listeners"] == earlier["listeners"] - 1
    assert later["events"] == earlier["events"] - len(whole_run.histories[listener])
    assert listeners(home) == set(whole_run.histories) - {listener}

    refused = upnext("recommend", "--home", home, "--user", listener)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "is forgotten here" in refused.stderr
