"""Which episode stands in a segment."""

from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest

from models import names
from surfaces.common.plays import Plays
from surfaces.dj.knowing.desk import Desk
from surfaces.dj.knowing.reactions import reactions
from surfaces.dj.knowing.session import Session
from surfaces.dj.themes.talk import commute, talk
from tests.surfaces.dj.worlds import NOW, history, radio, service
from tests.surfaces.worlds import plays

SHOWS = {"Show 7": {7, 31, 55, 79}, "Show 3": {15, 39, 63}}
"""Some episodes of the radio by their shows."""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    catalogue, session = radio(80), Session(began=NOW.unix, seed="1")
    shared = service(tmp_path, catalogue)
    return Desk(
        catalogue=catalogue,
        visit=shared.visit("ann", NOW),
        popularity=shared.log.popularity,
        timed=True,
        session=session,
        reactions=reactions(catalogue, session, Plays()),
        used=np.zeros(catalogue.size, bool),
        random=Random(1),
    )


def after(desk: Desk, own: Plays) -> Desk:
    return replace(desk, visit=replace(desk.visit, plays=own))


def leads(desk: Desk) -> set[int]:
    plan = commute(desk)
    assert plan is not None
    assert plan.lead is not None
    return set(np.flatnonzero(plan.lead).tolist())


def test_a_new_episode_is_of_a_show_that_is_played_if_one_is_left(desk: Desk) -> None:
    assert leads(after(desk, plays([7, 0, 1]))) == SHOWS["Show 7"] - {7}
    every = {place for place in range(80) if place % 8 == 7}
    assert leads(after(desk, plays([0, 1]))) == every
    assert leads(after(desk, plays(sorted(SHOWS["Show 7"])))) == every - SHOWS["Show 7"]


def test_an_episode_that_was_begun_comes_before_new_ones(desk: Desk) -> None:
    plan = commute(desk)
    assert plan is not None
    assert plan.openers == [7]


def test_between_times_there_is_talk_only_for_who_plays_a_show(desk: Desk) -> None:
    assert talk(desk) is not None
    assert talk(after(desk, plays([7, 0]))) is not None
    assert talk(after(desk, plays([0, 1]))) is None
    skipped = plays([7, 0], outcomes=[names.SKIPPED, names.COMPLETED])
    assert talk(after(desk, skipped)) is None
    assert talk(after(desk, history().at(slice(0, 0)))) is None
