"""A made world's listeners live for a week, and the models learn from it twice on the way."""

from pathlib import Path

import pytest

from tests.integration.test_second_day import model_info, pushed
from tests.integration.whole import WholeRun, upnext
from tfx_pipeline.home.layout import Home
from tfx_pipeline.home.run_record import last_run


@pytest.mark.long
def test_the_loop_is_closed_twice(whole_run: WholeRun, tmp_path: Path) -> None:
    lives = tmp_path / "lives"
    words = ["--weeks", "1", "--days-a-span", "3", "--listeners", "60", "--out", lives]
    done = upnext("simulate", "--home", whole_run.home, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "span 2: pushed" in done.stdout
    assert "span 3: pushed" in done.stdout
    assert done.stdout.count("\n| destinations |") == 4
    home = lives / "destinations" / "home"
    assert last_run(Home(home)).spans == "4"
    assert [model_info(home, version)["spans"]["last"] for version in pushed(home)] == [1, 2, 3]
    assert not list(whole_run.data.glob("span-*"))
    assert len(pushed(whole_run.home)) == 1
