from pathlib import Path

import numpy as np

from surfaces.common.moment import Moment
from surfaces.common.plays import Plays
from surfaces.home.context import SIZE, TALK_NOW, features
from tests.surfaces.home.worlds import AT, UNIX, items
from tests.surfaces.worlds import plays, service

ITEMS = items()
DAY, HOUR = 86_400, 3600


def row(folder: Path, of_listener: Plays, at: str = AT, device: str = "") -> np.ndarray:
    one = service(folder, ITEMS, {"u": of_listener})
    return features(one, one.visit("u", Moment.parse(at), device=device))


def test_the_listeners_clock_and_device_are_known(tmp_path: Path) -> None:
    friday = row(tmp_path, Plays(), device="Phone")
    assert friday.shape == (SIZE,)
    assert np.flatnonzero(friday[1:8]).tolist() == [2]  # the morning
    assert (friday[8], friday[9:17].sum(), friday[-1]) == (0, 1, 1)
    saturday = row(tmp_path, Plays(), at="2024-10-05T23:00:00+02:00")
    assert (np.flatnonzero(saturday[1:8]).tolist(), saturday[8], saturday[9:17].sum()) == ([6], 1, 0)


def test_talk_in_the_morning_counts_in_the_morning(tmp_path: Path) -> None:
    talk, music = ITEMS.places_of(["P0", "P1"]).tolist(), ITEMS.places_of(["A0", "A0"]).tolist()
    mornings, evenings = [UNIX - DAY, UNIX - 2 * DAY], [UNIX - DAY + 11 * HOUR, UNIX - 2 * DAY + 11 * HOUR]
    known = plays([*talk, *music], [*mornings, *evenings])
    now, tonight = row(tmp_path, known), row(tmp_path, known, at="2024-10-04T19:30:00+02:00")
    assert now[-5] == tonight[-5] == 0.5
    assert now[TALK_NOW] > 0.6
    assert tonight[TALK_NOW] < 0.4
    assert now[-3] == 0.25  # one play of four is of an item played before
