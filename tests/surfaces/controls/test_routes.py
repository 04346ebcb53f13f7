from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from surfaces.app import create_app
from surfaces.controls.routes import router
from surfaces.service.service import Service
from tests.surfaces.worlds import catalogue, service

WHO = {"user_id": "u"}


@pytest.fixture
def shared(tmp_path: Path) -> Service:
    return service(tmp_path, catalogue([{"item_id": "a"}]))


def test_what_a_listener_never_wants_is_said_and_taken_back(shared: Service) -> None:
    client = TestClient(create_app([router(shared)]))
    assert client.get("/v1/controls", params=WHO).json() == {"away": []}
    shared.store.change_controls("u", lambda _: {"away": ["creator=A & B", "kind=episode"], "volume": 3})
    assert client.get("/v1/controls", params=WHO).json() == {"away": ["creator=A & B", "kind=episode"]}
    answer = client.delete("/v1/controls/away", params={**WHO, "token": "creator=A & B"})
    assert (answer.status_code, answer.json()) == (200, {"away": ["kind=episode"]})
    assert shared.store.controls("u") == {"away": ["kind=episode"], "volume": 3}


def test_what_was_never_refused_can_not_be_taken_back(shared: Service) -> None:
    client = TestClient(create_app([router(shared)]))
    shared.store.change_controls("v", lambda _: {"away": ["creator=A"]})
    answer = client.delete("/v1/controls/away", params={**WHO, "token": "creator=A"})
    assert (answer.status_code, list(answer.json())) == (404, ["error"])
    assert shared.store.controls("v") == {"away": ["creator=A"]}
