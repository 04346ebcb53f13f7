"""Rolling back while clients ask without pause: no request fails, and the earlier models answer in the end."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from components.pushed.pushed_models import PushedModels
from models import names
from serving.client import Client
from tests.serving.running import ServerProcess
from tests.serving.toy import after, save_toy
from tfx_pipeline.home.layout import Home
from tfx_pipeline.home.rollback import roll_back

HISTORY, ANSWER = "i03", after("i03", 3)
SCORES = {1: 1.0, 2: 2.0}  # of the best item, by whose models answer


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Versions 1 and 2 of toy models, pushed as runs push."""
    folder = tmp_path_factory.mktemp("rollback")
    for version, score in SCORES.items():
        composed = folder / f"composed-{version}"
        for model in names.MODELS:
            save_toy(model, composed / names.SCANN / model, bias=score)
        shutil.copytree(composed / names.SCANN, composed / names.STOCK)
        PushedModels(folder / "home" / "serving").push(composed, keep=3, now=version)
    return folder / "home"


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[ServerProcess]:
    config = PushedModels(home / "serving").config_path(names.SCANN)
    flags = [f"--model_config_file={config}", "--file_system_poll_wait_seconds=0.1"]
    process = ServerProcess(flags, home.parent / "server")
    process.wait_until_ready()
    yield process
    process.process.kill()
    process.process.wait()


class Askers:
    """Clients of every model, over gRPC and REST, who ask until they are told to stop."""

    def __init__(self, server: ServerProcess) -> None:
        self.scores: dict[str, list[float]] = {"gRPC upnext": [], "gRPC ranker": [], "REST upnext": []}
        self._server, self._stop = server, threading.Event()
        self._pool = ThreadPoolExecutor(len(self.scores))
        questions = (self._over_grpc, self._rank_over_grpc, self._over_rest)
        pairs = zip(self.scores.values(), questions, strict=True)
        self._asking = [self._pool.submit(self._ask, scores, question) for scores, question in pairs]

    def stop(self) -> None:
        """Raises what any of them met."""
        self._stop.set()
        self._pool.shutdown()
        for asking in self._asking:
            asking.result()

    def _ask(self, scores: list[float], question: Callable[[Client], tuple[list[str], float]]) -> None:
        with Client(self._server.address) as client:
            while not self._stop.is_set():
                ids, score = question(client)
                assert ids == ANSWER
                scores.append(score)

    def _over_grpc(self, client: Client) -> tuple[list[str], float]:
        (ranking,) = client.recommend([[HISTORY]], k=3)
        return ranking.ids, ranking.scores[0]

    def _rank_over_grpc(self, client: Client) -> tuple[list[str], float]:
        (ranking,) = client.rank([[HISTORY]], [[ANSWER[2], ANSWER[0], ANSWER[1]]])
        return ranking.ids, ranking.scores[0]

    def _over_rest(self, _: Client) -> tuple[list[str], float]:
        body = {"instances": [{names.ITEM_IDS: [HISTORY]}]}
        status, answer = self._server.rest(f"/v1/models/{names.UPNEXT}:predict", body)
        assert status == 200, answer
        (row,) = answer["predictions"]
        return row[names.ITEM_IDS][:3], row[names.SCORES][0]


def wait_until_served(server: ServerProcess, version: int) -> None:
    end = time.monotonic() + 60
    for model in names.MODELS:
        while server.rest(f"/v1/models/{model}/versions/{version}")[0] != 200 or not _available(
            server, model, version
        ):
            assert time.monotonic() < end, f"{model} {version} is not served"
            time.sleep(0.05)


def _available(server: ServerProcess, model: str, version: int) -> bool:
    _, answer = server.rest(f"/v1/models/{model}/versions/{version}")
    return answer["model_version_status"][0]["state"] == "AVAILABLE"


def test_no_request_fails_while_versions_are_rolled_back(home: Path, server: ServerProcess) -> None:
    askers = Askers(server)
    try:
        for to in (None, 2, 1, 2, None):
            wait_until_served(server, roll_back(Home(home), to).version)
        roll_back(Home(home), to=2)  # and two at once, before the server has seen the first
        last = roll_back(Home(home), to=1).version
        wait_until_served(server, last)
        counts = {who: len(scores) for who, scores in askers.scores.items()}
        while any(len(scores) < counts[who] + 20 for who, scores in askers.scores.items()):
            time.sleep(0.05)
    finally:
        askers.stop()

    assert PushedModels(home / "serving").versions()[-1] == last
    for who, scores in askers.scores.items():
        assert set(scores) == set(SCORES.values()), who
        assert set(scores[-10:]) == {SCORES[1]}, who
    assert "broken" not in server.err()
