from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from surfaces.app import create_app
from surfaces.common.errors import UnavailableError
from surfaces.common.model_server import ANYTHING, Ranked, Wish
from surfaces.common.plays import Plays
from surfaces.search.routes import router
from surfaces.service.service import Service
from tests.surfaces.worlds import CircleServer, catalogue, plays, service

AT = "2026-11-26T12:00:00+00:00"


def row(item_id: str, title: str, *tokens: str, **more: Any) -> dict[str, Any]:
    return {"item_id": item_id, "title": title, "item_tokens": list(tokens), **more}


NEON, ROS = "creator=Neon Harbor", "creator=Sigur Rós"
CRIME = ("creator=Cold Files", "kind=episode", "genre=true crime")
ITEMS = catalogue(
    [
        row("a", "Midnight Circuit", NEON, "genre=synthwave", "kind=track", release_day=10_700),
        row("b", "Midnight Circuit", "creator=Chrome Static", "genre=synthwave", "kind=track"),
        row("c", "Circuit", NEON, "genre=synthwave", "kind=track", "explicit=1"),
        row("d", "Corazón", ROS, "genre=latin", "kind=track"),
        row("e", "Ep. 12: The Night at Mill Road", *CRIME, description="A podcast about unsolved cases."),
        row("f", "Ep. 1: The Stranger", *CRIME),
        row("g", "Тёмная ночь", "creator=Кино", "genre=rock", "kind=track"),
        row("h", "東京の夜", "creator=椎名", "genre=jazz", "kind=track"),
        row("i", "حبيبي", "creator=فيروز", "genre=arabic", "kind=track"),
        row("j", "Sleep", "creator=Lumen Drift", "genre=ambient", "kind=track"),
        row("k", "Weightless Snowfall", "creator=Lumen Drift", "genre=ambient", "kind=track"),
        row("l", "Neon Harbor", "creator=Somebody", "genre=pop", "kind=track"),
    ]
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Service:
    log = {"fan of static": plays([1, 1, 1]), "fan of neon": plays([0, 2, 2])}
    return service(tmp_path_factory.mktemp("store"), ITEMS, log)


@pytest.fixture(scope="module")
def client(shared: Service) -> TestClient:
    return TestClient(create_app([router(shared)]))


def ask(client: TestClient, q: str, user_id: str = "nobody", **more: str | int) -> dict[str, Any]:
    response = client.get("/v1/search", params={"q": q, "user_id": user_id, "at": AT, **more})
    assert response.status_code == 200, response.text
    return response.json()


def names_of(answer: dict[str, Any]) -> list[str]:
    return [one.get("item_id") or f"{one['type']} {one['title']}" for one in answer["results"]]


@pytest.mark.parametrize(
    ("q", "first"),
    [
        ("weightl", "k"),
        ("weightless sno", "k"),
        ("wieghtless snowfal", "k"),
        ("snowfall weightless", "k"),
        ("corazon", "d"),
        ("SIGUR ROS", "creator Sigur Rós"),
        ("sigur ros corazon", "d"),
        ("cold files", "show Cold Files"),
        ("colf fiels", "show Cold Files"),
        ("cold files episode 12", "e"),
        ("ep 12", "e"),
        ("ep12 mill", "e"),
        ("ambient", "genre ambient"),
        ("темная", "g"),
        ("ночь кино", "g"),
        ("夜", "h"),
        ("東京", "h"),
        ("حَبيبي", "i"),
        ("midnight 1999", "a"),
        ("static circuit midnight", "b"),
    ],
)
def test_what_was_meant_comes_first(client: TestClient, q: str, first: str) -> None:
    assert names_of(ask(client, q))[:1] == [first]


def test_words_that_no_text_has_are_looked_up_by_their_meaning(client: TestClient) -> None:
    answer = ask(client, "murder investigations")
    assert names_of(answer)[0] in ("genre true crime", "e", "f", "show Cold Files")
    assert {"fact": "matches", "words": [], "text": "meaning"} in answer["results"][0]["because"]


def test_each_result_has_its_type_and_facts(client: TestClient) -> None:
    first = ask(client, "neon harbor", "fan of neon")["results"][:2]
    assert {one["type"] for one in first} == {"creator", "item"}
    assert next(one for one in first if one["type"] == "creator") == {
        "type": "creator",
        "title": "Neon Harbor",
        "items": 2,
        "because": [
            {"fact": "matches", "words": ["neon", "harbor"], "text": "creator"},
            {"fact": "plays_creator", "creator": "Neon Harbor", "plays": 3},
        ],
    }
    item = ask(client, "midnigth circuit neon", "fan of neon")["results"][0]
    assert (item["item_id"], item["type"]) == ("a", "item")
    assert item["because"][:2] == [
        {"fact": "matches", "words": ["midnigth", "circuit"], "text": "title"},
        {"fact": "matches", "words": ["neon"], "text": "creator"},
    ]
    assert {"fact": "played", "plays": 1, "last": 60} in item["because"]


def test_taste_parts_what_is_named_alike(client: TestClient) -> None:
    assert names_of(ask(client, "midnight circuit", "fan of static"))[:2] == ["b", "a"]
    assert names_of(ask(client, "midnight circuit", "fan of neon"))[:2] == ["a", "b"]


@pytest.mark.parametrize("listener", ["nobody", "fan of neon", "fan of static"])
def test_an_exact_title_is_never_hidden_by_taste(client: TestClient, listener: str) -> None:
    named: dict[str, set[str]] = {}
    for item in (ITEMS.item(place) for place in range(ITEMS.size)):
        named.setdefault(item.title, set()).add(item.item_id)
    named["Neon Harbor"].add("creator Neon Harbor")
    for title, all_named in named.items():
        results = names_of(ask(client, title, listener))
        assert set(results[: len(all_named)]) == all_named


def client_of(folder: Path, titles: Sequence[str], heard: Sequence[int]) -> TestClient:
    """The search of a catalogue of such titles, of which listener `u` has heard those at some places."""
    items = catalogue([row(f"i{n}", title, f"creator=c{n % 3}") for n, title in enumerate(titles)])
    log = {"u": plays([place for place in heard if place < items.size])}
    return TestClient(create_app([router(service(folder, items, log))]))


WORDS = st.sampled_from(["red", "blue", "sun", "moon", "red sun", "blue moon", "sun moon"])


@settings(max_examples=15, deadline=None)
@given(titles=st.lists(WORDS, min_size=1, max_size=12), heard=st.lists(st.integers(0, 11), max_size=12))
def test_exact_titles_come_first_in_any_catalogue(
    tmp_path_factory: pytest.TempPathFactory, titles: Sequence[str], heard: Sequence[int]
) -> None:
    client = client_of(tmp_path_factory.mktemp("s"), titles, heard)
    for title in titles:
        results = ask(client, title, "u")["results"]
        exact = [place for place, one in enumerate(results) if one["title"] == title]
        assert exact == list(range(titles.count(title)))


STORIES = catalogue(
    [
        row("fan's own", "Fairy Wood", "creator=Fey", "genre=fantasy"),
        row("fairy", "FairyTale: A True Story", "creator=Fey", "genre=fantasy"),
        row("wars", "Toy Wars", "creator=Gremlin", "genre=comedy"),
        row("toy", "Toy Story", "creator=Lamp", "genre=comedy"),
    ]
)


@pytest.mark.parametrize("heard", [[], [1, 1, 1, 0], [2, 2, 2], [3]])
@pytest.mark.parametrize(
    "q",
    ["toy story", "story toy", "toy sto", "toy stroy", "stroy toy", "toy stry", "toy sttory", "toy storu "],
)
def test_what_lacks_a_word_never_hides_what_has_every_one_within_its_typos(
    tmp_path: Path, q: str, heard: Sequence[int]
) -> None:
    client = TestClient(create_app([router(service(tmp_path, STORIES, {"u": plays(heard)}))]))
    assert names_of(ask(client, q, "u"))[0] == "toy"


TITLES = st.lists(st.sampled_from(["red", "blue", "sun", "moon"]), min_size=1, max_size=3).map(" ".join)


@settings(max_examples=15, deadline=None)
@given(titles=st.lists(TITLES, min_size=1, max_size=12), heard=st.lists(st.integers(0, 11), max_size=12))
def test_whatever_has_every_word_comes_before_what_lacks_one_in_any_catalogue(
    tmp_path_factory: pytest.TempPathFactory, titles: Sequence[str], heard: Sequence[int]
) -> None:
    client = client_of(tmp_path_factory.mktemp("s"), titles, heard)
    for q in ("red moon ", "sun blue red "):
        words = set(q.split())
        complete = [words <= set(one["title"].split()) for one in ask(client, q, "u")["results"]]
        assert complete == sorted(complete, reverse=True)
        assert sum(complete) == sum(words <= set(title.split()) for title in titles)


def test_explicit_items_and_other_countries_are_left_out(tmp_path: Path) -> None:
    items = catalogue(
        [
            row("clean", "Song", "creator=A", "country=SE", "country=NO"),
            row("rude", "Song", "creator=B", "explicit=1", "country=SE", "country=NO"),
            row("ours", "Song", "creator=C", "country=SE"),
        ]
    )
    client = TestClient(create_app([router(service(tmp_path, items))]))
    assert set(names_of(ask(client, "song"))) == {"clean", "rude", "ours"}
    assert names_of(ask(client, "song", explicit=0, country="NO")) == ["clean"]
    assert names_of(ask(client, "b", explicit=0, country="NO")) == []
    assert names_of(ask(client, "c", country="SE"))[0] == "creator C"


@pytest.mark.parametrize("nothing", ["", "   ", "\x00\x07\x1b", "?!…", "🎵"])
def test_nothing_is_found_for_nothing(client: TestClient, nothing: str) -> None:
    assert ask(client, nothing)["results"] == []


@pytest.mark.parametrize(
    "q",
    [
        "'; DROP TABLE plays; --",
        "<script>alert(1)</script>",
        'title:"midnight" AND (circuit OR -neon)^4 *?~2 [a TO z] \\',
        '+-&&||!(){}[]^"~*?:\\/',
        "/.*/ NOT NOT",
        "a" * 6000,
        "midnight " * 500,
        "\u202e\ufeff\x00circuit\x7f",
        "\ud7ff\U0010ffff",
    ],
)
def test_whatever_is_typed_is_words(client: TestClient, q: str) -> None:
    assert len(ask(client, q)["results"]) <= 20
    assert names_of(ask(client, "-midnight NOT circuit"))[0] in ("a", "b")


@settings(max_examples=40, deadline=None)
@given(q=st.text(max_size=80))
def test_any_text_has_an_answer_without_repetition(client: TestClient, q: str) -> None:
    results = names_of(ask(client, q, "fan of neon"))
    assert len(results) == len(set(results))


def test_a_limit_is_kept_and_a_wrong_one_refused(client: TestClient) -> None:
    assert len(ask(client, "midnight", limit=1)["results"]) == 1
    for params in ({"q": "a", "limit": 0}, {"q": "a", "limit": 101}, {"limit": 5}):
        response = client.get("/v1/search", params={"user_id": "u", **params})
        assert (response.status_code, list(response.json())) == (400, ["error"])


class SilentServer(CircleServer):
    def rank(self, plays: Plays, places: Sequence[int], wish: Wish = ANYTHING) -> Ranked:
        raise UnavailableError("the model server doesn't answer: too slow")


def test_without_the_models_words_and_plays_still_answer(tmp_path: Path) -> None:
    shared = service(tmp_path, ITEMS, {"u": plays([1])})
    object.__setattr__(shared, "models", SilentServer(ITEMS))
    client = TestClient(create_app([router(shared)]))
    answer = ask(client, "midnight circuit", "u")
    assert (answer["degraded"], names_of(answer)[:2]) == (True, ["b", "a"])
    assert "too slow" in answer["reason"]
    assert ask(client, "midnight circuit", "a stranger")["degraded"] is False


def test_a_catalogue_of_ids_alone_is_searched_too(tmp_path: Path) -> None:
    client = TestClient(create_app([router(service(tmp_path, catalogue([{"item_id": "only"}])))]))
    assert ask(client, "anything", "u")["results"] == []


def test_what_was_shown_is_noted_with_its_position(client: TestClient, shared: Service) -> None:
    answer = ask(client, "midnight circuit", "fan of neon")
    kept = shared.store.impressions(answer["request_id"])
    items = [(n, one["item_id"]) for n, one in enumerate(answer["results"], 1) if one["type"] == "item"]
    assert [(one.position, one.item_id) for one in kept] == items != []
    assert {(one.user_id, one.surface) for one in kept} == {("fan of neon", "search")}
