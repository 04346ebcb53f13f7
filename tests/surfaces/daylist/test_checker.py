import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surfaces.common.moment import Moment
from surfaces.daylist.checker import Checker
from surfaces.daylist.descriptors import descriptors
from surfaces.daylist.title import true_title
from tests.surfaces.worlds import catalogue

SUNDAY = Moment.parse("2026-11-29T09:00:00Z")
LATE = Moment.parse("2026-11-26T02:00:00Z")
ITEMS = catalogue(
    [
        {"item_id": "a", "release_day": 8000, "item_tokens": ["genre=Folk", "genre=acoustic"]},  # 1991
        {"item_id": "b", "release_day": 3650, "item_tokens": ["genre=hip hop"]},  # 1979
        {"item_id": "c", "item_tokens": ["genre=late night", "genre=techno"]},
        {"item_id": "d", "release_day": 12000, "item_tokens": ["genre=Folk"]},  # 2002
        {"item_id": "e"},
    ]
)
WORDS = ("folk", "acoustic", "hip", "hop", "late", "night", "techno", "mellow", "lively", "nineties", "jazz")


def test_a_word_is_counted_in_genres_moods_and_decades() -> None:
    checker = Checker(ITEMS, SUNDAY, range(5))
    counts = {word: checker.count(word) for word in WORDS}
    assert counts == {
        "folk": 2, "acoustic": 1, "hip": 1, "hop": 1, "late": 0, "night": 0, "techno": 1, "mellow": 2,
        "lively": 1, "nineties": 1, "jazz": 0,
    }  # fmt: skip


def test_the_clock_is_true_of_all_items_and_another_time_of_none() -> None:
    checker = Checker(ITEMS, SUNDAY, [0, 1])
    assert [checker.count(word) for word in ("sunday", "morning", "monday", "early", "evening")] == [
        2,
        2,
        0,
        0,
        0,
    ]
    assert Checker(ITEMS, LATE, [0]).is_true("night")
    assert not Checker(ITEMS, SUNDAY, [0]).is_true("night")


def test_half_of_the_items_are_not_most() -> None:
    assert not Checker(ITEMS, SUNDAY, [0, 1]).is_true("folk")
    assert Checker(ITEMS, SUNDAY, [0, 1, 3]).is_true("folk")


@pytest.mark.parametrize(
    "lie", ["jazz", "techno", "eighties", "lively", "monday", "hip hop", "folk techno", ""]
)
def test_a_planted_lie_is_not_shown(lie: str) -> None:
    checker = Checker(ITEMS, SUNDAY, [0, 1, 3])
    assert true_title(checker, SUNDAY, ["mellow", lie, "folk"]).split() == [
        "mellow",
        "folk",
        "sunday",
        "morning",
    ]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 4), unique=True, max_size=5), st.lists(st.sampled_from(WORDS), max_size=4))
def test_no_title_says_what_is_not_true_of_most(places: list[int], said: list[str]) -> None:
    checker = Checker(ITEMS, SUNDAY, places)
    for word in true_title(checker, SUNDAY, said).split():
        assert checker.count(word) * 2 > len(places) or word in ("sunday", "morning")


def test_a_genre_that_names_an_hour_is_never_said() -> None:
    texts = descriptors(ITEMS).texts
    assert "late night" not in texts
    assert {"folk", "hip hop", "mellow", "seventies"} <= set(texts)


def test_a_decade_in_which_most_came_out_says_nothing() -> None:
    assert "nineties" not in descriptors(catalogue([{"item_id": "a", "release_day": 8000}])).texts
