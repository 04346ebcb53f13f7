import itertools
import secrets
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from models import names
from surfaces.app import create_app
from surfaces.common.errors import UnavailableError
from surfaces.common.facts import Unheard
from surfaces.common.visit import Visit
from surfaces.destinations import all_destinations
from surfaces.home.bandit import Bandit
from surfaces.home.elsewhere import ELSEWHERE
from surfaces.home.home import Elsewhere, Home
from surfaces.home.learning import WAIT
from surfaces.home.learnt import Learnt
from surfaces.home.routes import router
from surfaces.limits import Limits
from surfaces.service.fallback import Offer
from surfaces.service.later import InTurn
from surfaces.service.service import Service
from surfaces.store.records import StoredPlay
from tests.surfaces.home.worlds import AT, UNIX, items
from tests.surfaces.worlds import catalogue, plays, service

ITEMS = items(
    tokens={f"B{n}": ["explicit=1"] for n in range(12)}
    | {f"C{n}": ["country=SE"] for n in range(12)}
    | {f"{creator}{n}": ["country=SE", "country=NO"] for creator in "APQ" for n in range(12)}
)


@pytest.fixture(autouse=True)
def same_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ids of requests, of which pages are drawn, are the same in each run of a test."""
    numbers = itertools.count(1)
    monkeypatch.setattr(secrets, "token_hex", lambda size: f"{next(numbers):0{2 * size}x}")


def client(one: Service, home: Home | None = None) -> TestClient:
    return TestClient(create_app([router(one, home or Home(one))]))


def get(one: Service, home: Home | None = None, **query: str | int) -> dict:
    response = client(one, home).get("/v1/home", params={"user_id": "u", "at": AT, **query})
    assert response.status_code == 200, response.text
    return response.json()


def shown(answer: dict) -> list[str]:
    return [item["item_id"] for shelf in answer["shelves"] for item in shelf["items"]]


HISTORIES = st.lists(
    st.tuples(st.integers(0, ITEMS.size - 1), st.sampled_from([names.COMPLETED, names.PARTIAL, names.SKIPPED])),
    max_size=30,
)  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(HISTORIES, st.sampled_from([0, 1]), st.sampled_from(["", "SE", "NO", "US"]))
def test_no_item_twice_every_item_with_facts_and_none_that_may_not_be_offered(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[int, int]], explicit: int, country: str
) -> None:
    log = plays(
        [place for place, _ in history],
        [UNIX - 600 * n for n in range(len(history), 0, -1)],
        [outcome for _, outcome in history],
        [5_000] * len(history),
    )
    one = service(tmp_path_factory.mktemp("home"), ITEMS, {"u": log, "v": plays([1, 15, 30, 40])})
    answer = get(one, explicit=explicit, country=country)
    assert len(set(shown(answer))) == len(shown(answer)) > 0
    allowed = ITEMS.eligible(country=country, explicit=bool(explicit))
    assert all(allowed[ITEMS.place_of(item)] for item in shown(answer))
    assert all(item["because"] for shelf in answer["shelves"] for item in shelf["items"])
    assert all(0 < shelf["propensity"] <= 1 for shelf in answer["shelves"])
    assert not answer["degraded"]


def test_what_was_shown_is_kept_with_its_propensity(tmp_path: Path) -> None:
    one = service(tmp_path, ITEMS, {"u": plays([0, 40])})
    answer = get(one, device="phone")
    kept = one.store.impressions(answer["request_id"])
    assert [impression.item_id for impression in kept] == shown(answer)
    assert [(i.shelf, i.propensity) for i in kept] == [
        (shelf["id"], shelf["propensity"]) for shelf in answer["shelves"] for _ in shelf["items"]
    ]
    assert {(i.user_id, i.surface, i.timestamp) for i in kept} == {("u", "home", UNIX)}
    assert [i.position for i in kept] == list(range(1, len(kept) + 1))


def test_posted_plays_change_the_next_page(tmp_path: Path) -> None:
    app = TestClient(all_destinations(service(tmp_path, ITEMS)))
    query = {"user_id": "u", "at": AT}

    def jump_back_in() -> set[str]:
        shelves = app.get("/v1/home", params=query).json()["shelves"]
        return {item["item_id"] for one in shelves if one["id"] == "jump-back-in" for item in one["items"]}

    assert jump_back_in() == set()
    posted = [{"user_id": "u", "item_id": item, "timestamp": UNIX - 60} for item in ("A5", "A6", "C7")]
    assert app.post("/v1/events", json=posted).status_code == 202
    assert jump_back_in() == {"A5", "A6", "C7"}


class SilentModels:
    """A model server that never answers."""

    def recommend_each(self, *_: object) -> None:
        raise UnavailableError("the model server doesn't answer: refused")


def test_without_models_the_page_has_what_is_known_and_says_so(tmp_path: Path) -> None:
    one = service(tmp_path, ITEMS, {"u": plays([*range(6), 40], [UNIX - n for n in range(7, 0, -1)])})
    object.__setattr__(one, "models", SilentModels())
    answer = get(one)
    assert answer["degraded"]
    assert "the model server doesn't answer" in answer["reason"]
    assert {shelf["id"] for shelf in answer["shelves"]} >= {"jump-back-in", "your-shows"}
    assert all(item["because"] for shelf in answer["shelves"] for item in shelf["items"])


def test_without_the_store_the_page_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = service(tmp_path, ITEMS, {"u": plays([0, 1, 2, 40])})

    def locked(*_: object) -> None:
        raise UnavailableError("the store can't be used now: database is locked")

    for method in ("plays", "state", "add_decision", "claim_decisions"):
        monkeypatch.setattr(one.store, method, locked)
    answer = get(one)
    assert shown(answer)
    assert answer["reason"] == "the store can't be used now: database is locked"


@pytest.mark.parametrize(
    "rows",
    [
        [{"item_id": "a"}],
        [{"item_id": "a"}, {"item_id": "b"}],
        [{"item_id": f"film-{n}", "item_tokens": ["genre=noir"], "release_day": 9} for n in range(30)],
    ],
)
def test_a_catalogue_of_few_items_or_without_kinds_and_creators_has_a_page(
    tmp_path: Path, rows: list[dict]
) -> None:
    films = catalogue(rows)
    for log in ({}, {"u": plays([0])}):
        answer = get(service(tmp_path, films, log))
        assert shown(answer)
        assert answer["mix"] == {"talk": 0.0, "propensity": 1.0, "shown": 0.0}


def test_lists_of_other_destinations_are_shelves_of_it(tmp_path: Path) -> None:
    one = service(tmp_path, ITEMS)
    lists: dict[str, list[Offer]] = {}

    def offers(_: Service, visit: Visit) -> list[Offer]:
        return lists.get(visit.user_id, [])

    def make(_: Service, visit: Visit) -> None:
        lists[visit.user_id] = [Offer(place, [Unheard()]) for place in range(20, 36)]  # some of B, all of C

    home = Home(one, [Elsewhere("daylist", "Today", offers, make)])
    first, *others = (get(one, home, country="SE", explicit=0) for _ in range(8))
    assert "daylist" not in {shelf["id"] for shelf in first["shelves"]}
    of_day = [shelf for page in others for shelf in page["shelves"] if shelf["id"] == "daylist"]
    assert {item["item_id"][0] for shelf in of_day for item in shelf["items"]} == {"C"}  # B is explicit


def test_a_list_that_cant_be_had_is_no_shelf(tmp_path: Path) -> None:
    one = service(tmp_path, ITEMS)

    def fail(_: Service, visit: Visit) -> list[Offer]:
        raise UnavailableError("no list now")

    answer = get(one, Home(one, [Elsewhere("daylist", "Today", fail, fail)]))
    assert shown(answer)
    assert answer["reason"] == "no list now"


def test_a_page_is_answered_before_what_it_prepares_is_there_and_that_is_no_request_under_way(
    tmp_path: Path,
) -> None:
    one = replace(service(tmp_path, ITEMS), later=InTurn())
    door, prepared = threading.Event(), threading.Semaphore(0)

    def make(_: Service, __: Visit) -> None:
        if door.wait(20):
            prepared.release()

    home = Home(one, [Elsewhere("daylist", "Today", lambda _, __: [], make)])
    app = TestClient(Limits(create_app([router(one, home)]), most_at_once=1))
    query = {"user_id": "u", "at": AT}
    assert [app.get("/v1/home", params=query).status_code for _ in range(3)] == [200] * 3
    assert not prepared.acquire(blocking=False)
    door.set()
    assert all(prepared.acquire(timeout=20) for _ in range(3))


def test_a_page_is_written_in_one_transaction(tmp_path: Path) -> None:
    one, commits = service(tmp_path, ITEMS), list[None]()
    event.listen(one.store.engine, "commit", lambda _: commits.append(None))
    assert shown(get(one))
    assert len(commits) == 1


def test_the_week_that_a_first_page_has_made_is_a_shelf_of_the_next(tmp_path: Path) -> None:
    one = service(tmp_path, items({f"C{n}": 3 for n in range(60)}))
    home = Home(one, ELSEWHERE)
    assert "discoveries" not in {shelf["id"] for shelf in get(one, home)["shelves"]}
    assert "2024-W40" in one.store.frozen("u", "discover-weekly")
    assert "discoveries" in {shelf["id"] for _ in range(8) for shelf in get(one, home)["shelves"]}


def test_learning_moves_the_page_to_what_is_played(tmp_path: Path) -> None:
    one = service(tmp_path, ITEMS, {"v": plays(list(range(0, 52, 2)))})
    now = [1_000_000.0]
    home = Home(one, clock=lambda: now[0])
    strangers = (f"stranger {n}" for n in itertools.count())

    def popular_pages() -> int:
        """Counts the pages, out of twelve, with what is popular on top; strangers play that alone."""
        pages = {user_id: get(one, home, user_id=user_id) for user_id in itertools.islice(strangers, 12)}
        for user_id, page in pages.items():
            one.store.add_plays(
                [
                    StoredPlay(user_id, item["item_id"], UNIX + 60, 100_000, "done", page["request_id"])
                    for shelf in page["shelves"]
                    if shelf["id"] == "popular"
                    for item in shelf["items"][:3]
                ]
            )
        now[0] += WAIT + 10
        return sum(page["shelves"][0]["id"] == "popular" for page in pages.values())

    first, *_, last = [popular_pages() for _ in range(4)]
    assert last > max(first, 8)


def test_what_was_learnt_is_read_and_solved_every_few_seconds_and_not_for_each_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    solved, now = list[float](), [1000.0]

    def solve(learnt: Learnt) -> Bandit:
        solved.append(now[0])
        return Bandit(learnt)

    monkeypatch.setattr("surfaces.home.home.Bandit", solve)
    one = service(tmp_path, ITEMS, {"u": plays([0, 1, 2, 40])})
    home = Home(one, clock=lambda: now[0])
    for seconds in (1000.0, 1001.0, 1004.0, 1006.0, 1007.0):
        now[0] = seconds
        assert shown(get(one, home))
    assert solved == [1000.0, 1006.0]
