import re
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from fastapi.testclient import TestClient

from surfaces.app import create_app
from surfaces.common.errors import UnavailableError
from surfaces.room import routes
from surfaces.service.service import Service
from tests.surfaces.room.rooms import ANN, HOSTILE, room_service

ROOM = {"user_id": ANN, "at": "2025-01-05T08:00:00+00:00"}


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return room_service(tmp_path)


@pytest.fixture
def client(service: Service) -> TestClient:
    return TestClient(create_app([routes.router(service)]))


def answer(client: TestClient, path: str, **parameters: str) -> Any:
    response = client.get(path, params=parameters)
    assert response.status_code == 200, response.text
    return response.json()


def test_the_page_and_each_file_that_it_names_are_served_under_a_strict_policy(client: TestClient):
    page = client.get("/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    addresses = re.findall(r'(?:src|href)="(/room/[^"]+)"', page.text)
    assert len(addresses) == 3
    for response in (page, *map(client.get, addresses)):
        assert response.status_code == 200
        policy = response.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "require-trusted-types-for 'script'" in policy


def test_nothing_on_the_page_comes_from_elsewhere():
    elsewhere = re.compile(rb"https?://(?!www\.w3\.org/2000/svg)|innerHTML|style=|\son\w+=")
    files = routes.read_page_files()
    assert [name for name, file in files.items() if elsewhere.search(file.content)] == []


def test_a_file_that_hasnt_changed_isnt_sent_again(client: TestClient):
    first = client.get("/room/static/room.css")
    again = client.get("/room/static/room.css", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["nothing.js", "..%2Froutes.py", "%2e%2e%2froutes.py", "__init__.py"])
def test_no_other_file_is_served(client: TestClient, name: str):
    response = client.get(f"/room/static/{name}")
    assert response.status_code == 404
    assert "error" in response.json() or "detail" in response.json()


def test_listeners_of_the_log_in_a_line_each(client: TestClient):
    listed = answer(client, "/room/listeners")
    assert (listed["of"], listed["newest"]) == (2, 1_736_000_600)
    assert listed["listeners"][0] == {
        "user_id": ANN,
        "plays": 3,
        "last": 1_736_000_600,
        "mostly": ["folk", "jazz"],
    }
    assert [one["user_id"] for one in answer(client, "/room/listeners", q="BO")["listeners"]] == ["bob"]
    assert answer(client, "/room/listeners", q="nobody")["listeners"] == []


def test_what_the_catalogue_says_of_items_and_nothing_of_others(client: TestClient):
    items = client.get("/room/items", params={"item_id": ["i04", "gone", "i05"]}).json()["items"]
    assert [item["item_id"] for item in items] == ["i04", "i05"]
    assert items[0]["title"] == HOSTILE
    assert (items[1]["kind"], items[1]["genres"], items[1]["duration_ms"]) == ("episode", ["rock"], 200_000)
    assert client.get("/room/items", params={"item_id": ["i04"] * 101}).status_code == 400


def test_each_candidate_has_the_places_of_both_models(client: TestClient, service: Service):
    compared = answer(client, "/room/compare", item_id="i02", **ROOM)
    assert compared["candidates"] == 60
    assert compared["question"]["plays"] == 3
    assert compared["question"]["newest"][-1] == "Song 02 of Rain"
    assert compared["items"][0] == {
        "item_id": "i03",
        "title": "Song 03 of Rain",
        "retrieval": 1,
        "ranker": 1,
        "score": 0.0,
    }
    assert (compared["item"]["retrieval"], compared["item"]["ranker"]) == (60, 60)
    assert [question[0] for question in service.models.questions] == ["retrieval", "ranker"]


def test_two_versions_answer_side_by_side(client: TestClient, service: Service):
    versions = answer(client, "/room/versions", **ROOM)
    assert versions["versions"] == [1, 2]
    assert [one["version"] for one in versions["answers"]] == [1, 2]
    assert [one["items"][0]["item_id"] for one in versions["answers"]] == ["i03", "i04"]


def test_a_model_server_that_is_gone_is_said(client: TestClient, service: Service):
    gone = UnavailableError("the model server doesn't answer: gone")
    with patch.object(service.models, "retrieve", side_effect=gone):
        response = client.get("/room/compare", params=ROOM)
    assert (response.status_code, response.json()) == (503, {"error": str(gone)})
