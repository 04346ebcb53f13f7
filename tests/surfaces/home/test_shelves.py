from pathlib import Path

from models import names
from surfaces.common.moment import Moment
from surfaces.common.plays import Plays
from surfaces.home.material import Material, ask
from surfaces.home.new_items import new_from_creators, your_shows
from surfaces.home.shelf import Shelf
from surfaces.home.shelves import (
    because_you_played,
    jump_back_in,
    made_for_you,
    popular_near_you,
    talk_to_try,
)
from surfaces.service.service import Service
from tests.surfaces.home.worlds import AT, UNIX, items
from tests.surfaces.worlds import plays, service

ITEMS = items()
HOUR = 3600


def play(*ids: str, outcomes: list[int] | None = None, ms_played: list[int] | None = None) -> Plays:
    """Plays an hour apart, the newest an hour ago."""
    times = [UNIX - HOUR * n for n in range(len(ids), 0, -1)]
    return plays(ITEMS.places_of(ids).tolist(), times, outcomes, ms_played)


def material(folder: Path, of_listener: Plays, models: bool = True) -> Material:
    one = service(folder, ITEMS, {"u": of_listener, "others": play("B1", "B1", "Q1")})
    visit = one.visit("u", Moment.parse(AT), surface="home")
    return ask(one, visit) if models else Material(one, visit)


def ids(shelf: Shelf) -> list[str]:
    return [ITEMS.item_ids[offer.place] for offer in shelf.offers]


def facts(shelf: Shelf, item_id: str) -> set[str]:
    place = ITEMS.place_of(item_id)
    return {fact.fact for offer in shelf.offers if offer.place == place for fact in offer.because}


def test_one_call_asks_for_all_shelves(tmp_path: Path) -> None:
    one = service(tmp_path, ITEMS, {"u": play("A0", "P0")})
    calls = []
    answer = one.models.recommend_each
    one.models.recommend_each = lambda *rows, **k: calls.append(1) or answer(*rows, **k)  # type: ignore
    ask(one, one.visit("u", Moment.parse(AT)))
    assert calls == [1]


def test_jump_back_in_is_music_that_is_played_and_wasnt_skipped_last(tmp_path: Path) -> None:
    skipped = [names.COMPLETED] * 5 + [names.SKIPPED]
    shelf = jump_back_in(material(tmp_path, play("B3", "A2", "A2", "P0", "A5", "B3", outcomes=skipped)))
    assert set(ids(shelf)) == {"A2", "A5"}
    assert facts(shelf, "A2") == {"played", "ranked"}
    assert ids(jump_back_in(material(tmp_path, play("A1", "A2", "A2"), models=False))) == ["A2", "A1"]


def test_who_plays_nothing_twice_has_nothing_to_jump_back_to(tmp_path: Path) -> None:
    films = [f"{creator}{number}" for creator in "AB" for number in range(10)]
    assert jump_back_in(material(tmp_path, play(*films))).offers == []
    assert jump_back_in(material(tmp_path, play(*films[:-1], "A0"))).offers


def test_made_for_you_was_never_played_and_leaves_shows_to_their_shelf(tmp_path: Path) -> None:
    shelf = made_for_you(material(tmp_path, play("A0", "P0")))
    assert {item[0] for item in ids(shelf)} == {"A", "B", "C"}
    assert "A0" not in ids(shelf)
    assert facts(shelf, "B0") == {"unheard", "ranked", "new_creator"}
    assert sum(item.startswith("A") for item in ids(shelf)) == 2  # of a creator


def test_made_for_you_has_talk_for_who_plays_no_show_yet(tmp_path: Path) -> None:
    shelf = made_for_you(material(tmp_path, play("A0")))
    assert {"Q0", "Q1"} <= set(ids(shelf))
    assert facts(shelf, "Q0") == {"unheard", "ranked", "new_creator"}


def test_because_you_played_names_the_item_and_keeps_to_its_side(tmp_path: Path) -> None:
    shelf = because_you_played(material(tmp_path, play("P0", "A3")))
    assert shelf.title == "Because you played Title A3"
    assert ids(shelf)[:2] == ["A4", "A5"]
    assert not {"P", "Q"} & {item[0] for item in ids(shelf)}
    assert {fact.item_id for fact in shelf.offers[0].because if fact.fact == "after_item"} == {"A3"}


def test_new_from_creators_is_new_and_by_those_that_are_played(tmp_path: Path) -> None:
    shelf = new_from_creators(material(tmp_path, play("A11", "A0", "P0")))
    assert set(ids(shelf)) == {f"A{n}" for n in range(1, 11)}
    assert facts(shelf, "A4") >= {"plays_creator", "unheard", "released"}
    alone = new_from_creators(material(tmp_path, play("A11", "A0"), models=False))
    assert ids(alone)[:2] == ["A10", "A9"]  # the newest first


def test_your_shows_has_what_was_begun_then_what_came_out_since(tmp_path: Path) -> None:
    shelf = your_shows(
        material(
            tmp_path,
            play(
                "P5", "P2", "P6", "A0",
                outcomes=[names.COMPLETED, names.PARTIAL, names.PARTIAL, names.PARTIAL],
                ms_played=[2_000_000, 600_000, 900_000, 9_000],
            ),
        )
    )  # fmt: skip
    assert ids(shelf)[:2] == ["P6", "P2"]
    assert set(ids(shelf)[2:]) == {"P0", "P1", "P3", "P4", "P7"}
    assert "unfinished" in facts(shelf, "P6")
    assert facts(shelf, "P7") >= {"plays_creator", "unheard", "released"}


def test_talk_to_try_has_an_episode_of_each_show_that_is_new(tmp_path: Path) -> None:
    shelf = talk_to_try(material(tmp_path, play("P0")))
    assert ids(shelf) == ["Q0"]
    assert facts(shelf, "Q0") == {"unheard", "new_creator", "ranked"}


def test_popular_is_what_others_played_in_the_log(tmp_path: Path) -> None:
    shelf = popular_near_you(material(tmp_path, play("A0")))
    assert (ids(shelf)[0], facts(shelf, "B1")) == ("B1", {"popular"})
    assert set(ids(shelf)) == {"B1", "Q1"}


def test_a_stranger_has_shelves_without_a_past(tmp_path: Path) -> None:
    one = material(tmp_path, Plays())
    assert all(ids(shelf(one)) for shelf in (made_for_you, popular_near_you, talk_to_try))
    for empty in (jump_back_in, because_you_played, new_from_creators, your_shows):
        assert ids(empty(one)) == []


def test_an_episode_that_isnt_out_yet_waits(tmp_path: Path) -> None:
    one: Service = service(tmp_path, ITEMS, {"u": play("P0")})
    before = one.visit("u", Moment.parse("2024-10-03T23:30:00-11:00"))  # the listener's yesterday
    assert "P7" not in ids(your_shows(ask(one, before)))
    assert "P7" in ids(your_shows(material(tmp_path, play("P0"))))
