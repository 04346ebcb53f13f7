import itertools
from pathlib import Path

import numpy as np
import pytest

from listening_log.cleaning.catalog import read_catalog
from listening_log.world import Truth, load_truth, make_world
from listening_log.world.sessions import DAY
from models import names
from serving.catalog_asset import SCHEMA
from surfaces.common.catalogue import Catalogue
from surfaces.common.moment import Moment
from surfaces.home.learning import state_name
from surfaces.service.service import Service
from tests.surfaces.worlds import plays, service
from tfx_pipeline.simulation import lives
from tfx_pipeline.simulation.days import Days, heard_whole
from tfx_pipeline.simulation.listener import PATIENCE, Listener
from tfx_pipeline.simulation.lives import LIVES, Destinations
from tfx_pipeline.simulation.outcome import Outcome


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Catalogue, Truth]:
    folder = tmp_path_factory.mktemp("world") / "data"
    make_world(folder, users=6, items=60, days=10, seed=2)
    return Catalogue(read_catalog(str(folder)).table.cast(SCHEMA)), load_truth(folder)


def shared(folder: Path, world: tuple[Catalogue, Truth]) -> Service:
    folder.mkdir()
    catalogue, truth = world
    first, second = (catalogue.place_of(item) for item in truth.item_ids[:2].tolist())  # of the tracks
    assert first is not None
    assert second is not None
    return service(
        folder, catalogue, {user: plays([first, second, second]) for user in truth.user_ids.tolist()}
    )


def lived(name: str, folder: Path, world: tuple[Catalogue, Truth], days: int = 4) -> tuple[Service, Outcome]:
    own = shared(folder, world)
    return own, Days(world[1], world[1].user_ids.tolist(), 3).live(LIVES[name](own), days)


@pytest.mark.parametrize("name", list(LIVES))
def test_each_life_ends_in_figures_of_what_was_posted(
    name: str, tmp_path: Path, world: tuple[Catalogue, Truth]
) -> None:
    own, outcome = lived(name, tmp_path / "life", world)
    stored = [play for user in world[1].user_ids.tolist() for play in own.store.plays(user)]
    assert outcome.sessions > 0
    assert len(stored) == outcome.starts.started > 0
    assert sum(play.end_reason == "skip" for play in stored) == outcome.starts.skips


def test_the_same_seed_gives_the_same_life(tmp_path: Path, world: tuple[Catalogue, Truth]) -> None:
    assert lived("models alone", tmp_path / "a", world)[1] == lived("models alone", tmp_path / "b", world)[1]


def test_what_is_liked_is_skipped_less(world: tuple[Catalogue, Truth]) -> None:
    truth = world[1]
    listener = Listener(truth, truth.user_ids[0])
    tracks = truth.item_ids[: truth.catalogue.tracks].tolist()
    order = sorted(tracks, key=lambda item: -listener.liking_of(item, truth.start))
    shares = []
    for ids in (order[:10], order[-10:]):
        started = [
            one
            for n in range(200)
            for one in listener.listen(ids, truth.start, np.random.default_rng(n)).starts
        ]
        shares.append(sum(one.skipped for one in started) / len(started))
    assert shares[0] < shares[1]


def test_three_skips_in_a_row_end_a_session_over_several_lists(world: tuple[Catalogue, Truth]) -> None:
    truth = world[1]
    listener = Listener(truth, truth.user_ids[0])
    tracks = truth.item_ids[: truth.catalogue.tracks].tolist()
    worst = min(tracks, key=lambda item: listener.liking_of(item, truth.start) or 1.0)
    sessions = [
        listener.listen([worst], truth.start, np.random.default_rng(n), skips=PATIENCE - 1) for n in range(50)
    ]
    skipped = [one for one in sessions if one.starts and one.starts[-1].skipped]
    assert skipped
    assert not any(one.stays for one in skipped)
    assert any(one.stays for one in sessions)


def test_an_episode_of_the_log_is_not_heard_again(world: tuple[Catalogue, Truth]) -> None:
    truth = world[1]
    episode = truth.item_ids[truth.catalogue.tracks]
    assert Listener(truth, truth.user_ids[0]).liking_of(episode, truth.start) > 0
    assert Listener(truth, truth.user_ids[0], [episode]).liking_of(episode, truth.start) == 0


def test_what_was_broken_off_is_not_heard_whole(world: tuple[Catalogue, Truth]) -> None:
    outcomes = [names.PARTIAL, names.PARTIAL, names.COMPLETED, names.SKIPPED]
    heard = heard_whole(world[0], plays([0, 1, 1, 2], outcomes=outcomes))
    assert heard == [world[0].item_ids[1], world[0].item_ids[2]]


def test_a_life_may_be_lived_in_parts(tmp_path: Path, world: tuple[Catalogue, Truth]) -> None:
    own = shared(tmp_path / "parts", world)
    days, life = Days(world[1], world[1].user_ids.tolist(), 3), LIVES["models alone"](own)
    assert days.live(life, 1).then(days.live(life, 3)) == lived("models alone", tmp_path / "whole", world)[1]


def test_the_dj_goes_on_until_the_listener_leaves(
    tmp_path: Path, world: tuple[Catalogue, Truth], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lives, "_DESTINATIONS", {"dj": 1.0})
    own = shared(tmp_path / "life", world)
    listener = Listener(world[1], world[1].user_ids[0])
    rng = np.random.default_rng(0)
    shown = list(itertools.islice(Destinations(own).open(listener, world[1].start, rng), 3))
    items = [item for one in shown for item in one.item_ids]
    assert len(set(items)) == len(items)
    assert len({one.request_id for one in shown}) == 3


def test_two_in_five_items_are_new_as_long_as_there_are_new_ones(
    tmp_path: Path, world: tuple[Catalogue, Truth]
) -> None:
    own = shared(tmp_path / "life", world)
    listener = Listener(world[1], world[1].user_ids[0])
    rng = np.random.default_rng(0)
    (shown,) = LIVES["models, 2 in 5 new"](own).open(listener, world[1].start + 10 * DAY, rng)
    heard = own.visit(listener.user_id, Moment.parse("2100-01-01T00:00:00Z")).plays.heard
    new = [own.catalogue.place_of(item_id) not in heard for item_id in shown.item_ids[:5]]
    assert len(heard) == 2
    assert new == [False, False, True, True, True]  # nothing else is known
    assert len(set(shown.item_ids)) == len(shown.item_ids) == lives.LENGTH


def test_what_is_started_again_is_not_new(tmp_path: Path, world: tuple[Catalogue, Truth]) -> None:
    own, outcome = lived("popularity", tmp_path / "life", world)
    posted = {(play.user_id, play.item_id) for user in world[1].user_ids for play in own.store.plays(user)}
    before = {
        (user, own.catalogue.item_ids[place])
        for user in world[1].user_ids
        for place in own.log.plays(user).heard
    }
    assert outcome.starts.new == len(posted - before) > 0
    assert outcome.starts.new < outcome.starts.started


def test_home_learns_at_the_end_of_a_day(tmp_path: Path, world: tuple[Catalogue, Truth]) -> None:
    own, _ = lived("destinations", tmp_path / "life", world)
    assert own.store.state(state_name("home"))
    assert own.store.claim_decisions("home", 2**40, 1) == []
