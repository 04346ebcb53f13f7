"""A listener's list of a week as the store keeps it: made at first sight, or by the batch, and then unchanged."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from surfaces.common.catalogue import Catalogue
from surfaces.common.errors import UnavailableError
from surfaces.common.model_server import Ranked, Wish
from surfaces.common.plays import Plays
from surfaces.common.visit import Visit
from surfaces.discover_weekly.candidates import SURFACE, Ask
from surfaces.discover_weekly.discovering import Discoveries, discover, discover_popular
from surfaces.discover_weekly.seeker import Seeker
from surfaces.discover_weekly.week import monday_of
from surfaces.service.service import Service
from surfaces.store.store import Json

PATIENCE: Final = 0.3
"""Seconds after which a first visit asks the models no further question: an answer has one second."""


@dataclass(frozen=True)
class WeekList:
    """What the store keeps of a week.

    Attributes:
        item_ids: in the order of playing.
        ranks: at which place of its answer the models put each; 0 where no model was asked.
        reason: why it was made without the models; "" where it wasn't.
    """

    item_ids: list[str]
    ranks: list[int]
    reason: str = ""

    @classmethod
    def of(cls, catalogue: Catalogue, discoveries: Discoveries, reason: str = "") -> "WeekList":
        """What is kept of a list."""
        return cls([catalogue.item_ids[place] for place in discoveries.places], discoveries.ranks, reason)

    @classmethod
    def read(cls, content: Json) -> "WeekList":
        """Reads what `content` wrote."""
        return cls(content["items"], content["ranks"], content["reason"])

    @property
    def content(self) -> Json:
        """What the store keeps, as JSON."""
        return {"items": self.item_ids, "ranks": self.ranks, "reason": self.reason}


def this_week(service: Service, visit: Visit) -> WeekList:
    """The list of the visit's week; it is made and frozen if there is none yet.

    Without the models it is made of what is popular, and then stays for the week too: what a listener has seen
    as this week's list stays this week's list. Where the store can't keep it, the visit notes that.
    """
    week, lists = visit.moment.week, dict[str, Json]()
    with visit.tolerated():
        lists = service.store.frozen(visit.user_id, SURFACE)
    if week in lists:
        return WeekList.read(lists[week])
    earlier = earlier_places(service.catalogue, lists, week)
    seeker = Seeker(visit.user_id, visit.plays, visit.tokens, earlier, service.log.has_times)
    content = _first_sight(service, visit, seeker, monday_of(week)).content
    with visit.tolerated():
        content = service.store.freeze(visit.user_id, SURFACE, week, content)
    return WeekList.read(content)


def earlier_places(catalogue: Catalogue, lists: Mapping[str, Json], week: str) -> frozenset[int]:
    """Places of what stands in the lists of all other weeks; what the catalogue has lost has none."""
    others = [item for period, content in lists.items() if period != week for item in content["items"]]
    return frozenset(catalogue.places_of(others).tolist())


def _first_sight(service: Service, visit: Visit, seeker: Seeker, monday: int) -> WeekList:
    with visit.tolerated():
        (discoveries,) = discover(service.catalogue, _hurried(service), [seeker], monday)
        return WeekList.of(service.catalogue, discoveries)
    popular = discover_popular(service.catalogue, service.log.popularity.everywhere, seeker, monday)
    return WeekList.of(service.catalogue, popular, visit.faults[-1])


def _hurried(service: Service) -> Ask:
    """The models, of whom nothing more is had once time runs out or a later question fails."""
    start = time.monotonic()
    answered = False

    def ask(plays: Sequence[Plays], wishes: Sequence[Wish]) -> list[Ranked]:
        nonlocal answered
        if time.monotonic() - start > PATIENCE:
            return [Ranked([], [])] * len(plays)
        try:
            answers = service.models.recommend_each(plays, wishes)
        except UnavailableError:
            if not answered:
                raise
            return [Ranked([], [])] * len(plays)
        answered = True
        return answers

    return ask
