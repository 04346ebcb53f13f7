from datetime import date

import numpy as np

from tests.surfaces.worlds import catalogue

ITEMS = catalogue(
    [
        {
            "item_id": "a",
            "title": "Äther",
            "release_day": 1,
            "item_tokens": ["kind=track", "creator=A", "creator=B", "genre=folk", "genre=jazz", "explicit=1"],
        },
        {"item_id": "b", "item_tokens": ["kind=episode", "creator=B", "country=SE"]},
        {"item_id": "c", "item_tokens": ["genre=jazz", "country=SE", "country=NO"]},
    ]
)


def test_an_item_comes_whole() -> None:
    item = ITEMS.item(0)
    assert (item.title, item.creator, item.kind, item.genres) == ("Äther", "A", "track", ("folk", "jazz"))
    assert (item.released, item.explicit, item.is_talk) == (date(1970, 1, 2), True, False)
    assert (ITEMS.item(2).creator, ITEMS.item(2).released, ITEMS.item(1).is_talk) == ("", None, True)


def test_columns_say_which_items_have_a_value() -> None:
    assert [ITEMS.creators.value(place) for place in range(3)] == ["A", "B", ""]
    assert ITEMS.genres.having("jazz").tolist() == [True, False, True]
    assert ITEMS.genres.values_at(0) == ["folk", "jazz"]
    assert ITEMS.genres.having("polka").tolist() == [False] * 3
    assert ITEMS.is_talk.tolist() == [False, True, False]


def test_explicit_items_and_other_countries_are_not_offered() -> None:
    assert ITEMS.eligible().tolist() == [True] * 3
    assert ITEMS.eligible(explicit=False).tolist() == [False, True, True]
    assert ITEMS.eligible(country="NO").tolist() == [False, False, True]
    assert np.flatnonzero(ITEMS.eligible(country="SE", explicit=False)).tolist() == [1, 2]


def test_where_no_item_names_the_country_only_what_may_be_played_everywhere_is_offered() -> None:
    assert ITEMS.eligible(country="US").tolist() == [False, False, True]
    assert catalogue([{"item_id": "a"}]).eligible(country="US").tolist() == [True]


def test_unknown_ids_have_no_place() -> None:
    assert ITEMS.places_of(["c", "x", "a"]).tolist() == [2, 0]


def test_the_digest_changes_with_anything_of_any_item() -> None:
    rows = [{"item_id": "a", "title": "One"}, {"item_id": "b", "item_tokens": ["genre=folk"]}]
    same = catalogue(rows).digest
    assert catalogue(rows).digest == same
    others = [
        catalogue(rows[:1]),
        catalogue(rows[::-1]),
        catalogue([{**rows[0], "title": "Two"}, rows[1]]),
        catalogue([rows[0], {"item_id": "b", "item_tokens": ["genre=rock"]}]),
        catalogue([rows[0], {**rows[1], "release_day": 7}]),
    ]
    assert len({same, *(one.digest for one in others)}) == 6
