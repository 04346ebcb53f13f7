from collections.abc import Iterator
from pathlib import Path

import pytest

from surfaces.store.store import Decision, Impression, Response, Store, StoredPlay


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
    kept_id = store.keep("u", {"n": 1})
    assert store.keep("u", {"n": 2}, kept_id) == kept_id
    assert store.kept("u", kept_id) == {"n": 2}
    assert store.kept("other", kept_id) is None


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


def test_controls_are_replaced(store: Store) -> None:
    assert store.controls("u") == {}
    store.set_controls("u", {"less": ["A"]})
    store.set_controls("u", {"less": ["B"]})
    assert store.controls("u") == {"less": ["B"]}


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
