"""The compiled file runs as a cluster would run it, and pushes the models that `upnext run` pushes."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from tests.integration.whole import SETTINGS, WholeRun, upnext

HOUR = 3600
pytestmark = [pytest.mark.long, pytest.mark.timeout(2 * HOUR)]
NO_RETRIES = "kubeflow.retries.count=0"


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return upnext("run", *words, seconds=HOUR)


def compiled(folder: Path, *settings: str) -> Path:
    """The file that `upnext compile` writes, with the settings of the whole run."""
    path = folder / "pipeline.yaml"
    words = [word for setting in (*SETTINGS, NO_RETRIES, *settings) for word in ("--set", setting)]
    done = upnext("compile", "--out", path, *words, seconds=HOUR)
    assert done.returncode == 0, done.stderr
    return path


def report(home: Path) -> dict[str, str]:
    """What the exit handler of the newest run left."""
    paths = (home / "compiled").glob("*/ExitHandler/*/report.json")
    return json.loads(max(paths, key=lambda path: path.stat().st_mtime).read_text())


def top_tens(home: Path, questions: Path) -> list[list[str]]:
    answers = home.parent / f"{home.name}.jsonl"
    done = upnext("batch", "--home", home, "--histories", questions, "--out", answers, seconds=HOUR)
    assert done.returncode == 0, done.stderr
    return [json.loads(line)["item_ids"] for line in answers.read_text().splitlines()]


def test_it_pushes_the_models_of_a_local_run(whole_run: WholeRun, tmp_path: Path) -> None:
    home, questions = tmp_path / "home", tmp_path / "in.jsonl"
    # default parameters: the file itself names the data and where models go
    file = compiled(
        tmp_path, f"kubeflow.data_dir={whole_run.data}", f"kubeflow.destination={home / 'serving'}"
    )
    cold = run("--compiled", file, "--home", home)
    assert cold.returncode == 0, cold.stdout + cold.stderr
    assert report(home)["ended"] == "pushed"

    lines = [
        json.dumps({"user_id": user, "item_ids": ids}) for user, ids in sorted(whole_run.histories.items())
    ]
    questions.write_text("\n".join(lines))
    pairs = zip(top_tens(whole_run.home, questions), top_tens(home, questions), strict=True)
    assert np.mean([ours == theirs for ours, theirs in pairs]) >= 0.99

    again = run("--compiled", file, "--home", home)
    assert again.returncode == 0
    stages = [line for line in again.stdout.splitlines() if line.startswith("  ") and "cached" in line]
    assert len(stages) == 23  # all but the exit handler
    assert len(list((home / "serving/stock/upnext").iterdir())) == 1


def test_another_place_and_span_fail_at_a_stage_and_report_it(whole_run: WholeRun, tmp_path: Path) -> None:
    data, home = tmp_path / "elsewhere", tmp_path / "home"
    shutil.copytree(whole_run.data, data)
    (data / "span-2").mkdir()
    shutil.copy(data / "events.parquet", data / "span-2" / "events.parquet")  # the same day again
    done = run("--compiled", compiled(tmp_path), "--home", home, "--data", data, "--span", "2")
    assert done.returncode == 1
    assert done.stderr.startswith("upnext: stage SpanValidator failed: ")
    assert done.stderr.count("\n") == 1
    content = report(home)
    assert (content["ended"], content["stage"]) == ("failed", "SpanValidator")
    assert not (home / "serving").exists()


def test_a_gate_that_says_no_is_no_failure_and_pushes_nothing(whole_run: WholeRun, tmp_path: Path) -> None:
    home = tmp_path / "home"
    short = ("ranker.max_epochs=1", "retrieval.max_epochs=1", "final_fit=false", "gates.index_recall=1.0")
    file = compiled(tmp_path, *short, "index.recall=0.1")
    done = run("--compiled", file, "--home", home, "--data", whole_run.data)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "said no" in done.stdout.splitlines()[-1]
    assert report(home)["ended"] == "refused"
    assert not (home / "serving").exists()
