"""The guide's page and keys are those of its seven rows."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from listening_log.check.checking import as_json, check_log, render
from listening_log.check.report import CheckReport

GUIDE = (Path(__file__).parents[3] / "docs/guide/bring-your-own-log.md").read_text(encoding="utf-8")
FENCES = re.findall(r"^```(\w*)\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
BLOCKS = [text for language, text in FENCES if not language]
NOW = 1_750_000_000


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CheckReport:
    events, catalog = BLOCKS[:2]
    (tmp_path / "log").mkdir()
    (tmp_path / "log/events.csv").write_text(events)
    (tmp_path / "log/catalog.csv").write_text(catalog)
    monkeypatch.chdir(tmp_path)
    return check_log("log", now=NOW)


def test_the_guide_shows_what_its_rows_give(report: CheckReport) -> None:
    assert render(report) + "\n" == BLOCKS[2]


def test_the_guide_tells_every_key_of_the_json(report: CheckReport) -> None:
    keys_of_the_guide = set(re.findall(r"`(\w+)`", GUIDE[GUIDE.index("### For scripts") :]))
    content = json.loads(as_json(report))
    names_of_the_log = {
        "surface",
        *report.columns.items,
        *content["events"]["outcomes"],
    }
    real_times = {"last_iso"}  # the guide: "`last` and their `…_iso`"
    assert keys(content) - names_of_the_log - real_times <= keys_of_the_guide


def keys(content: Any) -> set[str]:
    if isinstance(content, dict):
        return set(content).union(*map(keys, content.values()))
    return set().union(*map(keys, content)) if isinstance(content, list) else set()
