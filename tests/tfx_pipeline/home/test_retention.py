"""HOME keeps what is newest and what is in use."""

import json
from pathlib import Path

import pytest

from components.pushed.model_folder import ModelFolder, Origin
from models import names
from tfx_pipeline.home.layout import Home
from tfx_pipeline.home.retention import prune_artifacts, remove_replaced_pushes


def execution(artifacts: Path, stage: str, output: str, number: int) -> Path:
    folder = artifacts / stage / output / str(number)
    folder.mkdir(parents=True)
    (folder / "data").touch()
    return folder


def serve(serving: Path, versions: list[int]) -> None:
    for version in versions:
        for build in names.BUILDS:
            for model in names.MODELS:
                (serving / build / model / str(version)).mkdir(parents=True)


def test_the_newest_executions_of_each_output_stay(tmp_path: Path) -> None:
    for number in (2, 9, 10):
        execution(tmp_path / "artifacts", "Trainer", "model", number)
        execution(tmp_path / "artifacts", "Trainer", ".system/executor_execution", number)
    execution(tmp_path / "artifacts", "Push", "pushed_model", 1)

    prune_artifacts(Home(tmp_path), keep=2, in_use=set())

    assert {path.name for path in (tmp_path / "artifacts/Trainer/model").iterdir()} == {"9", "10"}
    assert {path.name for path in (tmp_path / "artifacts/Trainer/.system/executor_execution").iterdir()} == {
        "9",
        "10",
    }
    assert (tmp_path / "artifacts/Push/pushed_model/1").is_dir()


def test_an_old_execution_that_the_last_run_used_stays(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        execution(tmp_path / "artifacts", "Trainer", "model", number)
    prune_artifacts(Home(tmp_path), keep=1, in_use={1})
    assert {path.name for path in (tmp_path / "artifacts/Trainer/model").iterdir()} == {"1", "3"}


def test_no_artifacts_yet_is_no_error(tmp_path: Path) -> None:
    prune_artifacts(Home(tmp_path / "absent"), keep=1, in_use=set())
    remove_replaced_pushes(Home(tmp_path / "absent"))


@pytest.mark.parametrize(("served", "remembered"), [([1, 2], {"12"}), ([1, 2, 3], set()), ([], set())])
def test_only_the_push_that_is_served_is_remembered(
    tmp_path: Path, served: list[int], remembered: set[str]
) -> None:
    artifacts, serving = tmp_path / "artifacts", tmp_path / "serving"
    for number, version in ((11, 1), (12, 2)):
        folder = execution(artifacts, "Push", "pushed_model", number)
        (folder / "push.json").write_text(json.dumps({"version": version, "destination": "serving"}))
    serve(serving, served)

    remove_replaced_pushes(Home(tmp_path))

    assert {path.name for path in (artifacts / "Push/pushed_model").iterdir()} == remembered


def test_a_push_that_was_rolled_back_is_remembered_and_not_repeated(tmp_path: Path) -> None:
    artifacts, serving = tmp_path / "artifacts", tmp_path / "serving"
    for number, version in ((11, 1), (12, 2), (13, 3)):
        folder = execution(artifacts, "Push", "pushed_model", number)
        (folder / "push.json").write_text(json.dumps({"version": version, "destination": "serving"}))
    serve(serving, [1, 2, 3, 4])
    ModelFolder(serving / names.SCANN / names.UPNEXT / "4").write_origin(Origin(models_of=2, instead_of=3))

    remove_replaced_pushes(Home(tmp_path))

    assert {path.name for path in (artifacts / "Push/pushed_model").iterdir()} == {"12", "13"}
