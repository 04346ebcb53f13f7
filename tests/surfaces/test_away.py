"""What a listener never wants is in no destination's answer, and search still has it."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from surfaces.common.catalogue import Catalogue
from surfaces.common.errors import UnavailableError
from surfaces.destinations import all_destinations
from surfaces.service.service import Service
from tests.surfaces.home.worlds import AT, items
from tests.surfaces.worlds import plays, service

SHOWS = ("P", "Q")
ITEMS: Catalogue = items(creators=dict.fromkeys("ABCDEFGH", 8), shows=dict.fromkeys(SHOWS, 8))
OFFERING = ("home", "discover-weekly", "daylist", "playlists", "dj")
WHO = {"user_id": "u", "at": AT}


@pytest.fixture
def shared(tmp_path: Path) -> Service:
    return service(tmp_path, ITEMS, {"u": plays([0, 1, 8, 9, 16, 64, 0, 8, 8])})


def ask(client: TestClient, destination: str, **more: str) -> dict:
    if destination in ("playlists", "dj"):
        body = {"prompt": "40 songs"} if destination == "playlists" else {"segments": 3}
        response = client.post(f"/v1/{destination}", json={**WHO, **body, **more})
    else:
        response = client.get(f"/v1/{destination}", params={**WHO, **more})
    assert response.status_code == 200, response.text
    return response.json()


def creators(answer: dict) -> set[str]:
    parts = answer.get("shelves") or answer.get("segments") or [answer]
    return {item["creator"] for part in parts for item in part.get("items", ())}


@pytest.mark.parametrize("with_models", [True, False])
def test_no_destination_offers_a_creator_whom_the_listener_never_wants(
    shared: Service, monkeypatch: pytest.MonkeyPatch, with_models: bool
) -> None:
    if not with_models:
        for question in ("recommend_each", "rank", "retrieve"):
            monkeypatch.setattr(shared.models, question, refuse)
    client = TestClient(all_destinations(shared))
    before = {destination: creators(ask(client, destination)) for destination in OFFERING}
    assert all("B" in offered for name, offered in before.items() if name != "dj")
    shared.store.change_controls("u", lambda _: {"away": ["creator=B", "creator=nobody's", "creator=P"]})
    for destination in OFFERING:
        offered = creators(ask(client, destination))
        assert offered
        assert not offered & {"B", "P"}, destination
    later = {**WHO, "at": "2024-10-11T08:30:00+02:00"}  # of which no list was frozen
    for destination in ("discover-weekly", "daylist"):
        offered = creators(ask(client, destination, at=later["at"]))
        assert offered
        assert not offered & {"B", "P"}, destination


def test_search_has_what_the_listener_never_wants(shared: Service) -> None:
    shared.store.change_controls("u", lambda _: {"away": ["creator=B"]})
    answer = ask(TestClient(all_destinations(shared)), "search", q="Title B3")
    assert answer["results"][0]["item_id"] == "B3"


def test_who_wants_nothing_has_answers_without_items(shared: Service) -> None:
    shared.store.change_controls("u", lambda _: {"away": ["kind=track", "kind=episode"]})
    client = TestClient(all_destinations(shared))
    assert [creators(ask(client, destination)) for destination in OFFERING] == [set()] * len(OFFERING)


def refuse(*_: object, **__: object) -> None:
    raise UnavailableError("the model server doesn't answer")
