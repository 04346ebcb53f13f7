from surfaces.common.wording.catalogue_names import names_of
from tests.surfaces.worlds import catalogue

ITEMS = catalogue(
    [
        {"item_id": "a", "title": "Slow River", "item_tokens": ["creator=The Larks", "genre=folk"]},
        {"item_id": "b", "title": "Ember", "item_tokens": ["creator=Nadia Voss"]},
        {"item_id": "c", "item_tokens": ["creator=Nadia Larks"]},
    ]
)


def test_a_creator_is_known_by_a_word_that_nobody_else_bears() -> None:
    names = names_of(ITEMS)
    assert (names.creator_with_word("larks"), names.creator_with_word("nadia")) == ("", "")
    assert names.creator_with_word("voss") == "Nadia Voss"
    assert (names.is_creator_word("larks"), names.is_creator_word("the")) == (True, False)


def test_titles_are_known_by_place() -> None:
    hit = names_of(ITEMS).prepare().titles.nearest("slowrivr")
    assert hit is not None
    assert (hit.place, hit.typos) == (0, 1)


def test_the_names_of_a_catalogue_are_made_once() -> None:
    assert names_of(ITEMS) is names_of(ITEMS)
