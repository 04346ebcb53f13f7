import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import names
from surfaces.app import create_app
from surfaces.common.errors import UnavailableError
from surfaces.common.model_server import Ranked, Wish
from surfaces.common.moment import Moment
from surfaces.common.plays import Plays
from surfaces.daylist.frozen_day import day_offers, prepare_day
from surfaces.daylist.routes import Daylist, daylist, router
from surfaces.service.service import Service
from surfaces.store.records import StoredPlay
from tests.surfaces.worlds import CircleServer, catalogue, plays, service

GENRES = (("folk", "calm"), ("metal", "loud"), ("jazz", "swing"), ("history",))
ITEMS = catalogue(
    [
        {
            "item_id": f"i{n}",
            "release_day": 365 * (n % 50),
            "item_tokens": [
                f"kind={'episode' if n % 4 == 3 else 'track'}",
                f"creator=C{n // 6}",
                *(f"genre={genre}" for genre in GENRES[n % 4]),
                *(["explicit=1"] if n % 3 == 0 else []),
            ],
        }
        for n in range(300)
    ]
)
MORNING, NOON, EVENING = "2026-11-29T09:00:00Z", "2026-11-29T11:00:00Z", "2026-11-29T20:00:00Z"


def times(at: str, count: int) -> list[int]:
    """So many weekends at this time of the day."""
    return [Moment.parse(at).unix - 7 * 86_400 * week for week in range(count, 0, -1)]


def listener() -> Plays:
    """A listener who plays folk in the morning and metal in the evening."""
    folk, metal = plays(range(0, 80, 4), times(MORNING, 20)), plays(range(1, 81, 4), times(EVENING, 20))
    return folk.then(metal)


@pytest.fixture
def shared(tmp_path: Path) -> Service:
    return service(tmp_path, ITEMS, {"u": listener()})


def ask(shared: Service, at: str = MORNING, **more: str | int) -> dict[str, Any]:
    client = TestClient(create_app([router(shared)]))
    response = client.get("/v1/daylist", params={"user_id": "u", "at": at, **more})
    assert response.status_code == 200, response.text
    return response.json()


def shown(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without its own id."""
    return {name: value for name, value in answer.items() if name != "request_id"}


def ids(answer: dict[str, Any]) -> list[str]:
    return [item["item_id"] for item in answer["items"]]


def test_a_list_is_of_what_is_played_at_such_times(shared: Service) -> None:
    morning, evening = ask(shared), ask(shared, EVENING)
    assert (morning["title"], morning["part_of_day"]) == ("calm folk sunday morning", "morning")
    assert (evening["title"], evening["part_of_day"]) == ("loud metal sunday evening", "evening")
    assert len(ids(morning)) == len(ids(evening)) == 50
    assert morning["words"][2] == {"word": "sunday", "items": 50}
    own = next(item for item in morning["items"] if item["item_id"] == "i4")
    facts = {fact["fact"]: fact for fact in own["because"]}
    assert facts["played"]["plays"] == 1
    assert facts["played_at_this_time"] == {
        "fact": "played_at_this_time", "token": "genre=folk", "part_of_day": "morning", "plays": 20,
    }  # fmt: skip


def test_a_list_stays_for_its_part_of_the_day(shared: Service) -> None:
    first = ask(shared)
    shared.store.add_plays([StoredPlay("u", "i2", Moment.parse(MORNING).unix + 60, 200_000, "done")])
    assert ids(ask(shared, "2026-11-29T10:59:59Z")) == ids(first)
    assert ask(shared, NOON)["part_of_day"] == "midday"
    assert ids(ask(shared, EVENING)) != ids(first)


def test_no_creator_stands_twice_in_a_row(shared: Service) -> None:
    creators = [item["creator"] for item in ask(shared)["items"]]
    assert all(one != other for one, other in itertools.pairwise(creators))


def test_explicit_items_are_not_in_a_list_without_them_whose_title_is_its_own(shared: Service) -> None:
    answer = ask(shared, explicit=0)
    assert len(ids(answer)) == 50
    assert not [item for item in ids(answer) if int(item[1:]) % 3 == 0]
    assert shown(ask(shared, explicit=0)) == shown(answer)


def test_a_heard_episode_is_not_offered_again(tmp_path: Path) -> None:
    shared = service(tmp_path, ITEMS, {"u": plays([3, 7, 11], times(MORNING, 3))})
    assert not set(ids(ask(shared))) & {"i3", "i7", "i11"}


def test_a_word_is_dropped_when_what_is_shown_no_longer_bears_it(shared: Service) -> None:
    first = ask(shared)
    folk = [item for item in ids(first) if int(item[1:]) % 4 == 0]
    smaller = type(ITEMS)(ITEMS._table.filter([item not in folk for item in ITEMS.item_ids]))
    later = replace(shared, catalogue=smaller, models=CircleServer(smaller))
    assert ask(later)["title"] == "sunday morning"
    assert ids(ask(later)) == [item for item in ids(first) if item not in folk]


class Gone(CircleServer):
    def recommend_each(
        self, plays: Sequence[Plays], wishes: Sequence[Wish], k: int = names.ANSWERS
    ) -> list[Ranked]:
        raise UnavailableError("the model server doesn't answer: gone")


@pytest.mark.parametrize("user_id", ["u", "stranger"])
def test_without_the_models_there_is_a_list_that_says_so(shared: Service, user_id: str) -> None:
    answer = ask(replace(shared, models=Gone(ITEMS)), user_id=user_id)
    assert (len(ids(answer)), answer["degraded"]) == (50, True)
    assert answer["reason"] == "the model server doesn't answer: gone"
    assert shown(ask(shared, user_id=user_id)) == shown(answer)


def test_times_that_say_the_order_alone_say_no_hour(tmp_path: Path) -> None:
    shared = service(tmp_path, ITEMS, {"u": listener()})
    shared.log.has_times = False
    answer = ask(shared)
    assert len(ids(answer)) == 50
    assert not [f for item in answer["items"] for f in item["because"] if f["fact"] == "played_at_this_time"]


GENRE_NAMES = ("folk", "metal", "hip hop", "late night", "Jazz", "r&b", "calm", "café noir", "morning")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10_000), st.integers(0, 120), st.integers(0, 23), st.booleans())
def test_every_word_of_every_title_is_true(
    tmp_path: Path, seed: int, size: int, hour: int, explicit: bool
) -> None:
    rng = np.random.default_rng(seed)
    liked = rng.choice(len(GENRE_NAMES), 3)
    tokens = [
        [f"genre={GENRE_NAMES[g]}" for g in {int(g) for g in rng.choice(liked, rng.integers(3))}]
        + ["explicit=1"] * bool(rng.random() < 0.3)
        for _ in range(size)
    ]
    items = catalogue(
        [
            {"item_id": f"i{n}", "release_day": int(rng.integers(0, 9000)), "item_tokens": t}
            for n, t in enumerate(tokens)
        ]
    )
    moment = Moment.parse(f"2026-11-29T{hour:02}:30:00+02:00")
    log = (
        plays(rng.integers(0, size, 30).tolist(), (moment.unix - rng.integers(0, 10**7, 30)).tolist())
        if size
        else plays([])
    )
    shared = service(tmp_path, items, {f"u{seed}": log})
    visit = shared.visit(f"u{seed}", moment, explicit=explicit, surface=f"{size} {hour}")
    answer: Daylist = daylist(shared, visit)
    assert answer.title == " ".join(word.word for word in answer.words)
    clock = [moment.weekday, *moment.part_of_day.split()]
    said = answer.title.split()
    assert said[len(said) - len(clock) :] == clock
    shown = [items.place_of(item.item_id) for item in answer.items]
    assert len(set(shown)) == len(shown)
    assert explicit or not items.is_explicit[shown].any()
    for word in answer.words[: len(said) - len(clock)]:
        bearing = [
            place for place in shown if bears(tokens[place], int(items.release_days[place]), word.word)
        ]
        assert word.items == len(bearing) > len(shown) / 2


def bears(tokens: list[str], day: int, word: str) -> bool:
    """Whether an item bears a word, worked out by hand for the genres and days of this test."""
    genres = {token[6:].lower() for token in tokens if token.startswith("genre=")}
    energy = [
        {"folk": 0.35, "metal": 0.9, "hip hop": 0.6, "jazz": 0.35, "r&b": 0.4, "calm": 0.1}.get(g)
        for g in genres
    ]
    known = [value for value in energy if value is not None]
    year = int(str(np.datetime64("1970-01-01") + np.timedelta64(day, "D"))[:4])
    decade = {"seventies": 1970, "eighties": 1980, "nineties": 1990}
    return (
        word in {w for genre in genres for w in genre.split()}
        or (word in decade and decade[word] <= year < decade[word] + 10)
        or (word == "mellow" and bool(known) and sum(known) / len(known) <= 0.35)
        or (word == "lively" and bool(known) and sum(known) / len(known) >= 0.65)
    )


def test_a_list_made_ahead_is_the_one_that_is_shown_and_none_is_made_without_the_models(
    shared: Service,
) -> None:
    visit = shared.visit("u", Moment.parse(MORNING), surface="home")
    with pytest.raises(UnavailableError):
        prepare_day(replace(shared, models=Gone(ITEMS)), visit)
    assert day_offers(shared, visit) == []
    prepare_day(shared, visit)
    offers = day_offers(shared, visit)
    assert [ITEMS.item_ids[offer.place] for offer in offers] == ids(ask(replace(shared, models=Gone(ITEMS))))


def test_what_is_shown_is_kept_with_its_place_under_the_answers_id(shared: Service) -> None:
    answer = ask(shared)
    kept = shared.store.impressions(answer["request_id"])
    assert [one.item_id for one in kept] == [item["item_id"] for item in answer["items"]]
    assert {(one.surface, one.propensity, one.user_id) for one in kept} == {("daylist", 1.0, "u")}


def test_lists_are_deleted_a_week_later(shared: Service) -> None:
    for day in ("2025-11-20", "2025-11-21", "2025-11-28"):
        ask(shared, f"{day}T09:00:00Z")
    assert [*shared.store.frozen("u", "daylist")] == ["2025-11-21 morning", "2025-11-28 morning"]
