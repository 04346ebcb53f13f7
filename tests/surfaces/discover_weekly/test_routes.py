from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models import names
from surfaces.app import create_app
from surfaces.common.errors import UnavailableError
from surfaces.common.model_server import Ranked, Wish
from surfaces.common.moment import Moment
from surfaces.common.plays import Plays
from surfaces.discover_weekly.candidates import SURFACE
from surfaces.discover_weekly.frozen_week import prepare_week
from surfaces.discover_weekly.routes import router
from surfaces.service.service import Service
from surfaces.store.records import StoredPlay
from surfaces.store.store import Store
from tests.surfaces.worlds import CircleServer, catalogue, plays, service

ITEMS = catalogue(
    [
        {
            "item_id": f"t{n}",
            "item_tokens": [
                f"creator=C{n // 3}",
                "kind=track",
                "genre=folk",
                "country=SE",
                *(["country=NO"] if n % 2 else []),
                *(["explicit=1"] if n % 5 == 0 else []),
            ],
        }
        for n in range(240)
    ]
    + [{"item_id": "e", "item_tokens": ["kind=episode", "country=SE", "country=NO"]}]
)
MONDAY, SUNDAY, NEXT = "2026-11-23T00:00:00-05:00", "2026-11-29T23:59:59-05:00", "2026-11-30T00:00:00-05:00"


@pytest.fixture
def shared(tmp_path: Path) -> Service:
    return service(tmp_path, ITEMS, {"u": plays([0, 1, 2, 10])})


def ask(shared: Service, at: str = MONDAY, **more: str | int) -> dict[str, Any]:
    client = TestClient(create_app([router(shared)]))
    response = client.get("/v1/discover-weekly", params={"user_id": "u", "at": at, **more})
    assert response.status_code == 200, response.text
    return response.json()


def shown(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without its own id."""
    return {name: value for name, value in answer.items() if name != "request_id"}


def ids(answer: dict[str, Any]) -> list[str]:
    return [item["item_id"] for item in answer["items"]]


def test_thirty_unheard_tracks_with_their_facts(shared: Service) -> None:
    answer = ask(shared)
    assert (answer["week"], len(ids(answer)), answer["degraded"]) == ("2026-W48", 30, False)
    assert {item["kind"] for item in answer["items"]} == {"track"}
    assert answer["items"][0]["because"] == [
        {"fact": "unheard"},
        {"fact": "new_creator", "creator": answer["items"][0]["creator"]},
        {"fact": "plays_genre", "genre": "folk", "plays": 4},
        {"fact": "ranked", "model": "upnext", "place": answer["items"][0]["because"][-1]["place"]},
    ]


def test_the_list_stays_from_monday_to_sunday_of_the_listeners_clock(shared: Service) -> None:
    first = ask(shared)
    assert shown(ask(shared, SUNDAY, device="car", country="SE")) == shown(first)
    assert ask(shared, NEXT)["week"] == "2026-W49"
    assert ask(shared, "2026-11-30T04:59:00Z")["week"] == "2026-W49"
    assert shown(ask(shared, MONDAY)) == shown(first)


def test_nothing_comes_again_in_a_later_week_until_the_catalogue_is_used_up(shared: Service) -> None:
    weeks = [ids(ask(shared, f"2026-12-{day:02}T09:00:00Z")) for day in (1, 8, 15, 22, 29)]
    assert [len(week) for week in weeks[:4]] == [30] * 4
    assert len({item for week in weeks for item in week}) == sum(map(len, weeks))


def test_a_play_during_the_week_leaves_the_list_as_it_is(shared: Service) -> None:
    first = ids(ask(shared))
    shared.store.add_plays([StoredPlay("u", first[4], 1795500000, 200_000, "done")])
    after = ask(shared, SUNDAY)
    assert ids(after) == first
    assert after["items"][4]["because"][0] == {"fact": "played", "plays": 1, "last": 1795500000}


def test_what_the_catalogue_has_lost_is_left_out(shared: Service) -> None:
    first = ids(ask(shared))
    lost = ITEMS._table.filter([item != first[3] for item in ITEMS.item_ids])
    smaller = type(ITEMS)(lost)
    later = replace(shared, catalogue=smaller, models=CircleServer(smaller))
    assert ids(ask(later, SUNDAY)) == first[:3] + first[4:]


def test_filters_hide_items_and_change_no_list(shared: Service) -> None:
    first = ids(ask(shared))
    clean, norway = ids(ask(shared, explicit=0)), ids(ask(shared, country="NO"))
    assert [item for item in clean if item in first] == [item for item in first if int(item[1:]) % 5]
    assert [item for item in norway if item in first] == [item for item in first if int(item[1:]) % 2]
    assert all(int(item[1:]) % 2 for item in norway)
    assert ids(ask(shared)) == first


def test_clean_items_stand_in_for_explicit_ones_the_same_all_week_and_in_no_other(shared: Service) -> None:
    first, clean = ids(ask(shared)), ids(ask(shared, explicit=0))
    assert len(first) > sum(int(item[1:]) % 5 > 0 for item in first)
    assert len(set(clean)) == 30
    assert all(int(item[1:]) % 5 for item in clean)
    assert max(Counter(int(item[1:]) // 3 for item in clean).values()) <= 2
    shared.store.add_plays([StoredPlay("u", clean[0], Moment.parse(MONDAY).unix + 60)])
    assert ids(ask(shared, SUNDAY, explicit=0)) == clean
    assert not {*first, *clean} & {*ids(ask(shared, NEXT)), *ids(ask(shared, NEXT, explicit=0))}


def test_what_is_shown_is_kept_with_its_place_under_the_answers_id(shared: Service) -> None:
    answer = ask(shared)
    kept = shared.store.impressions(answer["request_id"])
    assert [one.item_id for one in kept] == ids(answer)
    assert [(one.position, one.surface, one.propensity) for one in kept[:2]] == [
        (1, SURFACE, 1.0),
        (2, SURFACE, 1.0),
    ]


def test_two_processes_give_one_list(shared: Service, tmp_path: Path) -> None:
    class Other(CircleServer):
        def recommend_each(
            self, plays: Sequence[Plays], wishes: Sequence[Wish], k: int = names.ANSWERS
        ) -> list[Ranked]:
            answers = super().recommend_each(plays, wishes, k)
            return [Ranked(one.places[::-1], one.scores) for one in answers]

    other = replace(shared, store=Store(f"sqlite:///{tmp_path / 'store.sqlite'}"), models=Other(ITEMS))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: ids(ask(other if n % 2 else shared)), range(16)))
    assert all(answer == answers[0] for answer in answers)


class Gone(CircleServer):
    def recommend_each(
        self, plays: Sequence[Plays], wishes: Sequence[Wish], k: int = names.ANSWERS
    ) -> list[Ranked]:
        raise UnavailableError("the model server doesn't answer: gone")


def test_without_the_models_the_list_keeps_the_rules_and_says_so(shared: Service) -> None:
    broken = replace(shared, models=Gone(ITEMS))
    answer = ask(broken)
    assert (len(ids(answer)), answer["degraded"]) == (30, True)
    assert answer["reason"] == "the model server doesn't answer: gone"
    assert not set(ids(answer)) & {"t0", "t1", "t2", "t10"}
    assert shown(ask(shared, SUNDAY)) == shown(answer)  # this week's list stays this week's
    assert not set(ids(ask(shared, NEXT))) & set(ids(answer))


def test_without_the_store_there_is_a_list_too(shared: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise UnavailableError("the store can't be used now: locked")

    for method in ("frozen", "freeze", "plays"):
        monkeypatch.setattr(shared.store, method, refuse)
    answer = ask(shared)
    assert (len(ids(answer)), answer["degraded"]) == (30, True)
    assert answer["reason"] == "the store can't be used now: locked"


@pytest.mark.parametrize("user_id", ["stranger", "'; drop table frozen; --", "\u202e<script>", "x" * 256])
def test_any_stranger_gets_a_list(shared: Service, user_id: str) -> None:
    assert len(ids(ask(shared, user_id=user_id))) == 30
    assert ids(ask(shared, SUNDAY, user_id=user_id)) == ids(ask(shared, user_id=user_id))


def test_a_list_made_ahead_is_the_one_that_is_shown_and_none_is_made_without_the_models(
    shared: Service,
) -> None:
    visit = shared.visit("u", Moment.parse(MONDAY), surface="home")
    with pytest.raises(UnavailableError):
        prepare_week(replace(shared, models=Gone(ITEMS)), visit)
    assert shared.store.frozen("u", SURFACE) == {}
    assert visit.shortfall["degraded"] is False
    prepare_week(shared, visit)
    content = shared.store.frozen("u", SURFACE)["2026-W48"]
    assert ids(ask(replace(shared, models=Gone(ITEMS)))) == content["items"]
