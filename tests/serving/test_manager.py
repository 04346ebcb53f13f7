import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from serving.errors import ServerError, ServingError
from serving.manager import ModelManager
from serving.model_configs import ModelConfig


class Loader:
    """Loads a text file as a model; can be made slow, and counts."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.loaded: list[str] = []

    def __call__(self, path: Path) -> str:
        self.gate.wait(10)
        self.loaded.append(path.name)
        return (path / "saved_model.pb").read_text()


class CountedConfig(ModelConfig):
    """Counts how often the manager looks for versions."""

    looks = 0

    def wanted(self) -> list[int]:
        type(self).looks += 1
        return super().wanted()


class Watched:
    """A manager of one model `m`, its folder and what it reported."""

    def __init__(self, base: Path) -> None:
        self.base, self.lines, self.loader, self.stopping = base, [], Loader(), threading.Event()
        config = CountedConfig("m", base)
        self.manager = ModelManager([config], self.loader, 0.01, self.lines.append, self.stopping)

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
        with self.manager.lease("m") as (model, version):
            return model, version

    def states(self) -> dict[int, str]:
        return {version.number: version.state for version in self.manager.statuses("m")}


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
    assert watched.manager.available() == {"m": 10}
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
    with watched.manager.lease("m") as (model, _):
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
    eventually(lambda: bool(watched.manager._models["m"]))
    with pytest.raises(ServingError) as refusal:
        watched.answer()
    assert refusal.value.code == "UNAVAILABLE"
    watched.loader.gate.set()


def test_what_is_unknown_is_not_found(watched: Watched) -> None:
    watched.push(1, "one")
    watched.manager.start()
    watched.manager.wait_until_loaded()
    for name, number, message in (("x", None, r"Latest\(x\)"), ("m", 7, r"Specific\(m, 7\)")):
        with pytest.raises(ServingError, match=message), watched.manager.lease(name, number):
            pass
        with pytest.raises(ServingError, match="Could not find"):
            watched.manager.statuses(name, number)
