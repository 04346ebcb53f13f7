import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from serving.errors import ServerError, ServingError
from serving.manager import ModelManager, Policy
from serving.model_configs import ModelConfig


class Text(str):
    """A model that is a text, and knows whether it was closed."""

    closed = False

    def close(self) -> None:
        self.closed = True


class Loader:
    """Loads a text file as a model; can be made slow, and counts."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.loaded: list[str] = []

    def __call__(self, path: Path) -> Text:
        self.gate.wait(10)
        self.loaded.append(path.name)
        return Text((path / "saved_model.pb").read_text())


class CountedConfig(ModelConfig):
    """Counts how often the manager looks for versions."""

    looks = 0
    failure: Exception | None = None

    def wanted(self) -> list[int]:
        type(self).looks += 1
        if self.failure is not None:
            raise self.failure
        return super().wanted()


class Watched:
    """A manager of one model `m`, its folder and what it reported."""

    def __init__(self, base: Path) -> None:
        self.base, self.lines, self.loader, self.stopping = base, [], Loader(), threading.Event()
        self.start_with(Policy(poll_seconds=0.01))

    def start_with(self, policy: Policy, reread: Callable[[], list[ModelConfig]] | None = None) -> None:
        config = CountedConfig("m", self.base)
        self.manager = ModelManager([config], self.loader, self.report, self.stopping, policy, reread)

    def report(self, line: str) -> None:
        self.lines.append(line)

    def wait_for_another_look(self) -> None:
        """Waits until the manager has looked for versions once more, from beginning to end."""
        looks = CountedConfig.looks
        eventually(lambda: CountedConfig.looks >= looks + 2)

    def push(self, version: int, text: str = "") -> None:
        staged = self.base / f".{version}"
        staged.mkdir(parents=True)
        if text:
            (staged / "saved_model.pb").write_text(text)
        staged.rename(self.base / str(version))

    def answer(self) -> tuple[str, int]:
        with self.manager.served.lease("m") as (model, version):
            return model, version

    def states(self) -> dict[int, str]:
        return {version.number: version.state for version in self.manager.served.statuses("m")}


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(tmp_path / "m")
    yield watched
    watched.stopping.set()


def eventually(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.005)


def test_the_highest_version_serves(watched: Watched) -> None:
    watched.push(9, "nine")
    watched.push(10, "ten")
    watched.manager.start()
    watched.manager.wait_until_loaded()
    assert watched.answer() == ("ten", 10)
    assert watched.manager.served.available() == {"m": 10}
    assert watched.loader.loaded == ["10"]


def test_a_new_version_replaces_the_old_one(watched: Watched) -> None:
    watched.push(1, "one")
    watched.manager.start()
    watched.manager.wait_until_loaded()
    watched.push(2, "two")
    eventually(lambda: watched.states() == {1: "END", 2: "AVAILABLE"})
    assert watched.answer() == ("two", 2)


def test_the_old_version_answers_while_the_new_one_loads(watched: Watched) -> None:
    watched.push(1, "one")
    watched.manager.start()
    watched.manager.wait_until_loaded()
    watched.loader.gate.clear()
    watched.push(2, "two")
    eventually(lambda: watched.states() == {1: "AVAILABLE", 2: "LOADING"})
    assert watched.answer() == ("one", 1)
    watched.loader.gate.set()
    eventually(lambda: watched.answer() == ("two", 2))


def test_a_version_in_use_is_not_unloaded(watched: Watched) -> None:
    watched.push(1, "one")
    watched.manager.start()
    watched.manager.wait_until_loaded()
    with watched.manager.served.lease("m") as (model, _):
        watched.push(2, "two")
        eventually(lambda: watched.states() == {1: "UNLOADING", 2: "AVAILABLE"})
        assert model == "one"
        assert watched.answer() == ("two", 2)
    eventually(lambda: watched.states() == {1: "END", 2: "AVAILABLE"})


def test_a_broken_version_is_reported_once_and_the_old_one_stays(watched: Watched) -> None:
    watched.push(1, "one")
    watched.manager.start()
    watched.manager.wait_until_loaded()
    watched.push(2)
    eventually(lambda: watched.states() == {1: "AVAILABLE", 2: "END"})
    watched.wait_for_another_look()
    assert watched.answer() == ("one", 1)
    assert watched.loader.loaded.count("2") == 1
    assert [line for line in watched.lines if "broken" in line] == watched.lines
    assert "model m: version 2 is broken" in watched.lines[0]


def test_a_broken_version_is_tried_again_when_its_files_change(watched: Watched) -> None:
    watched.push(1, "one")
    watched.manager.start()
    watched.manager.wait_until_loaded()
    watched.push(2)
    eventually(lambda: watched.states().get(2) == "END")
    (watched.base / "2" / "saved_model.pb").write_text("two")
    eventually(lambda: watched.answer() == ("two", 2))


def test_at_a_start_the_newest_that_can_be_loaded_serves(watched: Watched) -> None:
    watched.push(1, "one")
    watched.push(2, "two")
    watched.push(3)
    watched.manager.start()
    watched.manager.wait_until_loaded()
    assert watched.answer() == ("two", 2)


def test_without_a_version_that_loads_there_is_no_start(watched: Watched) -> None:
    watched.push(3)
    watched.manager.start()
    with pytest.raises(ServerError, match="Model m: no version can be loaded"):
        watched.manager.wait_until_loaded()


def test_what_serves_stays_when_its_folder_is_gone(watched: Watched) -> None:
    watched.push(1, "one")
    watched.manager.start()
    watched.manager.wait_until_loaded()
    watched.base.rename(watched.base.with_name("elsewhere"))
    watched.wait_for_another_look()
    assert watched.answer() == ("one", 1)


def test_a_first_version_that_is_loading_is_unavailable(watched: Watched) -> None:
    watched.loader.gate.clear()
    watched.push(1, "one")
    watched.manager.start()
    eventually(lambda: bool(watched.manager.served.models["m"].versions))
    with pytest.raises(ServingError) as refusal:
        watched.answer()
    assert refusal.value.code == "UNAVAILABLE"
    watched.loader.gate.set()


def test_what_is_unknown_is_not_found(watched: Watched) -> None:
    watched.push(1, "one")
    watched.manager.start()
    watched.manager.wait_until_loaded()
    for name, number, message in (("x", None, r"Latest\(x\)"), ("m", 7, r"Specific\(m, 7\)")):
        with pytest.raises(ServingError, match=message), watched.manager.served.lease(name, number):
            pass
        with pytest.raises(ServingError, match="Could not find"):
            watched.manager.served.statuses(name, number)


def test_what_is_unloaded_is_closed_after_its_last_request(watched: Watched) -> None:
    watched.push(1, "one")
    watched.manager.start()
    watched.manager.wait_until_loaded()
    with watched.manager.served.lease("m") as (model, _):
        watched.push(2, "two")
        eventually(lambda: watched.states() == {1: "UNLOADING", 2: "AVAILABLE"})
        watched.wait_for_another_look()
        assert not model.closed
    eventually(lambda: model.closed)


def test_a_model_that_is_named_again_while_it_ends_is_loaded_anew(watched: Watched) -> None:
    watched.push(1, "one")
    watched.manager.start()
    watched.manager.wait_until_loaded()
    with ThreadPoolExecutor(1) as pool:
        with watched.manager.served.lease("m"):
            watched.manager.reload([])
            eventually(lambda: watched.states() == {1: "UNLOADING"})
            named_again = pool.submit(watched.manager.reload, [CountedConfig("m", watched.base)])
            watched.wait_for_another_look()
            assert not named_again.done()
        named_again.result(10)
    assert watched.answer() == ("one", 1)
    assert watched.loader.loaded == ["1", "1"]


def test_a_failed_load_is_tried_again_so_often(watched: Watched) -> None:
    watched.start_with(Policy(0.01, retries=2, retry_seconds=0.02))
    watched.push(1, "one")
    watched.manager.start()
    watched.manager.wait_until_loaded()
    watched.push(2)
    eventually(lambda: watched.loader.loaded.count("2") == 3)
    time.sleep(0.1)
    assert watched.loader.loaded.count("2") == 3
    assert len([line for line in watched.lines if "version 2 is broken" in line]) == 1


@pytest.mark.parametrize("late", ["saved_model.pb", "variables/variables.index", "assets/vocabulary"])
def test_a_version_that_is_still_being_copied_serves_once_it_is_whole(watched: Watched, late: str) -> None:
    watched.push(1, "one")
    whole = watched.loader.__call__

    def load(path: Path) -> Text:
        if path.name == "2" and not (path / late).exists():
            raise FileNotFoundError(late)
        return whole(path)

    watched.manager._load = load
    watched.manager.start()
    watched.manager.wait_until_loaded()
    watched.push(2, "" if late == "saved_model.pb" else "two")
    eventually(lambda: watched.states().get(2) == "END")
    for file in (late, "saved_model.pb"):
        (watched.base / "2" / file).parent.mkdir(exist_ok=True)
        (watched.base / "2" / file).write_text("two")
    eventually(lambda: watched.answer() == ("two", 2))


def test_a_system_that_forbids_priorities_is_served_all_the_same(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise PermissionError("no priorities here")

    monkeypatch.setattr("serving.manager.lower_priority", refuse)
    watched.push(1, "one")
    watched.manager.start()
    watched.manager.wait_until_loaded()
    assert watched.answer() == ("one", 1)
    assert watched.lines == ["priority: no priorities here"]
    watched.push(2, "two")
    eventually(lambda: watched.answer() == ("two", 2))


def test_the_thread_survives_whatever_a_look_raises(watched: Watched) -> None:
    watched.push(1, "one")
    watched.manager.start()
    watched.manager.wait_until_loaded()
    for error in (BrokenPipeError(), ValueError("x"), RecursionError()):
        CountedConfig.failure = error
        watched.wait_for_another_look()
    CountedConfig.failure = None
    watched.push(2, "two")
    eventually(lambda: watched.answer() == ("two", 2))
    assert watched.manager.is_watching()
    assert "model m: x" in watched.lines


def test_another_config_is_served_without_a_gap(watched: Watched, tmp_path: Path) -> None:
    watched.push(1, "one")
    watched.push(2, "two")
    watched.manager.start()
    watched.manager.wait_until_loaded()
    other = Watched(tmp_path / "n")
    other.push(7, "seven")
    watched.manager.reload([ModelConfig("n", other.base), ModelConfig("m", watched.base, specific=(1,))])
    assert watched.answer() == ("one", 1)
    with watched.manager.served.lease("n") as (model, version):
        assert (model, version) == ("seven", 7)
    watched.manager.reload([ModelConfig("n", other.base)])
    eventually(lambda: watched.states() == {1: "END", 2: "END"})
    with pytest.raises(ServingError, match="Servable not found"):
        watched.answer()


def test_a_config_file_is_read_again(watched: Watched) -> None:
    versions = [2]
    config = ModelConfig("m", watched.base, latest=0)
    watched.start_with(
        Policy(0.01, config_poll_seconds=0.01),
        lambda: [ModelConfig("m", watched.base, specific=tuple(versions))] if versions else [config],
    )
    watched.push(1, "one")
    watched.push(2, "two")
    watched.manager.start()
    watched.manager.wait_until_loaded()
    versions[:] = [1]
    eventually(lambda: watched.answer() == ("one", 1))
    versions.clear()
    eventually(lambda: watched.answer() == ("two", 2))
    assert watched.states() == {1: "AVAILABLE", 2: "AVAILABLE"}


def test_labels_name_versions_that_serve(watched: Watched) -> None:
    watched.push(1, "one")
    watched.push(2, "two")
    watched.manager.start()
    watched.manager.wait_until_loaded()
    labels = (("canary", 2), ("stable", 1))
    watched.manager.reload([ModelConfig("m", watched.base, latest=2, labels=labels)])
    assert watched.manager.served.labelled("m", "stable") == 1
    with pytest.raises(ServingError, match="Unrecognized servable version label: x"):
        watched.manager.served.labelled("m", "x")
    with pytest.raises(ServingError, match="assign label to version 9 of model m, which is not currently"):
        watched.manager.reload([ModelConfig("m", watched.base, latest=2, labels=(("stable", 9),))])
    assert watched.manager.served.labelled("m", "stable") == 1


def test_polling_zero_looks_once(watched: Watched) -> None:
    watched.start_with(Policy(poll_seconds=0))
    watched.push(1, "one")
    watched.manager.start()
    watched.manager.wait_until_loaded()
    watched.push(2, "two")
    watched.manager._wake.set()
    time.sleep(0.1)
    assert watched.states() == {1: "AVAILABLE"}
