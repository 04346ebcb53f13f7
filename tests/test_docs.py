"""The commands that the documentation tells are those that there are."""

import re
import shlex
import signal
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tfx_pipeline.cli.parser import make_parser

UPNEXT = ROOT / ".venv/bin/upnext"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def commands(page: Path) -> list[str]:
    """The lines of a page's `sh` blocks, without comments."""
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL)
    return [
        line.partition("  #")[0].strip() for block in blocks for line in block.splitlines() if line.strip()
    ]


TOLD = [line for page in PAGES for line in commands(page)]


@pytest.mark.parametrize("line", [line for line in TOLD if ".venv/bin/upnext" in line])
def test_a_command_of_the_documentation_is_understood(line: str):
    assert callable(make_parser().parse_args(shlex.split(line)[1:]).command)


@pytest.mark.parametrize("target", [line.split()[1] for line in TOLD if line.startswith("make ")])
def test_a_make_target_of_the_documentation_is_there(target: str):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.long
@pytest.mark.skipif(not UPNEXT.exists(), reason="needs `make setup`")
def test_the_readmes_commands_work_one_after_the_other(tmp_path: Path):
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    told = [line for line in commands(ROOT / "README.md") if not line.startswith("make ")]
    for line in told:
        if " serve " in line:
            continue  # it serves until it is told to stop: below
        done = subprocess.run(line, shell=True, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, (line, done.stderr)
    (serve,) = (line for line in told if " serve " in line)
    with subprocess.Popen(shlex.split(serve), cwd=tmp_path, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline().startswith("ready: gRPC 127.0.0.1:8500, REST 127.0.0.1:8501")
        server.send_signal(signal.SIGTERM)
    assert server.returncode == 0
