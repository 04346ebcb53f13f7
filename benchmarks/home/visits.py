"""Visits to Home after the end of a made world's log: their shelves by the served models, and the truth."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Final

import numpy as np
import pyarrow.parquet as pq

from listening_log.world import Truth, true_ranking_scores
from listening_log.world.items import COUNTRIES
from listening_log.world.sessions import DAY, HOURS_AHEAD
from listening_log.world.writing import EVENTS_FILE
from surfaces.common.moment import Moment
from surfaces.common.visit import Visit
from surfaces.home.context import features
from surfaces.home.home import Home
from surfaces.home.learnt import SHELVES
from surfaces.home.page import MOST_ITEMS, MOST_SHELVES
from surfaces.home.ridge import Floats
from surfaces.home.shelf import Shelf
from surfaces.service.fallback import popular
from surfaces.service.service import Service

DAYS_AFTER: Final = 3
"""Visits come so many days after the log's end: the models can't have seen them."""
_MORNING: Final = ("early morning", "morning")
_NIGHT: Final = ("evening", "night", "late night")
MORNING_TALK, NIGHT_TALK = 2.0, 0.4
"""How much more, or less, talk is wanted at these times than the world says: it has no hours for talk of its own."""


@dataclass(frozen=True)
class TrueVisit:
    """A visit, what Home could show in it, and the truth about its listener.

    Attributes:
        context: the bandit's features.
        shelves: all that Home has.
        popular: the page's worth of what is popular, heard or not, as shelves.
        wanted: [N] the true chance of each item to be the next play.
        kept: [N] the chance that it isn't skipped then, 0 to 1.
    """

    context: Floats
    shelves: list[Shelf]
    popular: list[Shelf]
    wanted: Floats
    kept: Floats


def make_visits(service: Service, truth: Truth, data: str, count: int, seed: int) -> list[TrueVisit]:
    """Draws listeners, each at an hour and with a device of one of their sessions, and asks the served models.

    The models are asked once a visit; every policy then composes its pages of the same shelves.
    """
    rng = np.random.default_rng(seed)
    home = Home(service)
    events = pq.read_table(f"{data}/{EVENTS_FILE}", columns=["user_id", "timestamp", "device"])
    users, times, devices = (events[name].to_pylist() for name in ("user_id", "timestamp", "device"))
    end = truth.start + truth.catalogue.days * DAY
    rows = rng.integers(0, len(users), count)
    visits = []
    for row in rows.tolist():
        days = int(np.ceil((end - times[row]) / DAY)) + int(rng.integers(0, DAYS_AFTER))
        visit = service.visit(
            users[row],
            _moment(truth, users[row], times[row] + days * DAY),
            device=devices[row],
            surface="home",
        )
        visits.append(_with_truth(service, home, truth, visit))
    return visits


def _moment(truth: Truth, user_id: str, unix: int) -> Moment:
    country = COUNTRIES[int(truth.listeners.country[truth.user_row[user_id]])]
    zone = timezone(timedelta(hours=HOURS_AHEAD[country]))
    return Moment(datetime.fromtimestamp(unix, zone))


def _with_truth(service: Service, home: Home, truth: Truth, visit: Visit) -> TrueVisit:
    catalogue = service.catalogue
    history = tuple(catalogue.item_ids[place] for place in visit.plays.items.tolist())
    chances = [
        true_ranking_scores(truth, visit.user_id, visit.moment.unix, history=history, kept=kept)
        for kept in (False, True)
    ]
    order = np.array([truth.item_row[item_id] for item_id in catalogue.item_ids])
    wanted, not_skipped = chances[0][order], chances[1][order]
    kept = np.divide(not_skipped, wanted, out=np.zeros_like(wanted), where=wanted > 0)
    part = visit.moment.part_of_day
    turn = MORNING_TALK if part in _MORNING else NIGHT_TALK if part in _NIGHT else 1.0
    wanted = np.where(catalogue.is_talk, turn * wanted, wanted)
    offers = popular(service, visit, visit.eligible(catalogue), MOST_ITEMS * MOST_SHELVES)
    charts = [
        Shelf(shelf, "Popular", offers[MOST_ITEMS * n : MOST_ITEMS * (n + 1)])
        for n, shelf in enumerate(SHELVES[:MOST_SHELVES])
    ]
    return TrueVisit(features(service, visit), home.shelves(visit), charts, wanted, kept)
