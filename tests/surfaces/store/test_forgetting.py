from pathlib import Path

from listening_log.cleaning.forgotten import Forgotten
from surfaces.store.forgetting import forget_listener
from surfaces.store.records import Decision, Impression, StoredPlay
from surfaces.store.store import Store

ID = "somebody-to-forget"


def fill(store: Store, user: str) -> None:
    store.add_plays([StoredPlay(user, f"item {n}", n, end_reason=f"done by {user}") for n in range(300)])
    store.add_impressions([Impression(f"r {user}", n, user, 5, "a", "home") for n in range(3)])
    store.add_decision(Decision(f"r {user}", user, "home", 5, {"of": user}))
    store.freeze(user, "weekly", "w", {"of": user})
    store.change_controls(user, lambda _: {"of": user})
    kept = store.kept(user, store.keep(user, {"of": user * 50}))
    store.keep(user, {"of": user}, kept)


def test_a_forgotten_listener_is_in_no_table(url: str) -> None:
    store = Store(url)
    for user in (ID, "other"):
        fill(store, user)
    assert forget_listener(store.engine, ID) == 300 + 3 + 1 + 1 + 1 + 1
    assert (store.plays(ID), store.frozen(ID, "weekly"), store.controls(ID)) == ([], {}, {})
    assert len(store.plays("other")) == 300
    assert forget_listener(store.engine, ID) == 0


def test_no_file_of_the_store_names_the_listener_while_another_process_has_it_open(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    store = Store(f"sqlite:///{path}")
    fill(store, ID)
    other = Store(f"sqlite:///{path}")
    forget_listener(other.engine, ID)
    other.close()
    contents = [file.read_bytes() for file in tmp_path.iterdir()]
    assert len(contents) > 1  # the journal is there
    assert not any(ID.encode() in content for content in contents)
    store.close()


def test_what_a_forgotten_listener_plays_is_not_kept(url: str) -> None:
    store = Store(url)
    store.leave_out(Forgotten().with_user(ID))
    assert store.add_plays([StoredPlay(ID, "a", 1), StoredPlay("u", "a", 1)]) == 1
    store.add_impressions([Impression("r", 1, ID, 5, "a", "home")])
    store.add_decision(Decision("r", ID, "home", 5, {}))
    assert (store.plays(ID), store.impressions("r"), store.claim_decisions("home", 9, 9)) == ([], [], [])


def test_a_list_of_a_forgotten_listener_is_not_frozen(url: str) -> None:
    store = Store(url)
    store.leave_out(Forgotten().with_user(ID))
    assert store.freeze(ID, "daylist", "monday", {"items": ["a"]}) == {"items": ["a"]}
    assert store.freeze_each("daylist", "monday", {ID: {"items": ["a"]}}) == 0
    assert store.frozen(ID, "daylist") == {}
