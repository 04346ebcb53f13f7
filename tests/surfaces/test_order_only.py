"""A log whose times say the order of plays alone: no destination names a day on which something was played."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from surfaces.common.errors import UnavailableError
from surfaces.destinations import all_destinations
from surfaces.service.service import Service
from tests.surfaces.home.worlds import AT, items
from tests.surfaces.worlds import CircleServer, MemoryLog, plays, service

ITEMS = items(creators=dict.fromkeys("ABCDEFGH", 8), shows={"P": 8})
WHO = {"user_id": "u", "at": AT}
QUESTIONS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "home", {"params": WHO}),
    ("GET", "search", {"params": {**WHO, "q": "title"}}),
    ("GET", "discover-weekly", {"params": WHO}),
    ("GET", "daylist", {"params": WHO}),
    ("POST", "dj", {"json": {**WHO, "segments": 3}}),
    ("POST", "playlists", {"json": {**WHO, "prompt": "60 songs"}}),
]


class Gone(CircleServer):
    def _answer(self, *_: object) -> Any:
        raise UnavailableError("the model server doesn't answer")


@pytest.fixture(params=[CircleServer, Gone], ids=["with models", "without"])
def shared(tmp_path: Path, request: pytest.FixtureRequest) -> Service:
    one = service(tmp_path, ITEMS)
    log = MemoryLog(
        {"u": plays([0, 1, 8, 9, 16, 64, 0, 8, 8], range(9))}, {}, one.log.popularity, has_times=False
    )
    return replace(one, log=log, models=request.param(ITEMS))


def facts_of(answer: Any) -> Iterator[dict[str, Any]]:
    """All facts of an answer, of items and of sentences."""
    if isinstance(answer, dict):
        if "fact" in answer:
            yield answer
        for part in answer.values():
            yield from facts_of(part)
    if isinstance(answer, list):
        for part in answer:
            yield from facts_of(part)


@pytest.mark.parametrize(("method", "path", "said"), QUESTIONS, ids=[path for _, path, _ in QUESTIONS])
def test_no_fact_names_a_day_of_a_play(shared: Service, method: str, path: str, said: dict[str, Any]) -> None:
    answer = TestClient(all_destinations(shared)).request(method, f"/v1/{path}", **said)
    assert answer.status_code == 200, answer.text
    facts = list(facts_of(answer.json()))
    assert facts
    assert {fact["last"] for fact in facts if fact["fact"] == "played"} <= {0}
    assert not {"last_play", "played_at_this_time", "unfinished"} & {fact["fact"] for fact in facts}
