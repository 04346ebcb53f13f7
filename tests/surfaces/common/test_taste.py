import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import names
from surfaces.common.taste import count_plays, taste
from tests.surfaces.worlds import catalogue, plays

DAY = 86_400
ITEMS = catalogue(
    [
        {"item_id": "a", "item_tokens": ["kind=track", "creator=A", "genre=folk", "genre=calm"]},
        {"item_id": "b", "item_tokens": ["kind=track", "creator=B", "genre=metal"]},
        {"item_id": "c", "item_tokens": ["kind=episode"]},
    ]
)
FOLK, CALM, METAL = (ITEMS.genres.code_of[genre] for genre in ("folk", "calm", "metal"))


def test_an_item_with_two_genres_counts_half_for_each() -> None:
    own = taste(ITEMS, plays([0, 1, 2], [DAY] * 3), DAY)
    assert own.genres[[FOLK, CALM, METAL]].tolist() == [0.25, 0.25, 0.5]
    assert own.creators.tolist() == [0.5, 0.5]
    assert own.kinds.tolist() == pytest.approx([2 / 3, 1 / 3])


def test_a_play_fades_with_time() -> None:
    own = taste(ITEMS, plays([0, 1], [70 * DAY, 100 * DAY]), 100 * DAY)
    assert own.creators.tolist() == pytest.approx([1 / 3, 2 / 3])


def test_only_the_window_counts_and_no_skip() -> None:
    skipped = [names.COMPLETED, names.COMPLETED, names.SKIPPED]
    own = taste(ITEMS, plays([0, 1, 0], [1 * DAY, 100 * DAY, 101 * DAY], skipped), 110 * DAY)
    assert own.creators.tolist() == [0, 1]


def test_a_listener_who_was_away_has_the_taste_of_before() -> None:
    own = taste(ITEMS, plays([0, 1], [1 * DAY, 100 * DAY]), 1000 * DAY)
    assert own.creators.tolist() == [0, 1]


def test_without_times_all_plays_count_the_newest_most() -> None:
    own = taste(ITEMS, plays([0, *[1] * 100], [0] * 101), 1000 * DAY)
    assert 0 < own.creators[0] < 1 / 101
    assert own.creators.sum() == pytest.approx(1)


def test_times_that_say_the_order_alone_are_no_dates() -> None:
    own = taste(ITEMS, plays([0, 1], [DAY, 9000 * DAY]), 9000 * DAY, has_times=False)
    assert 0.49 < own.creators[0] < 0.5


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 300)), max_size=20), st.integers(0, 400))
def test_shares_sum_to_one_or_nothing_is_known(log: list[tuple[int, int]], day: int) -> None:
    log = sorted(log, key=lambda play: play[1])
    own = taste(ITEMS, plays([item for item, _ in log], [at * DAY for _, at in log]), day * DAY)
    for shares in (own.genres, own.creators, own.kinds):
        assert np.all(shares >= 0)
        assert shares.sum() == pytest.approx(1) or not shares.any()


def test_plays_are_counted_by_value() -> None:
    assert count_plays(ITEMS.genres, plays([0, 0, 1]))[[FOLK, CALM, METAL]].tolist() == [2, 2, 1]
    assert count_plays(ITEMS.creators, plays([])).tolist() == [0, 0]
