"""A push publishes all six models under one version, or none that a reader could mistake for whole."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from components.common.records import ModelSpans, SpanRange
from components.pushed.model_folder import ModelFolder, Origin
from components.pushed.pushed_models import PLACES, PushedModels
from listening_log.errors import UserError
from models import names
from serving.model_configs import read_model_configs
from serving.versions import versions as served_versions

# Pushes version 2 over version 1 again and again, each time in a copy of its own. The n-th process kills
# itself before its n-th step in the file system; the first one that lives to its end is the last.
KILLED_AT_EACH_STEP = """
import itertools, os, shutil, signal, sys
from components.pushed.pushed_models import PushedModels

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
    os.fsync = lambda descriptor: step("os.utime", ())  # a kill takes nothing from the disk's cache
    sys.addaudithook(step)
    PushedModels(serving).push(models, keep=1, now=2)
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
    assert PushedModels(serving).push(models, keep=3, now=1000) == 1000
    assert versions(serving) == each("1000")
    assert (serving / "stock/ranker/1000/saved_model.pb").read_text() == "stock ranker"


def test_a_later_push_has_a_higher_version_even_if_the_clock_stands(models: Path, serving: Path) -> None:
    PushedModels(serving).push(models, keep=3, now=1000)
    assert PushedModels(serving).push(models, keep=3, now=1000) == 1001
    assert PushedModels(serving).push(models, keep=3, now=5) == 1002
    assert PushedModels(serving).versions() == [1000, 1001, 1002]


def test_only_the_newest_versions_are_kept(models: Path, serving: Path) -> None:
    for now in (1, 2, 3):
        PushedModels(serving).push(models, keep=2, now=now)
    assert versions(serving) == each("2", "3")


def test_upnext_is_renamed_last(models: Path, serving: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order = []
    rename = Path.rename

    def note_and_rename(self: Path, target: Path) -> Path:
        order.append(self.parent.name)
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", note_and_rename)
    PushedModels(serving).push(models, keep=2, now=1)
    assert order[-6:] == ["retrieval"] * 2 + ["ranker"] * 2 + ["upnext"] * 2


@pytest.mark.parametrize("calls_before_the_kill", range(9))
def test_a_killed_push_is_cleared_away_by_the_next(
    models: Path, serving: Path, monkeypatch: pytest.MonkeyPatch, calls_before_the_kill: int
) -> None:
    PushedModels(serving).push(models, keep=2, now=1)
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
            PushedModels(serving).push(models, keep=1, now=2)
    assert PushedModels(serving).versions()

    newest = PushedModels(serving).push(models, keep=1, now=2)

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
    PushedModels(tmp_path / "killed" / "before").push(models, keep=1, now=1)
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
            configs = read_model_configs(PushedModels(state).config_path(build))
            assert [config.name for config in configs] == list(names.MODELS)
            assert served[build, names.UPNEXT] == min(served[build, model] for model in names.MODELS)
        newest.append(PushedModels(state).versions()[-1])
    assert newest == sorted(newest)
    assert set(newest) == {1, 2}

    for state, before in zip(states, newest, strict=True):
        swept = state.with_name(f"{state.name}-swept")
        shutil.copytree(state, swept)
        PushedModels(swept).sweep()
        assert versions(swept)[names.SCANN, names.UPNEXT][-1] == str(before)
        assert len(set(map(tuple, versions(swept).values()))) == 1
        pushed = PushedModels(state).push(models, keep=1, now=2)
        assert versions(state) == each(str(pushed))
        assert not list(state.rglob(".*"))
        assert not list(swept.rglob(".*"))


def test_a_full_disk_is_one_line_and_leaves_what_was_served(
    models: Path, serving: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    PushedModels(serving).push(models, keep=1, now=1)

    def full(source: Path, target: Path) -> None:
        target.mkdir()
        error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), f"{target}/saved_model.pb")
        raise shutil.Error([(str(source), str(target), str(error))])

    monkeypatch.setattr(shutil, "copytree", full)
    with pytest.raises(UserError, match=r"^cannot push to [^:]*: No space left on device$"):
        PushedModels(serving).push(models, keep=1, now=2)
    assert versions(serving) == each("1")


def test_a_push_that_fails_between_its_renames_takes_them_back(
    models: Path, serving: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    PushedModels(serving).push(models, keep=1, now=1)
    rename = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if self.parent.name == names.UPNEXT and self.name == ".staging-2":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(UserError, match="Input/output error"):
        PushedModels(serving).push(models, keep=1, now=2)
    assert versions(serving) == each("1")


def test_old_versions_that_cannot_be_removed_do_not_fail_the_push(
    models: Path, serving: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    PushedModels(serving).push(models, keep=1, now=1)

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(PushedModels, "_prune", refuse)
    assert PushedModels(serving).push(models, keep=1, now=2) == 2
    assert PushedModels(serving).versions() == [1, 2]


def test_models_can_come_from_an_earlier_version(models: Path, serving: Path) -> None:
    PushedModels(serving).push(models, keep=3, now=1)
    assert PushedModels(serving).push_again(1, keep=3, now=1) == 2
    again = serving / "stock/ranker/2"
    assert ModelFolder(again).origin() == Origin(models_of=1, instead_of=1)
    shutil.rmtree(again / "assets.extra")
    assert whole(again)


def test_a_kill_while_copying_leaves_nothing_that_looks_like_a_version(
    models: Path, serving: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(source: Path, target: Path) -> None:
        target.mkdir()
        raise KeyboardInterrupt

    monkeypatch.setattr(shutil, "copytree", half)
    with pytest.raises(KeyboardInterrupt):
        PushedModels(serving).push(models, keep=1, now=2)
    assert not [path for path in serving.glob("*/*/*") if path.name.isdecimal()]


def test_the_server_configuration_has_absolute_paths(
    models: Path, serving: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(serving.parent)
    PushedModels("serving").push(models, keep=1, now=1)
    text = (serving / "scann" / "models.config").read_text()
    assert f'name: "retrieval"\n    base_path: "{serving}/scann/retrieval"' in text
    assert text.count("config {") == 3


def test_a_missing_model_is_told_and_pushes_nothing(models: Path, serving: Path) -> None:
    (models / "stock/upnext/saved_model.pb").unlink()
    with pytest.raises(UserError, match="stock/upnext holds no SavedModel"):
        PushedModels(serving).push(models, keep=1)
    assert not serving.exists()


def test_a_remote_destination_is_told(models: Path) -> None:
    with pytest.raises(UserError, match="mounted folder"):
        PushedModels("gs://bucket/serving").push(models, keep=1)


def test_a_protected_version_stays_however_old(tmp_path: Path, models: Path) -> None:
    serving = tmp_path / "serving"
    for now in (1, 2, 3):
        PushedModels(serving).push(models, keep=1, now=now, protected={1})
    assert PushedModels(serving).versions() == [1, 3]


@pytest.mark.parametrize(("keep", "kept"), [(4, [1, 3, 4, 5]), (3, [3, 4, 5])])
def test_models_that_were_pushed_again_count_once(
    models: Path, serving: Path, keep: int, kept: list[int]
) -> None:
    pushed = PushedModels(serving)
    for now in (1, 2, 3):
        pushed.push(models, keep=9, now=now)
    pushed.push_again(2, keep=9, now=4)
    pushed.push(models, keep=keep, now=5)
    assert pushed.versions() == kept


def test_a_version_that_a_run_pushed_is_its_own_origin(models: Path, serving: Path) -> None:
    PushedModels(serving).push(models, keep=3, now=7)
    assert PushedModels(serving).origin(7) == Origin(models_of=7, instead_of=7)


def test_a_version_that_was_pushed_again_names_the_first_and_the_one_it_replaced(
    models: Path, serving: Path
) -> None:
    pushed = PushedModels(serving)
    for now in (7, 8):
        pushed.push(models, keep=3, now=now)
    pushed.push_again(7, keep=3, now=9)
    pushed.push_again(9, keep=3, now=10)
    origins = [pushed.origin(version) for version in pushed.versions()]
    assert [(origin.models_of, origin.instead_of) for origin in origins] == [(8, 8), (7, 8), (7, 8)]


def test_the_highest_number_is_what_a_server_serves(tmp_path: Path) -> None:
    for name in ("9", "10", ".11.staging"):
        (tmp_path / "serving/scann/upnext" / name).mkdir(parents=True)
    served = PushedModels(tmp_path / "serving").served(names.SCANN, names.UPNEXT)
    assert served.path == tmp_path / "serving/scann/upnext/10"


def test_an_empty_home_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    message = f"^{tmp_path} holds no pushed model `upnext`: run `upnext run --home {tmp_path}` first$"
    with pytest.raises(UserError, match=message):
        PushedModels(tmp_path / "serving").served(names.SCANN, names.UPNEXT)


@pytest.mark.parametrize("name", ['my "home" é', "home [1] {a,b}*?", "back\\slash"])
def test_servers_read_the_configuration_of_any_folder(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    pushed = PushedModels(Path(name) / "serving")
    pushed.push(models, keep=1, now=1)
    configs = read_model_configs(pushed.config_path(names.SCANN))
    assert [config.name for config in configs] == list(names.MODELS)
    assert configs[-1].base_path == tmp_path / name / "serving/scann/upnext"
    assert configs[-1].wanted() == pushed.versions() == [1]


def test_the_configuration_follows_a_moved_folder(models: Path, tmp_path: Path) -> None:
    PushedModels(tmp_path / "old/serving").push(models, keep=1, now=1)
    (tmp_path / "old").rename(tmp_path / "new")
    config = PushedModels(tmp_path / "new/serving").write_config(names.SCANN)
    assert f'"{tmp_path}/new/serving/scann/ranker"' in config.read_text()
    assert f"{tmp_path}/old" not in config.read_text()


def test_a_right_configuration_is_left_alone(models: Path, serving: Path) -> None:
    pushed = PushedModels(serving)
    pushed.push(models, keep=1, now=1)
    before = pushed.config_path(names.SCANN).stat().st_mtime_ns
    assert pushed.write_config(names.SCANN).stat().st_mtime_ns == before


def learnt_from(models: Path, last_span: int) -> Path:
    """The models, as if composed by a run whose newest span is `last_span`."""
    info = ModelSpans(spans=SpanRange(first=1, last=last_span))
    for place in PLACES:
        ModelFolder(models.joinpath(*place)).write_info(info)
    return models


@pytest.fixture
def of_spans(models: Path, serving: Path) -> PushedModels:
    """Versions 10 and 11, which have learnt from span 1, and 20, which has learnt from span 2."""
    pushed = PushedModels(serving)
    for version, last_span in ((10, 1), (11, 1), (20, 2)):
        pushed.push(learnt_from(models, last_span), keep=9, now=version)
    return pushed


@pytest.mark.parametrize(("before_span", "version"), [(1, 0), (2, 11), (3, 20), (None, 20)])
def test_production_is_the_newest_version_that_has_not_learnt_from_the_span(
    of_spans: PushedModels, before_span: int | None, version: int
) -> None:
    assert of_spans.in_production(before_span) == version


def test_a_version_that_some_model_lacks_is_not_in_production(of_spans: PushedModels) -> None:
    of_spans.model(names.STOCK, names.UPNEXT, 11).path.rename(of_spans.folder / "elsewhere")
    assert of_spans.in_production(2) == 10


def test_of_a_version_that_was_pushed_again_the_first_one_counts(of_spans: PushedModels) -> None:
    of_spans.push_again(11, keep=9, now=30)
    assert of_spans.in_production(2) == 11
    for place in PLACES:
        shutil.rmtree(of_spans.model(*place, 11).path)
    assert of_spans.in_production(2) == 30
