from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surfaces.common.catalogue import Catalogue
from surfaces.common.sequencing import repeats
from surfaces.common.taste import taste
from surfaces.discover_weekly.discovering import Discoveries, discover, discover_popular
from surfaces.discover_weekly.seeker import Seeker
from surfaces.discover_weekly.week import monday_of
from tests.surfaces.worlds import CircleServer, catalogue, plays

MONDAY = monday_of("2026-W48")
SKIPPED = 3


@dataclass(frozen=True)
class World:
    """A random catalogue and one of its listeners."""

    items: Catalogue
    seeker: Seeker

    def lists(self) -> list[Discoveries]:
        """The list of the models, and the one without them."""
        by_models = discover(self.items, CircleServer(self.items).recommend_each, [self.seeker], MONDAY)
        popularity = np.arange(self.items.size) % 7
        return [*by_models, discover_popular(self.items, popularity, self.seeker, MONDAY)]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    size, creators = draw(st.integers(0, 150)), draw(st.integers(0, 25))
    kinds = draw(st.sampled_from([[], ["track"], ["episode"], ["track", "track", "episode"]]))
    rows = []
    for number in range(size):
        tokens = [
            f"genre={genre}" for genre in rng.choice(["folk", "metal", "jazz", "calm"], rng.integers(3))
        ]
        tokens += [f"creator=C{rng.integers(creators)}"] if creators else []
        tokens += [f"kind={rng.choice(kinds)}"] if kinds else []
        tokens += [f"country={country}" for country in ("SE", "NO") if rng.random() < 0.7]
        rows.append({"item_id": f"i{number}", "item_tokens": list(dict.fromkeys(tokens))})
    items = catalogue(rows)
    played = rng.integers(0, max(size, 1), draw(st.integers(0, 40)) if size else 0)
    log = plays(played.tolist(), outcomes=rng.integers(0, 4, len(played)).tolist())
    earlier = frozenset(rng.integers(0, size, 20).tolist()) if size else frozenset()
    country = draw(st.sampled_from([[], ["country=SE"]]))
    return World(items, Seeker("u", log, country, earlier))


@settings(max_examples=40, deadline=None)
@given(worlds())
def test_a_list_keeps_every_rule(world: World) -> None:
    items, seeker = world.items, world.seeker
    for discoveries in world.lists():
        assert len(set(discoveries.places)) == len(discoveries.places) == len(discoveries.ranks) <= 30
        assert not set(discoveries.places) & (seeker.plays.heard | seeker.earlier)
        assert not items.is_talk[discoveries.places].any() or items.is_talk.all()
        assert items.eligible(country=seeker.country)[discoveries.places].all()
        creators = items.creators.codes[discoveries.places]
        assert np.all(np.bincount(creators[creators >= 0], minlength=1) <= 2)


@settings(max_examples=40, deadline=None)
@given(worlds())
def test_a_list_is_short_only_where_no_rule_leaves_more(world: World) -> None:
    items, seeker = world.items, world.seeker
    creators = items.creators.codes[seeker.allowed(items)]
    possible = np.minimum(np.bincount(creators[creators >= 0]), 2).sum() + np.sum(creators < 0)
    assert [len(discoveries.places) for discoveries in world.lists()] == [min(30, possible)] * 2


@settings(max_examples=40, deadline=None)
@given(worlds())
def test_creators_whom_they_dont_play_come_first(world: World) -> None:
    items, seeker = world.items, world.seeker
    known = seeker.knows_creator(items)[items.creators.codes]
    for discoveries in world.lists():
        assert known[discoveries.places].tolist() == sorted(known[discoveries.places])


@settings(max_examples=40, deadline=None)
@given(worlds())
def test_no_creator_stands_twice_in_a_row_where_it_can_be_avoided(world: World) -> None:
    items, known = world.items, world.seeker.knows_creator(world.items)
    for discoveries in world.lists():
        creators = items.creators.codes[discoveries.places]
        parts = [creators[~known[creators]], creators[known[creators]]]
        if all(len(part) > 2 or len(set(part)) == len(part) for part in parts):
            assert repeats(creators) == 0


@settings(max_examples=10, deadline=None)
@given(st.lists(worlds(), min_size=2, max_size=4))
def test_a_list_is_the_same_whoever_else_is_in_the_batch(others: list[World]) -> None:
    items = others[0].items
    seekers = [Seeker("u", world.seeker.plays.at(world.seeker.plays.items < items.size)) for world in others]
    ask = CircleServer(items).recommend_each
    assert discover(items, ask, seekers, MONDAY) == [
        discover(items, ask, [one], MONDAY)[0] for one in seekers
    ]


GENRES = ("folk", "jazz", "metal", "soul")
MANY = catalogue(
    [
        {"item_id": f"i{n}", "item_tokens": [f"creator=C{n // 2}", f"genre={GENRES[n % 4]}"]}
        for n in range(400)
    ]
)


def test_genres_come_as_the_listener_plays_them() -> None:
    log = plays([0, 4, 8, 1], [MONDAY - 86_400] * 4)  # three of folk, one of jazz
    (discoveries,) = discover(MANY, CircleServer(MANY).recommend_each, [Seeker("u", log)], MONDAY)
    genres = [MANY.genres.values_at(place)[0] for place in discoveries.places]
    assert taste(MANY, log, MONDAY).genres[MANY.genres.code_of["folk"]] == 0.75
    assert genres.count("folk") == pytest.approx(0.75 * 30, abs=4)
    assert genres.count("jazz") == pytest.approx(0.25 * 30, abs=4)


def test_a_stranger_gets_what_the_models_offer_a_stranger() -> None:
    (discoveries,) = discover(
        MANY, CircleServer(MANY).recommend_each, [Seeker("stranger", plays([]))], MONDAY
    )
    assert len(discoveries.places) == 30
    assert min(discoveries.ranks) == 1
