from pathlib import Path

import numpy as np
import pytest

from models import names
from surfaces.common.errors import UnavailableError
from surfaces.common.facts import Played, Popular
from surfaces.common.moment import Moment
from surfaces.log.log_plays import Popularity
from surfaces.service.fallback import Offer, fallback
from surfaces.service.service import Service
from tests.surfaces.worlds import catalogue, plays, service

NOW = Moment.parse("2026-11-26T08:30:00Z")
ITEMS = catalogue(
    [{"item_id": item, "item_tokens": ["explicit=1"] if item == "c" else []} for item in "abcde"]
)
POPULARITY = Popularity(7, np.array([1, 0, 9, 5, 0]), {"SE": np.array([0, 0, 0, 1, 2])})


@pytest.fixture
def shared(tmp_path: Path) -> Service:
    skipped = [names.COMPLETED, names.SKIPPED, names.COMPLETED, names.COMPLETED]
    log = {"u": plays([0, 1, 4, 4], outcomes=skipped)}
    return service(tmp_path, ITEMS, log, {"u": ["country=SE"]}, POPULARITY)


def test_a_stranger_is_offered_what_is_popular_and_then_anything(shared: Service) -> None:
    offers = fallback(shared, shared.visit("stranger", NOW), 9)
    assert [ITEMS.item_ids[offer.place] for offer in offers] == ["c", "d", "a", "b", "e"]
    assert offers[0] == Offer(2, [Popular(plays=9, days=7)])
    assert offers[3].because == []


def test_favourites_and_what_is_popular_where_the_listener_is_take_turns(shared: Service) -> None:
    offers = fallback(shared, shared.visit("u", NOW), 3)
    assert offers == [
        Offer(4, [Played(plays=2, last=240)]),
        Offer(0, [Played(plays=1, last=60)]),
        Offer(3, [Popular(plays=1, days=7, country="SE")]),
    ]


def test_what_the_visit_rules_out_is_not_offered(shared: Service) -> None:
    visit = shared.visit("u", NOW, explicit=False)
    allowed = np.array([True, True, True, False, True])
    offers = fallback(shared, visit, 9, exclude=visit.plays.heard, allowed=allowed)
    assert offers == []
    assert [o.place for o in fallback(shared, visit, 9, exclude=[0])] == [4, 3, 1]


def test_a_visit_notes_what_it_had_to_do_without(shared: Service) -> None:
    visit = shared.visit("u", NOW)
    assert visit.shortfall == {"degraded": False, "reason": ""}
    for _ in range(2):
        with visit.tolerated():
            raise UnavailableError("the models are gone")
    assert visit.shortfall == {"degraded": True, "reason": "the models are gone"}
