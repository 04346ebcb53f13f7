import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tfx_pipeline.surfaces.homes import Surfaces, make_home, push_catalogue
from tfx_pipeline.home.layout import Home
from tfx_pipeline.surfaces.serving import _listen

NOBODY = "127.0.0.1:9"


@pytest.fixture
def home(tmp_path: Path, tiny_log: Path) -> Home:
    return make_home(tmp_path, tiny_log)


@pytest.fixture
def surfaces(home: Home) -> Iterator[Surfaces]:
    process = Surfaces(home, "--address", NOBODY)
    try:
        process.wait_until_ready()
        yield process
    finally:
        process.process.kill()
        process.process.wait()


def test_it_answers_without_models_takes_plays_and_sees_a_new_push(
    surfaces: Surfaces, home: Home, tiny_log: Path
) -> None:
    status, answer = surfaces.get("v1/healthz")
    assert (status, list(answer)) == (503, ["error"])
    plays = [{"user_id": "ann", "item_id": item, "timestamp": 1700010000} for item in ("d", "new")]
    assert surfaces.get("v1/events", plays)[1]["accepted"] == 1
    assert surfaces.get("openapi.json")[1]["info"]["title"] == "Upnext"

    with (tiny_log / "catalog.csv").open("a") as file:
        file.write("new,track,Fresh,Nadia Voss\n")
    push_catalogue(home, tiny_log, 2)
    end = time.monotonic() + 60
    while surfaces.get("v1/events", plays[1:])[1]["accepted"] == 0:
        assert time.monotonic() < end, "the new push is not seen"
        time.sleep(0.2)

    assert "tensorflow" not in Path(f"/proc/{surfaces.process.pid}/maps").read_text()
    assert surfaces.stop() == 0
    assert surfaces.out.read_text().count("\n") == 1
    assert surfaces.err.read_text() == ""
    log = next(home.logs.glob("surfaces-*.log")).read_text()
    assert "POST /v1/events 202" in log
    assert "ann" not in log
    kinds = {path.name.partition("-")[0] for path in home.surfaces.iterdir()}
    assert kinds == {"log", "meaning", "words", "store.sqlite"}


def test_a_port_in_use_is_one_line(surfaces: Surfaces, home: Home) -> None:
    port = surfaces.out.read_text().rstrip("/\n").rpartition(":")[2]
    other = Surfaces(make_other(home), "--address", NOBODY, "--port", port)
    assert other.process.wait(60) == 1
    assert other.err.read_text().count("\n") == 1
    assert f"port {port} of 127.0.0.1 can't be opened" in other.err.read_text()


def make_other(home: Home) -> Home:
    folder = home.path.parent / "other"
    folder.mkdir()
    return make_home(folder, home.path.parent / "data")


@pytest.mark.parametrize(
    ("url", "words"),
    [("nonsense", "URL is of no database"), ("sqlite:////nowhere/at/all.sqlite", "can't be used now")],
)
def test_a_store_that_cannot_be_opened_is_one_line(home: Home, url: str, words: str) -> None:
    process = Surfaces(home, "--address", NOBODY, "--store", url)
    assert process.process.wait(60) == 1
    assert process.err.read_text().count("\n") == 1
    assert words in process.err.read_text()


def test_a_model_server_that_cannot_start_ends_it(home: Home) -> None:
    process = Surfaces(home)  # whose models are folders without a model
    assert process.process.wait(120) == 1
    assert process.err.read_text().count("\n") == 1
    assert "the model server ended at its start" in process.err.read_text()


def test_its_sockets_are_known_to_be_tcps() -> None:
    with _listen("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP  # else asyncio leaves Nagle's algorithm on
