from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surfaces.home.bandit import Bandit, Candidate
from surfaces.home.context import SIZE
from surfaces.home.learnt import SHELVES, Learnt
from surfaces.home.page import LEAST_ITEMS, MOST_ITEMS, MOST_SHELVES, Page, compose
from surfaces.home.shelf import Shelf
from surfaces.service.fallback import Offer

ITEMS = 60
IS_TALK = np.arange(ITEMS) % 3 == 0
CONTEXT = np.zeros(SIZE)
NEW = Bandit(Learnt.from_json({}))


def shelf(name: str, places: list[int]) -> Shelf:
    return Shelf(name, name, [Offer(place, []) for place in places])


SHELF_SETS = st.lists(st.lists(st.integers(0, ITEMS - 1), max_size=20), min_size=1, max_size=9).map(
    lambda lists: [shelf(SHELVES[n], places) for n, places in enumerate(lists)]
)


@settings(max_examples=60, deadline=None)
@given(SHELF_SETS, st.integers(0, 99))
def test_no_item_stands_twice_and_no_shelf_is_poor_or_overfull(shelves: list[Shelf], seed: int) -> None:
    page = compose(shelves, IS_TALK, NEW, CONTEXT, np.random.default_rng(seed))
    places = [offer.place for _, offer in page.offers]
    assert len(set(places)) == len(places)
    assert len(page.shelves) <= MOST_SHELVES
    least = min(LEAST_ITEMS, max(len(one.offers) for one in shelves))
    assert all(least <= len(one.offers) <= MOST_ITEMS for one in page.shelves)
    assert all({o.place for o in one.offers} <= {o.place for o in one.shelf.offers} for one in page.shelves)
    assert page.tally.items == len(places)
    assert page.tally.talk == IS_TALK[places].sum()


def draw_pages(shelves: list[Shelf], is_talk: np.ndarray, count: int) -> list[Page]:
    rng = np.random.default_rng(7)
    return [compose(shelves, is_talk, NEW, CONTEXT, rng) for _ in range(count)]


def test_propensities_are_how_often_pages_are_really_drawn() -> None:
    music = np.zeros(ITEMS, bool)
    shelves = [shelf(SHELVES[n], list(range(10 * n, 10 * n + 10))) for n in range(3)]
    pages = draw_pages(shelves, music, 1500)
    seen = Counter(tuple(one.shelf.id for one in page.shelves) for page in pages)
    chance = {
        tuple(one.shelf.id for one in page.shelves): np.prod([one.propensity for one in page.shelves])
        for page in pages
    }
    assert sum(chance.values()) == pytest.approx(1)
    assert set(chance) == set(permutations(SHELVES[:3]))
    for order, probability in chance.items():
        assert seen[order] / 1500 == pytest.approx(probability, abs=0.04)


def test_the_propensity_of_a_mix_is_how_often_it_is_drawn() -> None:
    pages = draw_pages([shelf("made-for-you", list(range(40)))], IS_TALK, 2000)
    shares = {page.wanted for page in pages}
    assert len(shares) > 2
    for share in shares:
        of_share = [page for page in pages if page.wanted == share]
        assert len(of_share) / 2000 == pytest.approx(of_share[0].propensity, abs=0.04)


def test_a_page_of_many_items_has_the_mix_that_was_drawn() -> None:
    shelves = [shelf(name, list(range(30 * n, 30 * n + 30))) for n, name in enumerate(SHELVES)]
    talk = np.arange(30 * len(shelves)) % 2 == 0
    for page in draw_pages(shelves, talk, 40):
        assert page.tally.items == MOST_SHELVES * MOST_ITEMS
        assert page.tally.share == pytest.approx(page.wanted, abs=0.5 / page.tally.items + 0.01)


def test_shelves_that_carry_a_page_away_from_its_mix_are_less_likely() -> None:
    near, far = Candidate("made-for-you", 1.0, 0.0), Candidate("made-for-you", 1.0, 2.0)
    chances = NEW.shelves(CONTEXT, [near, far], 1)
    assert chances[0] > 0.9


def test_music_alone_is_one_mix_and_talk_alone_another() -> None:
    offers = [shelf("popular", list(range(9)))]
    rng = np.random.default_rng(1)
    music = compose(offers, np.zeros(9, bool), NEW, CONTEXT, rng)
    talk = compose(offers, np.ones(9, bool), NEW, CONTEXT, rng)
    assert (music.wanted, music.propensity) == (0.0, pytest.approx(1))
    assert (talk.wanted, talk.propensity) == (1.0, pytest.approx(1))


def test_nothing_to_show_is_an_empty_page() -> None:
    assert compose([], IS_TALK, NEW, CONTEXT, np.random.default_rng(1)).shelves == []
