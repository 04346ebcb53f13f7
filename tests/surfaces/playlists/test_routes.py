import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from surfaces.app import create_app
from surfaces.playlists import routes
from surfaces.service.service import Service
from tests.surfaces import worlds
from tests.surfaces.playlists.fixture import catalogue
from tests.surfaces.playlists.truth import read_cases

RUBBISH = [
    "", " ", "\x00", "'; DROP TABLE kept; --", "<script>alert(1)</script>", "%s%n{}", "🤷" * 200, "not " * 200,
    "no no no but but and or", "like like by by", "the last last first third", "9" * 400, "less more less more",
    "\u202e\u200d\ufeff", "ａ" * 300, "周" * 500, "by", "like", "from 1990 to", "between and", "under", "-1 songs",
    "0 songs", "99999 songs", "0 minutes", "1e9 hours", "(((((", "no, no, no, or", "é" * 900, "e\u0301" * 400,
    "\ud83d", "item_id=1 OR 1=1", "null", "undefined", "NaN minutes", "half half half", "𝕁𝕒𝕫𝕫", "مرحبا", "हिन्दी गाने",
]  # fmt: skip


@pytest.fixture
def shared(tmp_path: Path) -> Service:
    return worlds.service(tmp_path, catalogue(), {"u": worlds.plays(list(range(0, 300, 7)))})


@pytest.fixture
def client(shared: Service) -> TestClient:
    return TestClient(create_app([routes.router(shared)]), raise_server_exceptions=False)


def test_a_prompt_is_answered_and_refined(client: TestClient) -> None:
    body = {
        "user_id": "u",
        "at": "2025-02-01T08:00:00+01:00",
        "prompt": "12 jazz songs, no polka",
        "explicit": 0,
    }
    first = client.post("/v1/playlists", json=body).json()
    assert (first["title"], len(first["items"]), first["degraded"]) == ("Jazz", 12, False)
    assert first["understood"]["genres"] == ["jazz"]
    assert first["not_understood"] == ["polka"]
    assert not any(catalogue().item(catalogue().place_of(i["item_id"]) or 0).explicit for i in first["items"])
    second = client.post(
        "/v1/playlists", json={**body, "prompt": "shorter", "playlist": first["playlist"]}
    ).json()
    assert [item["item_id"] for item in second["items"]] == [item["item_id"] for item in first["items"]][:6]


def test_what_an_answer_shows_is_kept_in_its_order(client: TestClient, shared: Service) -> None:
    body = {"user_id": "u", "at": "2025-02-01T08:00:00+01:00", "prompt": "12 jazz songs"}
    first = client.post("/v1/playlists", json=body).json()
    body = {**body, "prompt": "shorter", "playlist": first["playlist"]}
    second = client.post("/v1/playlists", json=body).json()
    assert first["request_id"] != second["request_id"]
    for answer, count in ((first, 12), (second, 6)):
        kept = shared.store.impressions(answer["request_id"])
        assert [(one.position, one.item_id) for one in kept] == [
            (position, item["item_id"]) for position, item in enumerate(answer["items"], 1)
        ]
        assert len(kept) == count
        assert {(one.user_id, one.surface, one.propensity, one.timestamp) for one in kept} == {
            ("u", "playlists", 1.0, 1_738_393_200)
        }


def test_while_the_store_is_locked_a_prompt_is_answered(
    client: TestClient, shared: Service, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "store.sqlite", isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        response = client.post("/v1/playlists", json={"user_id": "u", "prompt": "12 jazz songs"})
        connection.execute("ROLLBACK")
    answer = response.json()
    assert (response.status_code, len(answer["items"]), answer["playlist"]) == (200, 12, "")
    assert answer["degraded"]
    assert "locked" in answer["reason"]
    assert shared.store.impressions(answer["request_id"]) == []


@pytest.mark.parametrize(
    ("change", "status", "says"),
    [
        ({"prompt": "x" * 1001}, 413, "say it shorter"),
        ({"prompt": "  "}, 400, "say what you would like"),
        ({"prompt": None}, 400, "prompt"),
        ({"at": "yesterday"}, 400, "at="),
        ({"playlist": "nowhere"}, 404, "not a playlist of this listener"),
        ({"user_id": ""}, 400, "user_id"),
        ({"explicit": 7}, 400, "explicit"),
    ],
)
def test_a_wrong_request_is_told_so(client: TestClient, change: dict, status: int, says: str) -> None:
    response = client.post("/v1/playlists", json={"user_id": "u", "prompt": "jazz", **change})
    assert response.status_code == status
    assert says in response.json()["error"]


def test_rubbish_is_answered_quickly_and_never_fails(client: TestClient) -> None:
    draw = random.Random(5)
    words = [word for case in read_cases() for word in case.prompt.split()]
    shuffled = [" ".join(draw.choices(words, k=draw.randrange(1, 40)))[:1000] for _ in range(120)]
    letters = [
        "".join(chr(draw.randrange(1, 0x2FFF)) for _ in range(draw.randrange(1, 300))) for _ in range(60)
    ]
    playlist = client.post("/v1/playlists", json={"user_id": "u", "prompt": "jazz"}).json()["playlist"]
    slowest = 0.0
    for number, prompt in enumerate([*RUBBISH, *shuffled, *letters]):
        start = time.process_time()
        body = {"user_id": "u", "prompt": prompt, **({"playlist": playlist} if number % 3 == 0 else {})}
        response = client.post(
            "/v1/playlists", content=_dumped(body), headers={"content-type": "application/json"}
        )
        slowest = max(slowest, time.process_time() - start)
        assert response.status_code in (200, 400), (prompt, response.text)
    assert slowest < 1.0  # seconds of CPU


def _dumped(body: dict) -> str:
    import json

    return json.dumps(body)  # a lone surrogate goes as its escape
