"""The store takes nothing more, or another application has changed it: every destination answers all the same."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event

from surfaces.destinations import all_destinations
from surfaces.service.service import Service
from surfaces.store.store import Store
from tests.surfaces.home.worlds import AT, items
from tests.surfaces.worlds import CircleServer, plays, service

ITEMS = items(creators=dict.fromkeys("ABCDEFGH", 8), shows={"P": 8})
WHO = {"user_id": "u", "at": AT}
QUESTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "home": ("GET", {"params": WHO}),
    "search": ("GET", {"params": {**WHO, "q": "title"}}),
    "discover-weekly": ("GET", {"params": WHO}),
    "daylist": ("GET", {"params": WHO}),
    "dj": ("POST", {"json": {**WHO, "say": "never play A ever again"}}),
    "playlists": ("POST", {"json": {**WHO, "prompt": "20 songs"}}),
}
PLAY = [{"user_id": "u", "item_id": "A1", "timestamp": 1_700_000_000}]
LOG = {"u": plays([0, 1, 8, 9, 16, 64, 0, 8, 8])}


@pytest.fixture
def shared(tmp_path: Path) -> Service:
    return service(tmp_path, ITEMS, LOG)


def ask(client: TestClient, path: str, **more: str) -> dict[str, Any]:
    method, said = QUESTIONS[path]
    if more:
        said = {"json": {**said["json"], **more}}
    answer = client.request(method, f"/v1/{path}", **said)
    assert answer.status_code == 200, answer.text
    return answer.json()


def item_ids(answer: Any) -> Iterator[str]:
    """The ids of all items of an answer, wherever they stand in it; not those that facts name."""
    if isinstance(answer, dict):
        if "because" in answer and "item_id" in answer:
            yield answer["item_id"]
        for name, part in answer.items():
            if name != "because":
                yield from item_ids(part)
    if isinstance(answer, list):
        for part in answer:
            yield from item_ids(part)


@pytest.mark.parametrize("pragma", ["query_only=ON", "max_page_count=1"], ids=["read-only", "full"])
def test_while_nothing_can_be_written_all_six_answer_and_plays_are_refused(
    shared: Service, tmp_path: Path, pragma: str
) -> None:
    store = Store(
        f"sqlite:///{tmp_path / 'store.sqlite'}"
    )  # the same file, by connections that write nothing
    event.listen(store.engine, "connect", lambda connection, _: connection.execute(f"PRAGMA {pragma}"))
    store.engine.dispose()
    client = TestClient(all_destinations(replace(shared, store=store)))
    fill = [{**PLAY[0], "timestamp": n, "end_reason": "x" * 60} for n in range(1000)]
    refused = client.post("/v1/events", json=fill)
    assert (refused.status_code, list(refused.json())) == (503, ["error"])
    answers = {path: ask(client, path) for path in QUESTIONS}
    assert all(list(item_ids(answer)) for answer in answers.values())
    if pragma.startswith("query_only"):
        assert (answers["dj"]["session"], answers["playlists"]["playlist"]) == ("", "")
        assert answers["dj"]["degraded"]
        assert answers["playlists"]["degraded"]
        assert "store" in answers["dj"]["reason"]
    assert shared.store.plays("u") == []


def test_of_two_applications_the_one_whose_catalogue_has_lost_items_goes_on_without_them(
    shared: Service, tmp_path: Path
) -> None:
    first = TestClient(all_destinations(shared))
    before = {path: ask(first, path) for path in QUESTIONS}
    lost = {item for answer in before.values() for item in list(item_ids(answer))[:3]}
    smaller = type(ITEMS)(ITEMS._table.filter([item not in lost for item in ITEMS.item_ids]))
    own = service(tmp_path, smaller)
    second = TestClient(all_destinations(replace(own, models=CircleServer(smaller))))
    first.post("/v1/events", json=[{**PLAY[0], "item_id": next(iter(lost))}])
    for path in QUESTIONS:
        answer = ask(second, path)
        assert not lost & {*item_ids(answer)}, path
    going_on = ask(second, "dj", session=before["dj"]["session"], say="more like this")
    refined = ask(second, "playlists", playlist=before["playlists"]["playlist"], prompt="shorter")
    assert not lost & {*item_ids(going_on), *item_ids(refined)}
    assert going_on["session"] == before["dj"]["session"]
