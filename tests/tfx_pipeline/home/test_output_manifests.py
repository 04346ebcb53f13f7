"""Outputs that have changed since their stage finished are found and made anew."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tfx_pipeline.home.output_manifests import remove_changed, write_manifests


@pytest.fixture
def artifacts(tmp_path: Path) -> Path:
    for output in ("model", "model_run"):
        folder = tmp_path / "Trainer" / output / "7" / "variables"
        folder.mkdir(parents=True)
        (folder / "data").write_text("weights")
    (tmp_path / "Trainer" / "model" / "5").mkdir()
    write_manifests([str(tmp_path / "Trainer" / output / "7") for output in ("model", "model_run")])
    return tmp_path


def test_what_is_as_it_was_stays(artifacts: Path) -> None:
    assert remove_changed(artifacts) == []
    assert (artifacts / "Trainer/model/7/variables/data").is_file()


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda path: path.write_text("weig"), "4 bytes in place of 7"),
        (lambda path: path.write_text("WEIGHTS"), "written to since"),
        (lambda path: path.unlink(), "missing"),
    ],
)
def test_an_execution_whose_files_have_changed_goes_as_a_whole(
    artifacts: Path, spoil: Callable[[Path], object], what: str
) -> None:
    spoil(artifacts / "Trainer/model_run/7/variables/data")
    (changed,) = remove_changed(artifacts)
    assert (changed.stage, changed.execution) == ("Trainer", 7)
    assert changed.difference == f"model_run/7/variables/data: {what}"
    assert not list(artifacts.glob("Trainer/*/7"))
    assert (artifacts / "Trainer/model/5").is_dir()
    assert remove_changed(artifacts) == []


def test_outputs_that_were_tidied_away_are_no_change(artifacts: Path) -> None:
    for output in ("model", "model_run"):
        (artifacts / "Trainer" / output / "7" / "variables" / "data").unlink()
        (artifacts / "Trainer" / output / "7" / "variables").rmdir()
        (artifacts / "Trainer" / output / "7").rmdir()
    assert remove_changed(artifacts) == []
    assert not list(artifacts.glob("Trainer/.manifests/*"))
