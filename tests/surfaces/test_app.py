import threading

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient

from surfaces.app import create_app
from surfaces.common.budget import seconds_left
from surfaces.limits import LONGEST_QUERY, MOST_AT_ONCE, MOST_BYTES


def routes() -> APIRouter:
    router = APIRouter()

    @router.get("/broken")
    def broken() -> None:
        raise RuntimeError("of nobody's business")

    @router.post("/echo")
    def echo(words: list[str]) -> list[str]:
        return words

    return router


@pytest.fixture
def client() -> TestClient:
    return TestClient(create_app([routes()]), raise_server_exceptions=False)


def test_every_error_is_one_sentence(client: TestClient) -> None:
    answers = {
        404: client.get("/nowhere"),
        405: client.get("/echo"),
        400: client.post("/echo", json=[1]),
        500: client.get("/broken"),
    }
    for status, answer in answers.items():
        assert (answer.status_code, list(answer.json())) == (status, ["error"])
    assert "nobody" not in answers[500].text
    assert answers[405].headers["allow"] == "POST"


def test_what_is_too_large_is_refused(client: TestClient) -> None:
    body = client.post("/echo", content=b"[" + b" " * MOST_BYTES + b"]")
    address = client.get("/echo?q=" + "x" * LONGEST_QUERY)
    for answer in (body, address):
        assert (answer.status_code, list(answer.json())) == (413, ["error"])
    large = b'["a"' + b" " * (MOST_BYTES // 2) + b"]"
    assert client.post("/echo", content=large, headers={"content-type": "application/json"}).json() == ["a"]


def test_more_than_are_answered_at_a_time_are_told_to_come_again() -> None:
    router, door, inside = APIRouter(), threading.Event(), threading.Semaphore(0)

    @router.get("/wait")
    def wait() -> None:
        inside.release()
        door.wait(20)

    with TestClient(create_app([router])) as client:
        threads = [threading.Thread(target=client.get, args=("/wait",)) for _ in range(MOST_AT_ONCE)]
        for thread in threads:
            thread.start()
        for _ in threads:
            assert inside.acquire(timeout=20)
        answer = client.get("/wait")
        door.set()
        for thread in threads:
            thread.join()
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
        assert client.get("/wait").status_code == 200


def test_no_query_is_in_the_log(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "upnext.surfaces.requests"):
        client.get("/nowhere?user_id=somebody")
    lines = [record.getMessage() for record in caplog.records if record.name == "upnext.surfaces.requests"]
    assert [line.rpartition(" 404 ")[0] for line in lines] == ["GET /nowhere"]
    assert "somebody" not in lines[0]


def test_what_is_asked_on_the_way_has_the_time_of_the_answer() -> None:
    router, left = APIRouter(), []

    @router.get("/answer")
    def answer() -> None:
        left.append(seconds_left(60))

    with TestClient(create_app([router])) as client:
        client.get("/answer")
    assert 0 < left[0] < 1
