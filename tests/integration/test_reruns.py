"""What runs again, and what comes out the same."""

import json
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from tests.integration.whole import ROOT, WholeRun, make_data, run_words, upnext

PACKAGES = ("models", "listening_log", "components", "serving", "tfx_pipeline")
FROM_THE_RANKER_ON = {
    "RankerTrainer",
    "RankingEvaluator",
    "Evaluator",
    "RankerFinalTrainer",
    "Composer",
    "ServingCheck",
    "Bless",
    "Push",
}


def executions_by_stage(home: Path) -> dict[str, set[str]]:
    """The ids of the executions that made each stage's outputs."""
    folders = [path for path in (home / "artifacts").glob("*/*/*") if path.name.isdecimal()]
    stages = {path.parts[-3] for path in folders}
    return {stage: {path.name for path in folders if path.parts[-3] == stage} for stage in stages}


def test_an_unchanged_run_makes_nothing_anew_and_ends_as_the_first(whole_run: WholeRun):
    before = executions_by_stage(whole_run.home)
    start = time.monotonic()
    again = upnext(*run_words(whole_run.data, whole_run.home))
    seconds = time.monotonic() - start

    assert again.returncode == 0
    assert executions_by_stage(whole_run.home) == before
    assert again.stdout.splitlines()[-1] == whole_run.done.stdout.splitlines()[-1]
    assert seconds < 90


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_an_edited_ranker_reruns_itself_and_what_depends_on_it(whole_run: WholeRun, tmp_path: Path):
    home, code = tmp_path / "home", tmp_path / "code"
    for package in PACKAGES:
        shutil.copytree(ROOT / package, code / package, ignore=shutil.ignore_patterns("__pycache__"))
    words = run_words(whole_run.data, home)
    assert upnext(*words, root=code).returncode == 0
    before = executions_by_stage(home)
    with (code / "models" / "ranker.py").open("a") as file:
        file.write("# a remark\n")

    assert upnext(*words, root=code).returncode == 0
    after = executions_by_stage(home)
    assert {stage for stage in after if after[stage] != before[stage]} == FROM_THE_RANKER_ON


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_two_runs_with_one_seed_agree(whole_run: WholeRun, tmp_path: Path):
    data, home = make_data(tmp_path / "data"), tmp_path / "home"
    assert upnext(*run_words(data, home)).returncode == 0
    one, other = (whole_run.artifact("ListeningLogExampleGen", "examples"), _examples(home))
    assert _contents(Path(one)) == _contents(Path(other))

    questions = tmp_path / "in.jsonl"
    lines = [json.dumps({"user_id": str(n), "item_ids": ids}) for n, ids in enumerate(_histories(whole_run))]
    questions.write_text("\n".join(lines))
    same = [
        a == b for a, b in zip(_top_ten(whole_run.home, questions), _top_ten(home, questions), strict=True)
    ]
    assert len(same) == 500
    assert np.mean(same) >= 0.99


def _examples(home: Path) -> str:
    (folder,) = (home / "artifacts" / "ListeningLogExampleGen" / "examples").iterdir()
    return str(folder)


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _histories(whole_run: WholeRun) -> list[list[str]]:
    """Every listener's history, and its older half."""
    whole = list(whole_run.histories.values())
    return [*whole, *(history[: len(history) // 2] for history in whole)]


def _top_ten(home: Path, questions: Path) -> list[list[str]]:
    answers = questions.with_name(f"{home.parent.name}.jsonl")
    done = upnext("batch", "--home", home, "--histories", questions, "--out", answers)
    assert done.returncode == 0, done.stderr
    return [json.loads(line)["item_ids"] for line in answers.read_text().splitlines()]
