import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import event

from listening_log.cleaning.forgotten import Forgotten
from surfaces.common.errors import OvertakenError
from surfaces.store.records import Decision, Impression, Kept, Response, StoredPlay
from surfaces.store.store import Store


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store(url)
    yield opened
    opened.close()


def test_plays_come_back_oldest_first(store: Store) -> None:
    late, early, same = (StoredPlay("u", item, time) for item, time in (("a", 9), ("b", 3), ("c", 9)))
    store.add_plays([late, early, StoredPlay("other", "a", 1)])
    store.add_plays([same])
    assert store.plays("u") == [early, late, same]


def test_a_play_counts_once_and_what_is_said_later_is_added(store: Store) -> None:
    begun, ended = StoredPlay("u", "a", 9), StoredPlay("u", "a", 9, 1_000, "skip", "r")
    assert store.add_plays([begun, StoredPlay("u", "b", 9)]) == 2
    assert store.add_plays([ended, begun, StoredPlay("u", "c", 9)]) == 1
    assert store.plays("u") == [ended, StoredPlay("u", "b", 9), StoredPlay("u", "c", 9)]
    assert store.add_plays([begun, begun]) == 0


def test_impressions_come_back_in_their_order(store: Store) -> None:
    shown = [Impression("r", n, "u", 5, item, "home", "s", 0.5) for n, item in enumerate("ab", 1)]
    store.add_impressions(shown[::-1])
    assert store.impressions("r") == shown


def test_a_frozen_list_stays_as_it_was_first(store: Store) -> None:
    assert store.freeze("u", "weekly", "2026-W48", {"items": ["a"]}) == {"items": ["a"]}
    assert store.freeze("u", "weekly", "2026-W48", {"items": ["b"]}) == {"items": ["a"]}
    assert store.frozen("u", "weekly") == {"2026-W48": {"items": ["a"]}}
    assert store.frozen_list("u", "weekly", "2026-W48") == {"items": ["a"]}
    assert store.frozen_list("u", "weekly", "2026-W49") is None


def test_lists_of_many_are_frozen_at_once_and_none_is_replaced(store: Store) -> None:
    store.freeze("u", "weekly", "2026-W48", {"items": ["a"]})
    assert store.freeze_each("weekly", "2026-W48", {"u": {"items": ["b"]}, "v": {"items": ["c"]}}) == 1
    assert store.freeze_each("weekly", "2026-W48", {}) == 0
    assert store.frozen("u", "weekly") == {"2026-W48": {"items": ["a"]}}
    assert store.frozen("v", "weekly") == {"2026-W48": {"items": ["c"]}}


def test_listeners_are_those_who_played(store: Store) -> None:
    store.add_plays([StoredPlay("v", "a", 1), StoredPlay("u", "a", 1), StoredPlay("v", "b", 2)])
    assert store.listeners() == ["u", "v"]


def test_what_is_kept_is_the_listeners_own(store: Store) -> None:
    first = Kept(store.keep("u", {"n": 1}), '{"n": 1}')
    assert store.kept("u", first.id) == first
    assert store.keep("u", {"n": 2}, first) == first.id
    kept = store.kept("u", first.id)
    assert kept is not None
    assert kept.content == {"n": 2}
    assert store.kept("other", first.id) is None


def test_of_two_who_go_on_from_the_same_the_second_is_refused(store: Store) -> None:
    earlier = Kept(store.keep("u", {"n": 1}), '{"n": 1}')
    store.keep("u", {"n": 2}, earlier)
    with pytest.raises(OvertakenError):
        store.keep("u", {"n": 3}, earlier)
    kept = store.kept("u", earlier.id)
    assert kept is not None
    assert kept.content == {"n": 2}


def test_of_who_was_forgotten_no_session_and_no_control_is_kept(store: Store) -> None:
    store.leave_out(Forgotten().with_user("u"))
    assert store.keep("u", {"n": 1}) == ""
    assert store.change_controls("u", lambda _: {"away": ["kind=track"]}) == {"away": ["kind=track"]}
    assert store.controls("u") == {}
    assert store.keep("v", {"n": 1}) != ""


def test_old_lists_of_one_destination_are_deleted(store: Store) -> None:
    for surface, period in (
        ("daylist", "2026-11-18 night"),
        ("daylist", "2026-11-19 night"),
        ("weekly", "2025-W01"),
    ):
        store.freeze("u", surface, period, {})
    store.freeze("v", "daylist", "2026-11-18 night", {})
    store.freeze("u", "daylist", "2026-11-26 night", {}, delete_before="2026-11-19")
    assert sorted(store.frozen("u", "daylist")) == ["2026-11-19 night", "2026-11-26 night"]
    assert [*store.frozen("u", "weekly")] == ["2025-W01"]
    assert [*store.frozen("v", "daylist")] == ["2026-11-18 night"]


def test_a_list_takes_the_place_of_old_ones_in_one_transaction(tmp_path: Path) -> None:
    store, commits = Store(f"sqlite:///{tmp_path / 'store.sqlite'}"), list[None]()
    store.freeze("u", "daylist", "2026-11-18 night", {})
    event.listen(store.engine, "commit", lambda _: commits.append(None))
    store.freeze("u", "daylist", "2026-11-26 night", {}, delete_before="2026-11-19")
    assert [*store.frozen("u", "daylist")] == ["2026-11-26 night"]
    assert len(commits) == 1


def test_no_change_of_a_state_is_lost(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    one, other = Store(url), Store(url)
    turns = iter([True])

    def add(state: dict[str, int]) -> dict[str, int]:
        if next(turns, False):  # meanwhile another process changes it
            other.change_state("sum", lambda state: {"n": state.get("n", 0) + 10})
        return {"n": state.get("n", 0) + 1}

    assert one.change_state("sum", add) == {"n": 11}
    assert one.change_state("sum", add) == {"n": 12}
    assert other.state("sum") == {"n": 12}


def test_of_two_changes_of_controls_at_a_time_both_count(store: Store) -> None:
    assert store.controls("u") == {}
    counted = threading.Barrier(2)

    def add(_: int) -> None:
        counted.wait()
        for _ in range(10):
            store.change_controls("u", lambda controls: {"n": controls.get("n", 0) + 1})

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(add, range(2)))
    assert store.controls("u") == {"n": 20}


def test_a_decision_is_learnt_from_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    one, other = Store(url), Store(url)
    first, second, late, elsewhere = (
        Decision(name, "u", surface, time, {"n": time})
        for name, surface, time in (("a", "home", 1), ("b", "home", 2), ("c", "home", 9), ("d", "dj", 1))
    )
    for decision in (late, second, first, elsewhere):
        one.add_decision(decision)
    assert one.claim_decisions("home", until=5, limit=1) == [first]
    assert other.claim_decisions("home", until=5, limit=9) == [second]
    assert one.claim_decisions("home", until=5, limit=9) == []


def test_a_response_is_a_play_of_what_the_answer_showed(store: Store) -> None:
    store.add_impressions(
        [Impression("r", n, "u", 5, item, "home", f"shelf {n}", 0.5) for n, item in enumerate("ab", 1)]
    )
    play = StoredPlay("u", "b", 6, 40_000, "done", "r")
    others = [
        StoredPlay("u", "c", 6, request_id="r"),  # wasn't shown
        StoredPlay("u", "a", 6),  # came of no answer
        StoredPlay("stranger", "a", 6, request_id="r"),
    ]
    store.add_plays([*others, play])
    assert store.responses(["r", "other"]) == [Response("r", "shelf 2", play)]
