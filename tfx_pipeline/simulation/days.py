"""Lets listeners live for some days, and counts what came of it."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from listening_log.world import Truth
from listening_log.world.sessions import DAY
from models import names
from surfaces.common.catalogue import Catalogue
from surfaces.common.plays import Plays
from tfx_pipeline.simulation.listener import Listener, Start
from tfx_pipeline.simulation.lives import SECONDS_A_PLAY, Life
from tfx_pipeline.simulation.outcome import Outcome, Starts

OPENS: Final = 0.4
"""The chance that a listener opens the application on a day."""
_FIRST_HOUR, _HOURS = 7, 15


class Days:
    """The days after the log's last in one life; the same seed, the same days.

    The life may be lived on with other models: what the listeners have heard and whom they know stays.

    Args:
        truth: of the world that the log is of.
        user_ids: of the listeners.
        seed: of who opens it when, and of what they do then.
    """

    def __init__(self, truth: Truth, user_ids: Sequence[str], seed: int) -> None:
        self._truth, self._user_ids, self._seed = truth, user_ids, seed
        self._people: list[Listener] = []
        self._known: list[set[str]] = []
        """Creators whom each listener has played."""
        self._started: list[set[str]] = []
        """Ids of what each listener has ever started."""
        self._day = 0

    def live(self, life: Life, days: int) -> Outcome:
        """Lives some days more; the first time the listeners begin with what the log says they heard."""
        if not self._people:
            self._begin(life)
        total = Outcome()
        for _ in range(days):
            for number in range(len(self._people)):
                rng = np.random.default_rng([self._seed, self._day, number])
                if rng.random() <= OPENS:
                    total = total.then(self._session(life, number, rng))
            life.end_day()
            self._day += 1
        return total

    def _begin(self, life: Life) -> None:
        catalogue = life.service.catalogue
        for user_id in self._user_ids:
            plays = life.service.log.plays(user_id)
            places = sorted(set(plays.items.tolist()))
            heard = [catalogue.item_ids[place] for place in places]
            self._people.append(Listener(self._truth, user_id, heard_whole(catalogue, plays)))
            self._known.append({catalogue.creators.value(place) for place in places})
            self._started.append(set(heard))

    def _session(self, life: Life, number: int, rng: np.random.Generator) -> Outcome:
        catalogue, listener, known = life.service.catalogue, self._people[number], self._known[number]
        midnight = self._truth.start + (self._truth.catalogue.days + self._day) * DAY
        unix = midnight + (_FIRST_HOUR + int(rng.integers(_HOURS))) * 3600
        starts, skips, now = list[Start](), 0, unix
        surfaces = dict[str, Starts]()
        for shown in life.open(listener, unix, rng):
            heard = listener.listen(shown.item_ids, now, rng, skips)
            life.post(listener, shown, heard.starts, now)
            came = self._count(number, heard.starts)
            surfaces[shown.surface] = surfaces.get(shown.surface, Starts()).plus(came)
            starts += heard.starts
            skips, now = heard.skips, now + SECONDS_A_PLAY * len(heard.starts)
            if not heard.stays:
                break
        kept = [
            place
            for one in starts
            if not one.skipped and (place := catalogue.place_of(one.item_id)) is not None
        ]
        covered = set[str]()
        new_creators = new_shows = 0
        for place in kept:
            creator = catalogue.creators.value(place)
            if creator and creator not in known:
                known.add(creator)
                new_creators += 1
                new_shows += catalogue.kinds.value(place) in names.TALK_KINDS
            covered.add(creator)
        everybody = len(catalogue.creators.values)
        return Outcome(1, surfaces, new_creators, new_shows, frozenset(covered - {""}), everybody)

    def _count(self, number: int, starts: Sequence[Start]) -> Starts:
        """What came of a list, which the listener then knows."""
        started, skips, new, new_skips = self._started[number], 0, 0, 0
        for one in starts:
            skips += one.skipped
            if one.item_id not in started:
                new += 1
                new_skips += one.skipped
                started.add(one.item_id)
        return Starts(1, len(starts) - skips, skips, new, new_skips)


def heard_whole(catalogue: Catalogue, plays: Plays) -> list[str]:
    """Ids of what was played, but for what was broken off at its last play."""
    last = dict(zip(plays.items.tolist(), plays.outcomes.tolist(), strict=True))
    return [catalogue.item_ids[place] for place, outcome in last.items() if outcome != names.PARTIAL]
