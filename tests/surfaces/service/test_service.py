from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from models import names
from surfaces.common.errors import UnavailableError
from surfaces.common.moment import Moment
from surfaces.service.service import Service
from surfaces.store.records import StoredPlay
from tests.surfaces.worlds import catalogue, plays, service

NOW = Moment.parse("2026-11-26T08:30:00Z")
ITEMS = catalogue([{"item_id": "a", "duration_ms": 100_000}, {"item_id": "b"}])


@pytest.fixture
def shared(tmp_path: Path) -> Service:
    return service(tmp_path, ITEMS, {"u": plays([0, 1], times=[100, 200])}, {"u": ["country=SE"]})


def test_a_visit_has_the_plays_of_the_log_up_to_its_moment_and_all_that_was_posted(shared: Service) -> None:
    later = NOW.unix + 60
    shared.store.add_plays([StoredPlay("u", item, time) for item, time in (("b", 300), ("a", later))])
    visit = shared.visit("u", NOW)
    assert visit.plays.items.tolist() == [0, 1, 1, 0]
    assert visit.plays.times.tolist() == [100, 200, 300, NOW.unix]
    assert visit.country == "SE"
    earlier = shared.visit("u", Moment.parse("1970-01-01T00:02:00Z"))
    assert (earlier.plays.items.tolist(), earlier.plays.times.tolist()) == ([0, 1, 0], [100, 120, 120])


def test_a_play_that_is_in_the_log_too_counts_once(shared: Service) -> None:
    shared.store.add_plays([StoredPlay("u", item, time) for item, time in (("a", 100), ("b", 100))])
    assert shared.visit("u", NOW).plays.items.tolist() == [0, 1, 1]


def test_a_stored_plays_outcome_follows_the_logs_rules(shared: Service) -> None:
    said = [(10_000, "skip"), (60_000, "skip"), (90_000, None), (None, "done"), (1_000, None), (None, None)]
    stored = [StoredPlay("new", "a", 100 + n, ms, reason) for n, (ms, reason) in enumerate(said)]
    shared.store.add_plays([*stored, StoredPlay("new", "no such item", 1)])
    heard = shared.visit("new", NOW).plays
    assert heard.outcomes.tolist() == [
        names.SKIPPED, names.PARTIAL, names.COMPLETED, names.COMPLETED, names.SKIPPED, names.UNKNOWN,
    ]  # fmt: skip
    assert heard.ms_played.tolist() == [10_000, 60_000, 90_000, -1, 1_000, -1]


def test_without_the_store_a_visit_has_the_log(shared: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(_: str) -> list[StoredPlay]:
        raise UnavailableError("the store can't be used now: locked")

    monkeypatch.setattr(shared.store, "plays", locked)
    visit = shared.visit("u", NOW)
    assert visit.plays.items.tolist() == [0, 1]
    assert visit.shortfall == {"degraded": True, "reason": "the store can't be used now: locked"}


def test_a_visit_leaves_out_what_the_listener_never_wants(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = (["creator=A"], ["creator=B"], ["creator=A", "genre=folk"], ["creator=C", "genre=folk"])
    shared = service(
        tmp_path, catalogue([{"item_id": str(n), "item_tokens": of} for n, of in enumerate(tokens)])
    )
    assert shared.visit("u", NOW).eligible(shared.catalogue).all()
    shared.store.change_controls("u", lambda _: {"away": ["creator=A", 7, "creator=nobody"], "volume": 3})
    visit = shared.visit("u", NOW)
    assert visit.eligible(shared.catalogue).tolist() == [False, True, False, True]
    assert visit.wish(shared.catalogue, without=["genre=jazz"]).without == [
        "genre=jazz", "creator=A", "creator=nobody",
    ]  # fmt: skip
    assert shared.visit("other", NOW).eligible(shared.catalogue).all()

    def locked(_: str) -> dict:
        raise UnavailableError("the store can't be used now: locked")

    monkeypatch.setattr(shared.store, "controls", locked)
    visit = shared.visit("u", NOW)
    assert visit.eligible(shared.catalogue).all()
    assert visit.shortfall == {"degraded": True, "reason": "the store can't be used now: locked"}


@pytest.mark.parametrize(
    ("zone", "hours"),
    [
        ("Asia/Kolkata", 5.5),
        ("Etc/GMT+8", -8),
        ("nowhere", 0),
        ("../../etc/passwd", 0),
        ("\ud83d\ude00", 0),
        ("", 0),
    ],
    ids=["kolkata", "west", "unknown", "a path", "broken", "none"],
)
def test_now_is_by_the_clock_of_the_listeners_own_zone(tmp_path: Path, zone: str, hours: float) -> None:
    shared = service(tmp_path, ITEMS, {"u": plays([0])}, {"u": [f"timezone={zone}"]})
    local = shared.visit("u", None).moment.local
    assert local.utcoffset() == timedelta(hours=hours)
    assert abs(local - datetime.now(timezone.utc)) < timedelta(minutes=5)
