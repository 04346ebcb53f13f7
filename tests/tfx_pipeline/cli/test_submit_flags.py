import argparse
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from listening_log.errors import UsageError
from tests.conftest import ROOT
from tests.support.kfp_stub import KfpStub
from tests.support.submissions import only
from tfx_pipeline.cli import submit_flags
from tfx_pipeline.kubeflow.submit.submission import Submission
from tfx_pipeline.terminal.console import Console

pytest_plugins = ["tests.support.submissions"]
GUIDE = (ROOT / "docs/guide/run-on-kubeflow.md").read_text(encoding="utf-8")


def test_the_command_loads_nothing_before_it_runs_and_writes_nothing_but_its_answer(
    submission: Submission, kfp_stub: KfpStub, tmp_path: Path
):
    code = (
        "import argparse, sys\nfrom tfx_pipeline.cli import submit_flags\n"
        "from tfx_pipeline.terminal.console import Console\n"
        "parser = argparse.ArgumentParser()\nsubmit_flags.add_flags(parser)\n"
        "assert not {'kfp', 'yaml', 'numpy'} & set(sys.modules)\n"
        "flags = vars(parser.parse_args())\nsys.exit(flags.pop('command')(Console(), **flags))\n"
    )
    words = [str(submission.file), "--param", "data_dir=x", "--backfill", "1", "1", "--wait"]
    environment = {**os.environ, "KF_PIPELINES_ENDPOINT": kfp_stub.url, "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stderr == ""
    first_words = [line.split(" ")[0] for line in done.stdout.splitlines() if line[0] != " "]
    assert first_words == ["experiment", "pipeline", "run"]
    assert only(kfp_stub.runs)["runtime_config"]["parameters"] == {"data_dir": "x", "spans": "1"}


@pytest.mark.parametrize(
    "words", [["--recurring", " "], ["--backfill", "one", "2"], ["--backfill", "-1", "2"]]
)
def test_wrong_words_are_told(submission: Submission, kfp_stub: KfpStub, words: list[str]):
    parser = argparse.ArgumentParser()
    submit_flags.add_flags(parser)
    with pytest.raises(UsageError, match=words[0]):
        parser.parse_args([str(submission.file), "--host", kfp_stub.url, *words])
    assert kfp_stub.requests == []


@pytest.mark.parametrize("line", re.findall(r"^(?:\.venv/bin/)?upnext submit (.*)", GUIDE, re.MULTILINE))
def test_the_guides_commands_would_be_sent(compiled: Path, sdk_context: Path, line: str, capsys):
    parser = argparse.ArgumentParser()
    submit_flags.add_flags(parser)
    flags = vars(parser.parse_args([str(compiled), *shlex.split(line)[1:], "--dry-run"]))
    flags["params"] = flags["params"] or ["data_dir=x"]
    assert flags.pop("command")(Console(), **flags) == 0
    assert "POST /apis/v2beta1/" in capsys.readouterr().out


def test_the_guide_tells_every_flag():
    parser = argparse.ArgumentParser(add_help=False)
    submit_flags.add_flags(parser)
    flags = {flag for action in parser._actions for flag in action.option_strings}
    assert set(re.findall(r"^\| `(--[\w-]+)", GUIDE, re.MULTILINE)) == flags
