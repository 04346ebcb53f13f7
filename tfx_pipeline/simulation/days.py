"""Lets listeners live for some days, and counts what came of it."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from listening_log.world import Truth
from listening_log.world.sessions import DAY
from models import names
from tfx_pipeline.simulation.listener import Listener, Start
from tfx_pipeline.simulation.lives import SECONDS_A_PLAY, Life
from tfx_pipeline.simulation.outcome import Outcome

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
        self._day = 0

    def live(self, life: Life, days: int) -> Outcome:
        """Lives some days more; the first time the listeners begin with what the log says they heard."""
        if not self._people:
            self._begin(life)
        creators = life.service.catalogue.creators
        total = Outcome(0, 0, 0, 0, 0, frozenset(), len(creators.values))
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
            places = sorted(set(life.service.log.plays(user_id).items.tolist()))
            heard = [catalogue.item_ids[place] for place in places]
            self._people.append(Listener(self._truth, user_id, heard))
            self._known.append({catalogue.creators.value(place) for place in places})

    def _session(self, life: Life, number: int, rng: np.random.Generator) -> Outcome:
        catalogue, listener, known = life.service.catalogue, self._people[number], self._known[number]
        midnight = self._truth.start + (self._truth.catalogue.days + self._day) * DAY
        unix = midnight + (_FIRST_HOUR + int(rng.integers(_HOURS))) * 3600
        starts, skips, now = list[Start](), 0, unix
        for shown in life.open(listener, unix, rng):
            heard = listener.listen(shown.item_ids, now, rng, skips)
            life.post(listener, shown, heard.starts, now)
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
        skips = sum(one.skipped for one in starts)
        everybody = len(catalogue.creators.values)
        return Outcome(1, len(kept), skips, new_creators, new_shows, frozenset(covered - {""}), everybody)
