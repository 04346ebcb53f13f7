from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from surfaces.common.moment import Moment
from surfaces.playlists.parsing import understand
from surfaces.playlists.playlist import SURFACE, Playlist, make_playlist
from surfaces.playlists.query import Query
from surfaces.playlists.refining import refine
from surfaces.service.service import Service
from tests.surfaces import worlds
from tests.surfaces.playlists.checker import broken_wishes
from tests.surfaces.playlists.fixture import catalogue, vocabulary

LIST = catalogue().places_of([f"t{number}" for number in (0, 1, 2, 3, 5, 6, 7, 8, 10, 11)]).tolist()
"""Ten songs."""


def _creator(number: int) -> str:
    """The creator of the list's song of a number, 1 the first."""
    return catalogue().creators.value(LIST[number - 1])


def _id(number: int) -> str:
    return catalogue().item_ids[LIST[number - 1]]


def _refined(
    sentence: str, first: str = "songs", current: Sequence[int] = LIST
) -> tuple[dict[str, Any], tuple[str, ...]]:
    before = understand(first, vocabulary()).query
    query, not_understood, _ = refine(sentence, before, current, vocabulary())
    changed = {name: value for name, value in query.model_dump(exclude_defaults=True).items()
               if value != before.model_dump()[name]}  # fmt: skip
    return changed, not_understood


@pytest.mark.parametrize(
    ("sentence", "first", "changed"),
    [
        ("shorter", "songs", {"items": 5}),
        ("too long", "two hours of songs", {"minutes": 60}),
        ("twice as long please", "songs", {"items": 20}),
        ("give me more", "songs", {"items": 20}),
        ("make it 40 songs", "songs", {"items": 40}),
        ("no rap", "songs", {"without": {"genres": ("rap",)}}),
        ("jazz instead", "folk songs", {"genres": ("jazz",)}),
        ("calmer", "folk songs", {"moods": ({"word": "calm", "tags": ("calm",)},)}),
        ("less sad", "sad songs", {"without": {"moods": ({"word": "sad", "tags": ("sad",)},)}}),
        ("from the nineties", "songs from the 80s", {"years": ({"first": 1990, "last": 1999},)}),
        ("nothing I know", "songs", {"heard": "unheard"}),
        ("only podcasts", "songs", {"content": "talk"}),
        ("without the last one", "songs", {"items": 9, "without": {"item_ids": (_id(10),)}}),
        ("drop the first three", "songs", {"items": 7, "without": {"item_ids": (_id(1), _id(2), _id(3))}}),
        ("remove the 2nd and the fifth", "songs", {"items": 8, "without": {"item_ids": (_id(2), _id(5))}}),
        ("replace the third", "songs", {"without": {"item_ids": (_id(3),)}}),
        ("more like the third", "songs", {"like": ({"item_id": _id(3)},)}),
        ("no more of the first band", "songs", {"without": {"creators": (_creator(1),)}}),
        ("sounds good, but without Nina Montrose", "songs", {"without": {"creators": ("Nina Montrose",)}}),
    ],
)  # fmt: skip
def test_a_sentence_changes_the_query(sentence: str, first: str, changed: dict[str, Any]) -> None:
    assert _refined(sentence, first) == (changed, ())


def test_less_halves_what_there_was_and_more_adds_to_it() -> None:
    changed, _ = _refined("less of the first band, more from the eighties")
    by_first = sum(catalogue().creators.value(place) == _creator(1) for place in LIST)
    years = catalogue().release_days[LIST].astype("datetime64[D]").astype("datetime64[Y]").astype(int) + 1970
    eighties = int(np.sum((years >= 1980) & (years <= 1989)))
    assert changed["at_most"] == ({"of": {"creators": (_creator(1),)}, "items": by_first // 2},)
    assert changed["at_least"] == (
        {"of": {"years": ({"first": 1980, "last": 1989},)}, "items": eighties + 5},
    )


def test_what_is_added_stands_beside_what_was_there() -> None:
    changed, _ = _refined("add some jazz", "folk songs")
    assert changed["genres"] == ("folk", "jazz")
    assert changed["at_least"][0]["of"] == {"genres": ("jazz",)}


def test_what_was_ruled_out_can_come_back() -> None:
    changed, _ = _refined("some rap after all", "songs, no rap, no pop")
    assert changed["genres"] == ("rap",)
    assert changed["without"] == {"genres": ("pop",)}


def test_older_is_before_the_middle_of_the_list() -> None:
    years = sorted(catalogue().item(place).released.year for place in LIST)  # type: ignore[union-attr]
    changed, _ = _refined("older ones")
    assert changed["years"] == ({"last": int(np.median(years)) - 1},)


def test_what_the_list_does_not_have_is_said() -> None:
    assert _refined("without the twelfth") == ({}, ("twelfth",))
    assert _refined("with more sparkle")[1] == ("sparkle",)
    assert _refined("shorter", current=[])[0] == {"items": 12}


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return worlds.service(tmp_path, catalogue(), {"u": worlds.plays(list(range(0, 300, 7)))})


SENTENCES = (
    "20 jazz, folk or pop songs", "less folk", "nothing I know", "more from the 90s", "no pop", "add some salsa",
    "shorter", "without the last two", "clean ones only", "something else",
)  # fmt: skip


def test_a_chain_of_sentences_keeps_to_all_of_them(service: Service) -> None:
    visit = service.visit("u", Moment.parse("2025-02-01T08:00:00Z"), surface=SURFACE)
    answer: Playlist | None = None
    for sentence in SENTENCES:
        before = [] if answer is None else [item.item_id for item in answer.items]
        answer = make_playlist(service, vocabulary(), visit, sentence, answer and answer.playlist)
        listed = [item.item_id for item in answer.items]
        assert answer.not_understood == []
        assert broken_wishes(catalogue(), service.log.popularity, visit, answer.understood, listed) == []
        for share, short in [
            (s, [x for x in answer.short if x.of == "share"]) for s in answer.understood.at_least
        ]:
            of = [
                i
                for i in listed
                if set(catalogue().item(catalogue().place_of(i) or 0).genres) & set(share.of.genres)
            ]
            assert short or share.of.years or len(of) >= share.items
        if sentence == "without the last two":
            assert len(listed) == len(before) - 2
            assert not set(listed) & set(before[-2:])
        if sentence == "something else":
            assert not set(listed) & set(before)
    assert answer is not None
    assert answer.understood.explicit is False


def test_what_satisfies_a_changed_query_stays(service: Service) -> None:
    visit = service.visit("u", Moment.parse("2025-02-01T08:00:00Z"), surface=SURFACE)
    first = make_playlist(service, vocabulary(), visit, "20 songs")
    second = make_playlist(service, vocabulary(), visit, "no jazz", first.playlist)
    assert second.playlist == first.playlist
    jazz = {
        i for i in catalogue().item_ids if "jazz" in catalogue().item(catalogue().place_of(i) or 0).genres
    }
    kept = {item.item_id for item in first.items} - jazz
    assert kept <= {item.item_id for item in second.items}
    assert len(second.items) == 20


def test_a_query_comes_back_from_the_store_as_it_was() -> None:
    query = understand("calm jazz from the 80s like Nina Montrose, no rap, an hour", vocabulary()).query
    assert Query(**query.model_dump(mode="json")) == query
