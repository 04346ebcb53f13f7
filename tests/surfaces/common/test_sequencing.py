from itertools import permutations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from surfaces.common.likeness import likeness
from surfaces.common.sequencing import arrange, repeats, sequence
from tests.surfaces.worlds import catalogue

CREATORS = st.lists(st.integers(-1, 2), min_size=1, max_size=5).map(np.array)


def random_likeness(count: int, seed: int) -> np.ndarray:
    points = np.random.default_rng(seed).random((count, 3))
    return 1 - np.abs(points[:, None] - points).mean(axis=2)


@settings(max_examples=40, deadline=None)
@given(CREATORS, st.integers(0, 99), st.booleans(), st.sampled_from([None, 1, 2]))
def test_no_order_has_fewer_creators_twice_in_a_row(
    creators: np.ndarray, seed: int, stays: bool, among: int | None
) -> None:
    order = arrange(creators, random_likeness(len(creators), seed), first_stays=stays, among=among)
    others = [other for other in permutations(range(len(creators))) if other[0] == 0 or not stays]
    assert sorted(order) == list(range(len(creators)))
    assert tuple(order) in others
    assert repeats(creators[order]) == min(repeats(creators[list(other)]) for other in others)


@settings(max_examples=20, deadline=None)
@given(st.integers(3, 60), st.integers(0, 99))
def test_neighbours_are_more_alike_than_in_the_order_that_came(count: int, seed: int) -> None:
    alike = random_likeness(count, seed)
    order = arrange(np.full(count, -1), alike)
    came = (1 - np.diagonal(alike, 1)) ** 2
    assert np.sum((1 - alike[order[1:], order[:-1]]) ** 2) <= came.sum() + 1e-9


@settings(max_examples=20, deadline=None)
@given(st.integers(3, 60), st.integers(1, 8), st.integers(0, 99))
def test_the_best_stay_early_where_the_next_is_one_of_few(count: int, among: int, seed: int) -> None:
    order = arrange(np.full(count, -1), random_likeness(count, seed), among=among)
    assert sorted(order) == list(range(count))
    for place in range(1, count):
        left = np.setdiff1d(np.arange(count), order[:place])
        assert order[place] in left[:among]


def test_a_list_goes_gently_from_one_end_to_the_other() -> None:
    points = np.array([0.0, 0.9, 0.2, 0.7, 0.4])
    order = arrange(np.array([0, 1, 2, 3, 4]), 1 - np.abs(points[:, None] - points))
    assert points[order].tolist() == [0.0, 0.2, 0.4, 0.7, 0.9]


ITEMS = catalogue(
    [
        {"item_id": "calm", "release_day": 0, "item_tokens": ["kind=track", "genre=folk", "genre=calm"]},
        {"item_id": "loud", "release_day": 0, "item_tokens": ["kind=track", "genre=metal", "genre=loud"]},
        {"item_id": "folk", "release_day": 9, "item_tokens": ["kind=track", "genre=folk"]},
        {"item_id": "old", "release_day": -9999, "item_tokens": ["kind=track", "genre=folk"]},
        {"item_id": "talk", "item_tokens": ["kind=episode", "genre=history"]},
        {"item_id": "bare"},
    ]
)


def test_likeness_knows_genres_energy_years_and_talk() -> None:
    alike = likeness(ITEMS, range(6))
    assert np.allclose(alike, alike.T)
    assert np.all((alike >= 0) & (alike <= 1))
    calm, loud, folk, old, talk, _ = range(6)
    assert alike[folk, calm] > alike[folk, loud] > alike[folk, talk]
    assert alike[folk, calm] > alike[old, calm]


def test_talk_stands_at_an_end_of_music() -> None:
    assert sequence(ITEMS, [1, 0, 4, 2, 3])[-1] == 4
    assert sequence(ITEMS, [4, 0, 1])[0] == 4
    assert sequence(ITEMS, [0, 4, 2], after=4) == [4, 0, 2]
    assert sequence(ITEMS, []) == []
