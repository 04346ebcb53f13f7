"""Home, whole: asks the models, makes the shelves, lets the bandit compose the page, and keeps what it decided."""

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from surfaces.common.visit import Visit
from surfaces.home.bandit import Bandit
from surfaces.home.context import features
from surfaces.home.decided import DecidedPage
from surfaces.home.learning import WAIT, learn, state_name
from surfaces.home.learnt import Learnt
from surfaces.home.material import ask
from surfaces.home.new_items import new_from_creators, your_shows
from surfaces.home.page import Page, compose
from surfaces.home.ridge import Floats
from surfaces.home.shelf import Shelf
from surfaces.home.shelves import (
    because_you_played,
    jump_back_in,
    made_for_you,
    popular_near_you,
    talk_to_try,
)
from surfaces.service.fallback import Offer
from surfaces.service.service import Service
from surfaces.service.showing import Shown, impressions
from surfaces.store.records import Decision

FRESH: Final = 5.0
"""Seconds for which a process goes by what it last read of the bandit's state."""
LEARN_EVERY: Final = 60.0
"""Seconds between two steps of learning in a process."""

_OWN: Final = (
    jump_back_in,
    made_for_you,
    because_you_played,
    new_from_creators,
    your_shows,
    talk_to_try,
    popular_near_you,
)


@dataclass(frozen=True)
class Elsewhere:
    """A shelf of another destination's list.

    Attributes:
        id: of the shelf.
        title: of the shelf.
        offers: what the list has for a visit; nothing while there is none, and quick.
        make: makes the visit's list where there is none, for the next page; it may take its time.
    """

    id: str
    title: str
    offers: Callable[[Service, Visit], Sequence[Offer]]
    make: Callable[[Service, Visit], object]


@dataclass(frozen=True)
class Opened:
    """A page as it was opened by a listener."""

    request_id: str
    page: Page


class Home:
    """The destination; safe to use from any number of threads, beside any number of other processes.

    Args:
        service: what the destinations share.
        elsewhere: lists of other destinations that are shelves here.
        clock: the server's, in unix seconds.
    """

    def __init__(
        self, service: Service, elsewhere: Sequence[Elsewhere] = (), clock: Callable[[], float] = time.time
    ) -> None:
        self._service, self._elsewhere, self._clock = service, elsewhere, clock
        self._lock = threading.Lock()
        self._bandits: dict[str, tuple[float, Bandit]] = {}
        self._learnt_at = self._clock()

    def open(self, visit: Visit) -> Opened:
        """Composes a page for a visit, and keeps what was decided and shown, for learning."""
        request_id = secrets.token_hex(12)
        context = features(self._service, visit)
        page = compose(
            self.shelves(visit),
            self._service.catalogue.is_talk,
            self._bandit(visit),
            context,
            np.random.default_rng(int(request_id, 16)),
        )
        self._keep(request_id, visit, page, context)
        return Opened(request_id, page)

    def shelves(self, visit: Visit) -> list[Shelf]:
        """All shelves of a visit that have anything to offer, before any is chosen."""
        material = ask(self._service, visit)
        shelves = [make(material) for make in _OWN]
        for one in self._elsewhere:
            with visit.tolerated():
                offers = one.offers(self._service, visit)
                offers = [offer for offer in offers if offer.because and material.eligible[offer.place]]
                shelves.append(Shelf(one.id, one.title, offers))
        return [shelf for shelf in shelves if shelf.offers]

    def after(self, visit: Visit) -> None:
        """Does what has time until a page was answered: a step of learning if one is due, lists for the next page."""
        if not visit.faults:
            with visit.tolerated():
                self._learn_if_due(visit.surface)
            for one in self._elsewhere:
                with visit.tolerated():
                    one.make(self._service, visit)

    def _learn_if_due(self, surface: str) -> None:
        now = self._clock()
        with self._lock:
            if now < self._learnt_at + LEARN_EVERY:
                return
            self._learnt_at = now
        learn(self._service, surface, int(now - WAIT))

    def _bandit(self, visit: Visit) -> Bandit:
        """The bandit as the store last had it; the one of before, or a new one, where the store can't be read."""
        now, read = self._clock(), self._bandits.get(visit.surface)
        if read is not None and now < read[0] + FRESH:
            return read[1]
        bandit = None
        with visit.tolerated():
            bandit = Bandit(Learnt.from_json(self._service.store.state(state_name(visit.surface))))
        if bandit is None:
            bandit = read[1] if read else Bandit(Learnt.from_json({}))
        self._bandits[visit.surface] = now, bandit
        return bandit

    def _keep(self, request_id: str, visit: Visit, page: Page, context: Floats) -> None:
        ids = self._service.catalogue.item_ids
        items = [
            Shown(position, ids[offer.place], placed.shelf.id, placed.propensity)
            for position, (placed, offer) in enumerate(page.offers, 1)
        ]
        content = DecidedPage.of(page, context).model_dump()
        with visit.tolerated():
            self._service.store.add_decision(
                Decision(request_id, visit.user_id, visit.surface, int(self._clock()), content),
                impressions(self._service, visit, request_id, visit.surface, items),
            )
