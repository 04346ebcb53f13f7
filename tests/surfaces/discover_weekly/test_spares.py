from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from surfaces.discover_weekly.spares import choose_spares, filled
from tests.surfaces.worlds import catalogue

TRACKS = st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.booleans()), min_size=1, max_size=40)
"""Tracks: the creator of each, whether it is explicit, and whether it may be played here."""


@settings(max_examples=60, deadline=None)
@given(tracks=TRACKS, size=st.integers(0, 20))
def test_what_a_request_leaves_out_is_not_shown_nothing_is_twice_and_little_by_a_creator(
    tracks: list[tuple[int, bool, bool]], size: int
) -> None:
    items = catalogue(
        [
            {
                "item_id": f"t{n:02}",
                "item_tokens": [f"creator=C{creator}", *(["explicit=1"] if explicit else [])],
            }
            for n, (creator, explicit, _) in enumerate(tracks)
        ]
    )
    listed, sizes = list[int](), Counter[int]()
    for place, (creator, _, _) in enumerate(tracks):
        if len(listed) < size and sizes[creator] < 2:
            listed.append(place)
            sizes[creator] += 1
    here = np.array([here for *_, here in tracks], bool)
    spares = choose_spares(items, listed, range(len(tracks)), 2)
    assert len(spares) <= items.is_explicit[listed].sum()
    assert not {*spares} & {*listed}
    for eligible in (here & ~items.is_explicit, here, ~items.is_explicit):
        shown = filled(items, listed, spares, eligible, 2)
        assert len(shown) == len(set(shown)) <= len(listed)
        assert {place for place in listed if eligible[place]} <= {*shown} <= {*listed, *spares}
        assert eligible[shown].all()
        assert max(Counter(tracks[place][0] for place in shown).values(), default=0) <= 2
    assert filled(items, listed, spares, np.ones(len(tracks), bool), 2) == listed


def test_a_spare_stands_where_the_explicit_item_stood_and_not_beside_its_own_creator() -> None:
    creators = ("A", "B", "C", "C", "D")
    items = catalogue(
        [
            {"item_id": f"t{n}", "item_tokens": [f"creator={name}", *(["explicit=1"] if n == 1 else [])]}
            for n, name in enumerate(creators)
        ]
    )
    spares = choose_spares(items, [0, 1, 2], range(5), 2)
    assert spares == [3]
    assert filled(items, [0, 1, 2], [3, 4], ~items.is_explicit, 2) == [0, 4, 2]
    assert filled(items, [0, 1, 2], [3], ~items.is_explicit, 2) == [0, 3, 2]
