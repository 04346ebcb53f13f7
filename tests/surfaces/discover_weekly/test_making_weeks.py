from dataclasses import replace
from pathlib import Path

import pytest

from surfaces.common.moment import Moment
from surfaces.discover_weekly.candidates import SURFACE
from surfaces.discover_weekly.frozen_week import this_week
from surfaces.discover_weekly.making_weeks import listeners, make_weeks
from surfaces.service.service import Service
from surfaces.store.records import StoredPlay
from surfaces.store.store import Store
from tests.surfaces.worlds import catalogue, plays, service

NOW = Moment.parse("2026-11-24T10:00:00Z")
ITEMS = catalogue(
    [
        {
            "item_id": f"t{n}",
            "item_tokens": [f"creator=C{n // 3}", f"genre={('folk', 'jazz', 'metal')[n % 3]}"],
        }
        for n in range(300)
    ]
)
LOG = {f"u{n}": plays(list(range(n, 9 * n, n))) for n in range(1, 20)}


@pytest.fixture
def shared(tmp_path: Path) -> Service:
    one = service(tmp_path, ITEMS, LOG, {"u3": ["country=SE"]})
    one.store.add_plays([StoredPlay("new", "t5", NOW.unix - 60), StoredPlay("u1", "t9", NOW.unix - 90)])
    return one


def test_listeners_are_those_of_the_log_and_those_who_came_since(shared: Service) -> None:
    assert listeners(shared.log, shared.store) == sorted([*LOG, "new"])


def test_a_batch_makes_the_lists_that_first_visits_make(shared: Service, tmp_path: Path) -> None:
    other = replace(shared, store=Store(f"sqlite:///{tmp_path / 'other.sqlite'}"))
    other.store.add_plays([play for user in ("new", "u1") for play in shared.store.plays(user)])
    everybody = listeners(shared.log, shared.store)
    assert sum(make_weeks(shared, everybody, "2026-W48", NOW)) == 20
    for user_id in everybody:
        visited = this_week(other, other.visit(user_id, NOW, surface=SURFACE, device="car"))
        assert shared.store.frozen(user_id, SURFACE) == {"2026-W48": visited.content}
        assert len(visited.item_ids) == 30


def test_a_list_that_is_there_stays_and_a_later_week_has_none_of_its_items(shared: Service) -> None:
    first = this_week(shared, shared.visit("u2", NOW, surface=SURFACE))
    assert list(make_weeks(shared, ["u1", "u2"], "2026-W48", NOW)) == [1]
    assert list(make_weeks(shared, ["u2"], "2026-W49", NOW)) == [1]
    lists = shared.store.frozen("u2", SURFACE)
    assert lists["2026-W48"]["items"] == first.item_ids
    assert not set(lists["2026-W49"]["items"]) & set(first.item_ids)
