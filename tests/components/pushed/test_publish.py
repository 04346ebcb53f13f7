"""A push publishes all six models under one version, or none that a reader could mistake for whole."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from components.pushed import publish as publishing
from components.pushed.publish import PLACES, complete_versions, publish, publish_folders, sweep
from listening_log.errors import UserError
from models import names
from serving.versions import versions as served_versions

# Pushes version 2 over version 1 again and again, each time in a copy of its own. The n-th process kills
# itself before its n-th step in the file system; the first one that lives to its end is the last.
KILLED_AT_EACH_STEP = """
import itertools, os, shutil, signal, sys
from components.pushed.publish import publish

CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "os.utime", "open", "shutil.copyfile"}
models, root = sys.argv[1:]

def push(serving, last_step):
    steps = 0
    def step(event, args):
        nonlocal steps
        if event in CHANGES:
            steps += 1
            if steps > last_step:
                os.kill(os.getpid(), signal.SIGKILL)
    fsync = os.fsync
    os.fsync = lambda descriptor: (step("os.utime", ()), fsync(descriptor))
    sys.addaudithook(step)
    publish(models, serving, keep=1, now=2)
    os._exit(0)

for last_step in itertools.count():
    serving = f"{root}/{last_step}"
    shutil.copytree(f"{root}/before", serving)
    child = os.fork()
    if child == 0:
        push(serving, last_step)
    if os.waitpid(child, 0)[1] == 0:
        break
"""


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
    assert order[-6:] == ["retrieval"] * 2 + ["ranker"] * 2 + ["upnext"] * 2


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


def whole(version: Path) -> bool:
    """Whether a version's folder has all that the model of `models` has."""
    files = {
        str(path.relative_to(version)): path.read_text() for path in version.rglob("*") if path.is_file()
    }
    build, model = version.parts[-3:-1]
    return files == {"saved_model.pb": f"{build} {model}", "variables/variables.index": "weights"}


def test_a_kill_at_any_step_leaves_whole_models_and_the_next_push_finishes(
    models: Path, serving: Path, tmp_path: Path
) -> None:
    publish(models, tmp_path / "killed" / "before", keep=1, now=1)
    command = [sys.executable, "-c", KILLED_AT_EACH_STEP, str(models), str(tmp_path / "killed")]
    subprocess.run(command, check=True)
    (tmp_path / "killed" / "before").rename(tmp_path / "before")
    states = sorted((tmp_path / "killed").iterdir(), key=lambda path: int(path.name))
    assert len(states) > 100

    newest = []
    for state in states:
        # TF Serving's rule, and our server's: the highest number of each model
        served = {place: served_versions(state / place[0] / place[1])[-1] for place in PLACES}
        assert all(whole(state / build / model / str(served[build, model])) for build, model in PLACES)
        for build in names.BUILDS:  # `upnext` is the last that appears: no part is older
            assert served[build, names.UPNEXT] == min(served[build, model] for model in names.MODELS)
        newest.append(complete_versions(state)[-1])
    assert newest == sorted(newest)
    assert set(newest) == {1, 2}

    for state, before in zip(states, newest, strict=True):
        swept = state.with_name(f"{state.name}-swept")
        shutil.copytree(state, swept)
        sweep(swept)
        assert versions(swept)[names.SCANN, names.UPNEXT][-1] == str(before)
        assert len(set(map(tuple, versions(swept).values()))) == 1
        pushed = publish(models, state, keep=1, now=2)
        assert versions(state) == each(str(pushed))
        assert not list(state.rglob(".staging*"))
        assert not list(swept.rglob(".staging*"))


def test_a_full_disk_is_one_line_and_leaves_what_was_served(
    models: Path, serving: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(models, serving, keep=1, now=1)

    def full(source: Path, target: Path) -> None:
        target.mkdir()
        error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), f"{target}/saved_model.pb")
        raise shutil.Error([(str(source), str(target), str(error))])

    monkeypatch.setattr(shutil, "copytree", full)
    with pytest.raises(UserError, match=r"^cannot push to [^:]*: No space left on device$"):
        publish(models, serving, keep=1, now=2)
    assert versions(serving) == each("1")


def test_a_push_that_fails_between_its_renames_takes_them_back(
    models: Path, serving: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(models, serving, keep=1, now=1)
    rename = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if self.parent.name == names.UPNEXT and self.name == ".staging-2":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(UserError, match="Input/output error"):
        publish(models, serving, keep=1, now=2)
    assert versions(serving) == each("1")


def test_old_versions_that_cannot_be_removed_do_not_fail_the_push(
    models: Path, serving: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(models, serving, keep=1, now=1)

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(publishing, "_prune", refuse)
    assert publish(models, serving, keep=1, now=2) == 2
    assert complete_versions(serving) == [1, 2]


def test_models_can_come_from_an_earlier_version(models: Path, serving: Path) -> None:
    publish(models, serving, keep=3, now=1)
    earlier = {(build, model): serving / build / model / "1" for build, model in PLACES}
    assert publish_folders(earlier, serving, keep=3, now=1) == 2
    assert whole(serving / "stock/ranker/2")


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


def test_a_protected_version_stays_however_old(tmp_path: Path, models: Path) -> None:
    serving = tmp_path / "serving"
    for now in (1, 2, 3):
        publish(models, serving, keep=1, now=now, protected={1})
    assert complete_versions(serving) == [1, 3]
