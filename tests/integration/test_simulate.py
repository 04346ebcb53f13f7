"""A made world's listeners live for four weeks, and the models learn from it three times on the way."""

import shutil
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tests.integration.test_second_day import model_info, pushed
from tests.integration.whole import WholeRun, upnext
from tfx_pipeline.home.layout import Home
from tfx_pipeline.home.run_record import last_run


@pytest.fixture
def home(whole_run: WholeRun, tmp_path: Path) -> Path:
    """What the whole run pushed, in a HOME whose runs are short, and whose gates are sure with few targets."""
    home = tmp_path / "home"
    shutil.copytree(whole_run.home / "serving", home / "serving")
    record = last_run(Home(whole_run.home))
    config: dict[str, Any] = {**record.config, "final_fit": False}
    for section, values in (
        ("log", {"test_share": 0.3}),
        ("retrieval", {"max_epochs": 1}),
        ("ranker", {"max_epochs": 1}),
        ("gates", {"confidence": 0.999}),
        ("keep", {"versions": 4}),  # all pushes are looked at in the end
    ):
        config[section] = {**config[section], **values}
    record.model_copy(update={"config": config}).write(home)
    return home


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_the_loop_is_closed_each_week(whole_run: WholeRun, home: Path, tmp_path: Path) -> None:
    lives = tmp_path / "lives"
    words = ["--weeks", "4", "--listeners", "45", "--out", lives]
    done = upnext("simulate", "--home", home, *words, seconds=7200)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "span 2: pushed\nspan 3: pushed\nspan 4: pushed\n" in done.stdout
    assert done.stdout.count("\n| destinations |") == 5
    assert (lives / "lives.svg").read_text().startswith("<svg")
    own = lives / "destinations" / "home"
    assert last_run(Home(own)).spans == "5"
    for span, version in enumerate(pushed(own), 1):
        info, log = model_info(own, version), lives / "destinations" / "log" / f"span-{span}"
        lived = pq.read_table(log / "events.parquet", columns=["timestamp"])
        assert info["spans"]["last"] == span
        assert info["spans"]["events"][str(span)] == lived.num_rows
        assert info["data_span"][1] == pc.max(lived["timestamp"]).as_py()
        # of the destinations nobody knows but from what was lived with them
        assert ("surface=dj" in info["context_tokens"]) == (span > 1)
    assert len(pushed(own)) == 4
    assert not list(whole_run.data.glob("span-*"))
    assert len(pushed(home)) == 1
