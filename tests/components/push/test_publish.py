"""A push publishes all six models under one version, or none that a reader could mistake for whole."""

import shutil
from pathlib import Path

import pytest

from components.push.publish import complete_versions, publish
from models import names
from models.errors import UserError

PLACES = [(build, model) for build in names.BUILDS for model in names.MODELS]


@pytest.fixture
def models(tmp_path: Path) -> Path:
    for build, model in PLACES:
        folder = tmp_path / "models" / build / model
        (folder / "variables").mkdir(parents=True)
        (folder / "saved_model.pb").write_text(f"{build} {model}")
        (folder / "variables" / "variables.index").write_text("weights")
    return tmp_path / "models"


@pytest.fixture
def serving(tmp_path: Path) -> Path:
    return tmp_path / "serving"


def versions(serving: Path) -> dict[tuple[str, str], list[str]]:
    return {
        (build, model): sorted(path.name for path in (serving / build / model).iterdir())
        for build, model in PLACES
    }


def each(*numbers: str) -> dict[tuple[str, str], list[str]]:
    return {place: list(numbers) for place in PLACES}


def test_all_six_models_get_one_version(models: Path, serving: Path) -> None:
    assert publish(models, serving, keep=3, now=1000) == 1000
    assert versions(serving) == each("1000")
    assert (serving / "stock/ranker/1000/saved_model.pb").read_text() == "stock ranker"


def test_a_later_push_has_a_higher_version_even_if_the_clock_stands(models: Path, serving: Path) -> None:
    publish(models, serving, keep=3, now=1000)
    assert publish(models, serving, keep=3, now=1000) == 1001
    assert publish(models, serving, keep=3, now=5) == 1002
    assert complete_versions(serving) == [1000, 1001, 1002]


def test_only_the_newest_versions_are_kept(models: Path, serving: Path) -> None:
    for now in (1, 2, 3):
        publish(models, serving, keep=2, now=now)
    assert versions(serving) == each("2", "3")


def test_upnext_is_renamed_last(models: Path, serving: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order = []
    rename = Path.rename

    def noted(self: Path, target: Path) -> Path:
        order.append(self.parent.name)
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", noted)
    publish(models, serving, keep=2, now=1)
    assert order[:6] == ["retrieval"] * 2 + ["ranker"] * 2 + ["upnext"] * 2


@pytest.mark.parametrize("calls_before_the_kill", range(9))
def test_a_killed_push_is_cleared_away_by_the_next(
    models: Path, serving: Path, monkeypatch: pytest.MonkeyPatch, calls_before_the_kill: int
) -> None:
    publish(models, serving, keep=2, now=1)
    renames = 0
    rename = Path.rename

    def killed(self: Path, target: Path) -> Path:
        nonlocal renames
        if renames == calls_before_the_kill:
            raise KeyboardInterrupt
        renames += 1
        return rename(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", killed)
        with pytest.raises(KeyboardInterrupt):
            publish(models, serving, keep=1, now=2)
    assert complete_versions(serving)

    newest = publish(models, serving, keep=1, now=2)

    assert newest >= 2
    assert versions(serving) == each(str(newest))
    assert not list(serving.rglob(".staging*"))


def test_a_kill_while_copying_leaves_nothing_that_looks_like_a_version(
    models: Path, serving: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(source: Path, target: Path) -> None:
        target.mkdir()
        raise KeyboardInterrupt

    monkeypatch.setattr(shutil, "copytree", half)
    with pytest.raises(KeyboardInterrupt):
        publish(models, serving, keep=1, now=2)
    assert not [path for path in serving.glob("*/*/*") if path.name.isdecimal()]


def test_the_server_configuration_has_absolute_paths(
    models: Path, serving: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(serving.parent)
    publish(models, "serving", keep=1, now=1)
    text = (serving / "scann" / "models.config").read_text()
    assert f'name: "retrieval"\n    base_path: "{serving}/scann/retrieval"' in text
    assert text.count("config {") == 3


def test_a_missing_model_is_told_and_pushes_nothing(models: Path, serving: Path) -> None:
    (models / "stock/upnext/saved_model.pb").unlink()
    with pytest.raises(UserError, match="stock/upnext holds no SavedModel"):
        publish(models, serving, keep=1)
    assert not serving.exists()


def test_a_remote_destination_is_told(models: Path) -> None:
    with pytest.raises(UserError, match="mounted folder"):
        publish(models, "gs://bucket/serving", keep=1)
