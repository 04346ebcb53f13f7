"""Sessions as a client has them: no item twice, themes in turn, reactions and wishes obeyed."""

from pathlib import Path

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from surfaces.app import create_app
from surfaces.common.catalogue import Catalogue
from surfaces.common.errors import OvertakenError, UnavailableError
from surfaces.common.plays import Plays
from surfaces.dj.dj import Dj, DjAnswer
from surfaces.dj.knowing.session import Session
from surfaces.dj.routes import router
from surfaces.service.service import Service
from surfaces.store.records import Json, Kept, StoredPlay
from tests.surfaces import worlds
from tests.surfaces.dj.worlds import NOW, history, radio, service

AT = NOW.local.isoformat()


def client(shared: Service) -> TestClient:
    app: FastAPI = create_app([router(shared)])
    return TestClient(app)


def post(app: TestClient, session: str = "", say: str = "", user: str = "ann", **more: object) -> dict:
    answer = app.post("/v1/dj", json={"user_id": user, "at": AT, "session": session, "say": say, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def items_of(answer: dict) -> list[str]:
    return [item["item_id"] for segment in answer["segments"] for item in segment["items"]]


@pytest.fixture
def shared(tmp_path: Path) -> Service:
    return service(tmp_path, radio(80))


def test_a_session_goes_on_without_an_item_twice_until_nothing_is_left(tmp_path: Path) -> None:
    app = client(service(tmp_path))
    items, themes, session = list[str](), list[str](), ""
    for _ in range(12):
        answer = post(app, session, segments=3)
        session = answer["session"]
        items += items_of(answer)
        themes += [segment["theme"] for segment in answer["segments"]]
    assert len(items) == len(set(items)) == 40
    assert answer["segments"] == []
    assert all(len(set(themes[at : at + 3])) > 1 for at in range(len(themes) - 2))


def test_segments_have_three_to_five_items_and_a_few_true_lines(shared: Service) -> None:
    app = client(shared)
    session, texts = "", list[str]()
    for _ in range(5):
        answer = post(app, session)
        session = answer["session"]
        for segment in answer["segments"]:
            assert 3 <= len(segment["items"]) <= 5
            assert 1 <= len(segment["spoken"]) <= 4
            assert all(line["facts"] for line in segment["spoken"])
            assert all(item["because"] for item in segment["items"])
            texts += [line["text"] for line in segment["spoken"]]
    assert len(texts) == len(set(texts)) > 20


def test_a_commute_has_an_episode_and_music_after_it(shared: Service) -> None:
    app = client(shared)
    answers = [post(app, segments=3) for _ in range(12)]
    commutes = [s for answer in answers for s in answer["segments"] if s["theme"] == "commute"]
    assert commutes
    for segment in commutes:
        assert [item["kind"] for item in segment["items"]] == ["episode", "track", "track", "track"]


def test_a_skip_moves_the_next_segment_away_from_the_creator(shared: Service) -> None:
    app = client(shared)
    first = post(app, segments=1)
    items = first["segments"][0]["items"]
    shared.store.add_plays(
        [StoredPlay("ann", i["item_id"], NOW.unix + n, 1000, "skip") for n, i in enumerate(items, 1)]
    )
    following = post(app, first["session"], segments=3)
    creators = {item["creator"] for item in items}
    assert not creators & {item["creator"] for segment in following["segments"] for item in segment["items"]}
    assert following["segments"][0]["theme"] != first["segments"][0]["theme"]
    facts = [fact["fact"] for line in following["segments"][0]["spoken"] for fact in line["facts"]]
    assert "skipped" in facts


def test_no_more_of_this_creator_holds_for_the_session_and_with_ever_beyond_it(shared: Service) -> None:
    app = client(shared)
    first = post(app, segments=1)
    creator = first["segments"][0]["items"][0]["creator"]
    answer = post(app, first["session"], "no more of this creator pls", segments=3)
    assert answer["understood"] == [f"away: {creator}"]
    for _ in range(3):
        assert creator not in {i["creator"] for s in answer["segments"] for i in s["items"]}
        answer = post(app, first["session"], segments=3)
    assert shared.store.controls("ann") == {}
    post(app, first["session"], "never play Band 3 ever again")
    assert shared.store.controls("ann") == {"away": ["creator=Band 3"]}
    fresh = [post(app, segments=3) for _ in range(4)]
    assert "Band 3" not in {i["creator"] for one in fresh for s in one["segments"] for i in s["items"]}


@pytest.mark.parametrize("say", ["allow Band 3", "you may play Band 3 again", "play Band 3 again"])
def test_what_was_refused_for_ever_comes_again_when_it_is_allowed(shared: Service, say: str) -> None:
    app = client(shared)
    post(app, say="never play Band 3 ever again, and no jazz for good")
    assert shared.store.controls("ann") == {"away": ["creator=Band 3", "genre=jazz"]}
    answer = post(app, say="play Band 3")
    assert (answer["understood"], len(answer["unmet"])) == ([], 1)
    answer = post(app, say=say)
    assert (answer["unmet"], answer["not_understood"]) == ([], [])
    assert shared.store.controls("ann") == {"away": ["genre=jazz"]}
    answer = post(app, say="play Band 3")
    assert "Band 3" in {item["creator"] for item in answer["segments"][0]["items"]}


def test_what_was_not_refused_can_not_be_allowed(shared: Service) -> None:
    answer = post(client(shared), say="allow Band 3")
    assert (answer["understood"], answer["unmet"]) == ([], ["allow: Band 3"])


def test_of_two_requests_at_once_the_session_keeps_both(
    shared: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = client(shared)
    first, dj = post(app, say="calmer", segments=1), Dj(shared)
    visit = shared.visit("ann", NOW, surface="dj")
    keep, others = shared.store.keep, list[DjAnswer]()

    def keep_late(user_id: str, content: Json, earlier: Kept | None = None) -> str:
        monkeypatch.setattr(shared.store, "keep", keep)
        others.append(
            dj.go_on(visit, first["session"], "no jazz", 1)
        )  # meanwhile another request is answered
        return keep(user_id, content, earlier)

    monkeypatch.setattr(shared.store, "keep", keep_late)
    answer = dj.go_on(visit, first["session"], "less talk", 1)
    kept = shared.store.kept("ann", first["session"])
    assert kept is not None
    session = Session.model_validate(kept.content)
    answered = [first["request_id"], others[0].request_id, answer.request_id]
    assert [segment.request_id for segment in session.segments] == answered
    assert len(set(session.items)) == len(session.items)
    assert (session.steers.energy, session.steers.talk, session.steers.without) == (-1, 1, ["genre=jazz"])


def test_a_session_that_is_always_changed_meanwhile_is_refused(
    shared: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(*_: object) -> str:
        raise OvertakenError("another request has just changed it; try again")

    app = client(shared)
    monkeypatch.setattr(shared.store, "keep", overtaken)
    answer = app.post("/v1/dj", json={"user_id": "ann", "at": AT})
    assert (answer.status_code, list(answer.json())) == (503, ["error"])


@pytest.mark.parametrize(
    ("say", "token"),
    [("somethin calmer pls", "calm"), ("only jazz", "jazz"), ("louder!", "loud")],
)
def test_a_steer_holds_until_it_is_changed(shared: Service, say: str, token: str) -> None:
    app = client(shared)
    answer = post(app, post(app)["session"], say)
    genres = shared.catalogue.genres
    for _ in range(2):
        places = shared.catalogue.places_of(items_of(answer))
        assert len(places)
        assert all(_fits(genres.values_at(place), token) for place in places)
        answer = post(app, answer["session"])
    assert post(app, answer["session"], "anything goes")["understood"] == ["anything"]


def _fits(genres: list[str], token: str) -> bool:
    lively = {"calm": 0.1, "folk": 0.35, "jazz": 0.35, "dance": 0.8, "loud": 0.9}
    mean = float(np.mean([lively[genre] for genre in genres]))
    return {"calm": mean <= 0.4, "loud": mean >= 0.6, "jazz": "jazz" in genres}[token]


def test_talk_is_turned_down_and_off(shared: Service) -> None:
    app = client(shared)
    less = post(app, "", "less talk please")
    assert [len(s["spoken"]) for s in less["segments"]] == [2, 1]  # the answer to the wish comes first
    none = post(app, less["session"], "no talking")
    assert [len(s["spoken"]) for s in none["segments"]] == [0, 0]
    more = post(app, less["session"], "more talk")
    assert all(s["spoken"] for s in more["segments"])


def test_what_is_not_understood_is_said(shared: Service) -> None:
    answer = post(client(shared), "", "calmer and blorp the wizzle")
    assert (answer["understood"], answer["not_understood"]) == (["calmer"], ["blorp", "wizzle"])


def test_what_the_catalogue_can_not_do_is_said(shared: Service) -> None:
    answer = post(client(shared), "", "take me back to the 1920s")
    assert (answer["understood"], answer["unmet"]) == ([], ["years: the 1920s"])
    assert answer["segments"]


def test_a_named_item_is_played_first(shared: Service) -> None:
    answer = post(client(shared), "", "play song q")
    assert answer["segments"][0]["theme"] == "request"
    assert answer["segments"][0]["items"][0]["title"] == "Song Q"


def test_explicit_items_and_other_countries_are_left_out(shared: Service) -> None:
    app = client(shared)
    answers = [post(app, segments=3, explicit=0) for _ in range(4)]
    places = shared.catalogue.places_of([item for answer in answers for item in items_of(answer)])
    assert not shared.catalogue.is_explicit[places].any()


def test_a_stranger_is_played_what_is_popular_and_new(shared: Service) -> None:
    answer = post(client(shared), user="nobody yet", segments=3)
    assert len(answer["segments"]) == 3
    facts = {fact["fact"] for s in answer["segments"] for line in s["spoken"] for fact in line["facts"]}
    assert facts
    assert not facts & {"item_plays", "creator_plays", "last_play", "total_plays"}


def test_another_listeners_session_is_not_there(shared: Service) -> None:
    app = client(shared)
    session = post(app)["session"]
    for user, session_id in (("bob", session), ("ann", "no such")):
        answer = app.post("/v1/dj", json={"user_id": user, "at": AT, "session": session_id})
        assert answer.status_code == 404
        assert "isn't there" in answer.json()["error"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"user_id": ""}, 400),
        ({"user_id": "ann", "at": "noon"}, 400),
        ({"user_id": "ann", "say": "x" * 501}, 413),
        ({"user_id": "ann", "segments": 9}, 400),
    ],
)
def test_wrong_requests_are_refused_with_a_sentence(shared: Service, body: dict, status: int) -> None:
    answer = client(shared).post("/v1/dj", json=body)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_without_the_models_the_session_goes_on_and_says_so(
    shared: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise UnavailableError("the model server doesn't answer")

    monkeypatch.setattr(type(shared.models), "recommend_each", gone)
    monkeypatch.setattr(type(shared.models), "rank", gone)
    answer = post(client(shared))
    assert (answer["degraded"], answer["reason"]) == (True, "the model server doesn't answer")
    assert len(answer["segments"]) == 2
    assert "ranked" not in {f["fact"] for s in answer["segments"] for i in s["items"] for f in i["because"]}


def test_without_the_store_a_session_begins_and_can_not_be_kept(
    shared: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object, **__: object) -> None:
        raise UnavailableError("the store is locked")

    for method in ("plays", "keep", "kept", "controls", "add_impressions"):
        monkeypatch.setattr(shared.store, method, locked)
    app = client(shared)
    answer = post(app)
    assert (answer["session"], answer["degraded"], len(answer["segments"])) == ("", True, 2)
    again = app.post("/v1/dj", json={"user_id": "ann", "at": AT, "session": "s"})
    assert again.status_code == 503


def test_what_was_shown_is_noted_with_its_theme(shared: Service) -> None:
    answer = post(client(shared))
    impressions = shared.store.impressions(answer["request_id"])
    assert [one.item_id for one in impressions] == items_of(answer)
    assert impressions[0].shelf == answer["segments"][0]["theme"]


@pytest.mark.parametrize(
    "rows",
    [
        [{"item_id": "only"}],
        [{"item_id": f"{n}"} for n in range(6)],
        [{"item_id": f"{n}", "title": "", "item_tokens": ["kind=episode"]} for n in range(4)],
        [{"item_id": f"{n}", "item_tokens": ["genre=drama"], "release_day": 9000} for n in range(9)],
    ],
)
def test_small_and_bare_catalogues_work(tmp_path: Path, rows: list[dict]) -> None:
    catalogue: Catalogue = worlds.catalogue(rows)
    app = client(service(tmp_path, catalogue, {"ann": worlds.plays([0] * 5)}))
    session, items = "", list[str]()
    for say in ("", "calmer", "older", "no more of this creator", "only jazz", "play 0", "more like this"):
        answer = post(app, session, say)
        session = answer["session"]
        items += items_of(answer)
    assert len(items) == len(set(items)) == len(rows)


SAYINGS = ["", "calmer", "more energy", "older", "newer", "more like this", "no more of this creator",
           "enough of folk", "change it up", "only jazz", "play Band 5", "anything", "nothing i know",
           "songs i know", "no podcasts",
           "back to the nineties", "no talk", "more talk", "'; DROP TABLE plays; --", "\u202e{0}", "🎧"]  # fmt: skip


@settings(max_examples=8, deadline=None)
@given(st.lists(st.sampled_from(SAYINGS), max_size=6), st.lists(st.integers(0, 79), max_size=30), st.data())
def test_whatever_is_said_and_skipped_no_item_comes_twice(
    tmp_path_factory: pytest.TempPathFactory, says: list[str], past: list[int], data: st.DataObject
) -> None:
    shared = service(tmp_path_factory.mktemp("store"), radio(80), {"ann": _past(past)})
    app = client(shared)
    session, items, texts, themes = "", list[str](), list[str](), list[str]()
    for say in says:
        answer = post(app, session, say)
        session = answer["session"]
        new = items_of(answer)
        items += new
        themes += [s["theme"] for s in answer["segments"]]
        texts += [line["text"] for s in answer["segments"] for line in s["spoken"]]
        for item in new:
            reason = data.draw(st.sampled_from(["skip", "done", ""]))
            if reason:
                shared.store.add_plays(
                    [StoredPlay("ann", item, NOW.unix, None, reason, answer["request_id"])]
                )
    assert len(items) == len(set(items))
    assert len(texts) == len(set(texts))
    assert all(len(set(themes[at : at + 3])) > 1 for at in range(len(themes) - 2))


def _past(items: list[int]) -> Plays:
    times = [NOW.unix - 86_400 * (len(items) - n) * 9 for n in range(len(items))]
    return worlds.plays(items, times) if items else history()
