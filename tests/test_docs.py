"""The documentation's commands, links and decisions have the form and the targets that they should."""

import re
import shlex
import signal
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.guide_code import PAGES, commands
from tfx_pipeline.cli.parser import make_parser

UPNEXT = ROOT / ".venv/bin/upnext"
TOPS = (
    "models",
    "listening_log",
    "components",
    "serving",
    "surfaces",
    "tfx_pipeline",
    "tests",
    "benchmarks",
    "scripts",
)
COMMANDS = [line for page in PAGES for line in commands(page)]


@pytest.mark.parametrize("line", [line for line in COMMANDS if ".venv/bin/upnext" in line])
def test_a_command_of_the_documentation_is_understood(line: str):
    assert callable(make_parser().parse_args(shlex.split(line)[1:]).command)


@pytest.mark.parametrize("target", [line.split()[1] for line in COMMANDS if line.startswith("make ")])
def test_a_make_target_of_the_documentation_is_there(target: str):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


RECORDS = sorted((ROOT / "docs/decisions").glob("0*.md"))


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem)
def test_a_decision_has_a_number_a_date_a_status_and_three_sections(record: Path):
    text = record.read_text(encoding="utf-8")
    head = rf"# {record.name[:4]}: \S.*\n\nDate: \d{{4}}-\d\d-\d\d · Status: (accepted|replaced by \[\d{{4}}\].*)\n\n"
    assert re.match(head, text)
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert not re.search(r"^## .*\n+(## |\Z)", text, re.MULTILINE), "an empty section"


def test_the_table_of_decisions_has_each_with_its_title():
    table = (ROOT / "docs/decisions/README.md").read_text(encoding="utf-8")
    titles = [record.read_text(encoding="utf-8").partition("\n")[0] for record in RECORDS]
    rows = [
        f"| [{record.name[:4]}]({record.name}) | {title.partition(': ')[2]} |"
        for record, title in zip(RECORDS, titles, strict=True)
    ]
    assert re.findall(r"^\| \[.*$", table, re.MULTILINE) == rows
    assert len({record.name[:4] for record in RECORDS}) == len(RECORDS)


def test_no_page_or_source_points_to_a_document_that_is_not_here():
    files = [*PAGES, *(path for top in TOPS for path in (ROOT / top).rglob("*.py"))]
    assert [file for file in files if re.search(r"DESIGN[ .§]", file.read_text(encoding="utf-8"))] == []


@pytest.mark.long
@pytest.mark.skipif(not UPNEXT.exists(), reason="needs `make setup`")
def test_the_readmes_commands_work_one_after_the_other(tmp_path: Path):
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    lines = [line for line in commands(ROOT / "README.md") if not line.startswith("make ")]
    for line in lines:
        if " serve " in line:
            continue  # it serves until it is told to stop: below
        process = subprocess.run(line, shell=True, cwd=tmp_path, capture_output=True, text=True)
        assert process.returncode == 0, (line, process.stderr)
    (serve,) = (line for line in lines if " serve " in line)
    with subprocess.Popen(shlex.split(serve), cwd=tmp_path, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline().startswith("ready: gRPC 127.0.0.1:8500, REST 127.0.0.1:8501")
        server.send_signal(signal.SIGTERM)
    assert server.returncode == 0
