from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from surfaces.home.bandit import Bandit, Candidate
from surfaces.home.context import SIZE, TALK_NOW
from surfaces.home.decided import MOST_REWARD, DecidedPage, DecidedShelf
from surfaces.home.learning import learn, shelf_rewards, state_name
from surfaces.home.learnt import Learnt, Rewarded, mix_features, shelf_features
from surfaces.home.mix import TALK_SHARES
from surfaces.home.page import MOST_SHELVES
from surfaces.service.service import Service
from surfaces.store.records import Decision, Impression, StoredPlay
from surfaces.store.store import Store
from tests.surfaces.home.worlds import items
from tests.surfaces.worlds import service

ITEMS = items()
CONTEXT = [1.0] + [0.0] * (SIZE - 1)


@pytest.fixture
def one(tmp_path: Path) -> Service:
    return service(tmp_path, ITEMS)


def decide(store: Store, request: str, timestamp: int = 5) -> None:
    """A page of two shelves, with A0 to A2 on the first and B0 on the second."""
    shelves = [
        DecidedShelf(id="popular", filled=0.375, propensity=0.5, choices=2),
        DecidedShelf(id="made-for-you", filled=0.125, propensity=1.0, choices=1),
    ]
    page = DecidedPage(context=CONTEXT, talk=0.25, propensity=0.2, choices=5, shelves=shelves)
    store.add_decision(Decision(request, "u", "home", timestamp, page.model_dump()))
    places = [("popular", "A0"), ("popular", "A1"), ("popular", "A2"), ("made-for-you", "B0")]
    store.add_impressions(
        [
            Impression(request, n, "u", timestamp, item, "home", shelf, 0.5)
            for n, (shelf, item) in enumerate(places, 1)
        ]
    )


def test_what_was_heard_counts_and_a_skip_counts_against(one: Service) -> None:
    decide(one.store, "r")
    one.store.add_plays(
        [
            StoredPlay("u", "A0", 6, 31_000, "skip", "r"),  # half a minute is heard, however it ended
            StoredPlay("u", "A1", 7, 4_000, "skip", "r"),
            StoredPlay("u", "A2", 8, 4_000, "skip", "r"),
            StoredPlay("u", "A2", 9, 200_000, "done", "r"),  # then, after all
            StoredPlay("u", "B0", 10, 4_000, "stop", "r"),
        ]
    )
    assert shelf_rewards(one, one.store.responses(["r"])) == {"r": {"popular": 1.5, "made-for-you": 0.0}}


def test_a_step_adds_each_decision_once(one: Service) -> None:
    decide(one.store, "r")
    decide(one.store, "later", timestamp=50)
    one.store.add_plays([StoredPlay("u", "A0", 6, 40_000, "done", "r")])
    assert learn(one, "home", until=10) == 1
    assert learn(one, "home", until=10) == 0
    learnt = Learnt.from_json(one.store.state(state_name("home")))
    assert learnt.shelves["popular"].weight == pytest.approx(1.0)  # one of two, with an even chance
    assert learnt.shelves["popular"].inner[0] == pytest.approx(1.0)
    assert learnt.shelves["made-for-you"].inner[0] == 0
    assert learnt.mixes[0.25].inner[0] == pytest.approx(1 / 6)  # the page's, by the shelves of a full one
    assert learnt.shelves["daylist"].weight == 0


def test_two_processes_learn_from_everything_once(tmp_path: Path) -> None:
    one, other = service(tmp_path, ITEMS), service(tmp_path, ITEMS)
    for n in range(40):
        decide(one.store, f"r{n}")
    totals = list[int]()
    threads = [Thread(target=lambda s=s: totals.append(learn(s, "home", until=10))) for s in (one, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(totals) == 40
    learnt = Learnt.from_json(one.store.state(state_name("home")))
    assert learnt.shelves["popular"].weight == pytest.approx(40.0)


def test_one_listener_who_plays_all_night_doesnt_outweigh_others() -> None:
    page = DecidedPage(
        context=CONTEXT,
        talk=0.0,
        propensity=1.0,
        choices=1,
        shelves=[DecidedShelf(id="popular", filled=1.0, propensity=1.0, choices=1)],
    )
    (shelf,), (share, mix) = page.rewarded({"popular": 8.0})
    assert (shelf[0], shelf[1].reward) == ("popular", MOST_REWARD)
    assert (share, mix.reward) == (0.0, MOST_REWARD / MOST_SHELVES)


def context(morning: bool, talk_now: float = 0.0) -> np.ndarray:
    row = np.zeros(SIZE)
    row[0], row[3 if morning else 6], row[TALK_NOW] = 1, 1, talk_now
    return row


def test_a_shelf_that_pays_in_the_morning_stands_first_then_and_not_at_night() -> None:
    rewards = [
        (shelf, Rewarded(shelf_features(context(morning), 1.0, 1), reward, 0.5, 2))
        for _ in range(150)
        for morning in (True, False)
        for shelf, reward in (("talk-to-try", float(morning)), ("popular", 0.5))
    ]
    bandit = Bandit(Learnt.from_json({}).plus(rewards, []))
    candidates = [Candidate("talk-to-try", 1.0, 0.0), Candidate("popular", 1.0, 0.0)]
    assert bandit.shelves(context(True), candidates, 1)[0] > 0.8
    assert bandit.shelves(context(False), candidates, 1)[0] < 0.2


def test_the_mix_starts_at_what_the_listener_plays_and_follows_rewards() -> None:
    new = Learnt.from_json({})
    talker = context(True, talk_now=0.5)
    assert TALK_SHARES[int(np.argmax(Bandit(new).mixes(talker, TALK_SHARES)))] == 0.5
    rewards = [
        (share, Rewarded(mix_features(talker, share), float(share == 0.1), 0.2, 5))
        for _ in range(100)
        for share in TALK_SHARES
    ]
    chances = Bandit(new.plus([], rewards)).mixes(talker, TALK_SHARES)
    assert TALK_SHARES[int(np.argmax(chances))] == 0.1
