"""A listener's list of a week as the store keeps it: made at first sight, or by the batch, and then unchanged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from surfaces.common.budget import ANSWER_SECONDS, seconds_left
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
from surfaces.store.records import Json

LEAST_SECONDS: Final = 0.4
"""Where an answer has less time left, the models are asked no further question."""


@dataclass(frozen=True)
class WeekList:
    """What the store keeps of a week.

    Attributes:
        item_ids: in the order of playing.
        ranks: at which place of its answer the models put each; 0 where no model was asked.
        reason: why it was made without the models; "" where it wasn't.
        spares: ids of clean items that stand in for the explicit ones.
        spare_ranks: theirs.
    """

    item_ids: list[str]
    ranks: list[int]
    reason: str = ""
    spares: list[str] = field(default_factory=list)
    spare_ranks: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, catalogue: Catalogue, discoveries: Discoveries, reason: str = "") -> "WeekList":
        """What is kept of a list."""
        listed, spares = (
            [catalogue.item_ids[place] for place in places]
            for places in (discoveries.places, discoveries.spares)
        )
        return cls(listed, discoveries.ranks, reason, spares, discoveries.spare_ranks)

    @classmethod
    def read(cls, content: Json) -> "WeekList":
        """Reads what `content` wrote."""
        spares = content.get("spares", [])  # lists of earlier versions have none
        return cls(
            content["items"], content["ranks"], content["reason"], spares, content.get("spare_ranks", [])
        )

    @property
    def content(self) -> Json:
        """What the store keeps, as JSON."""
        return {
            "items": self.item_ids,
            "ranks": self.ranks,
            "reason": self.reason,
            "spares": self.spares,
            "spare_ranks": self.spare_ranks,
        }


def this_week(service: Service, visit: Visit) -> WeekList:
    """The list of the visit's week; it is made and frozen if there is none yet.

    Without the models it is made of what is popular, and then stays for the week too: what a listener has seen
    as this week's list stays this week's list. Where the store can't keep it, the visit notes that.
    """
    lists = dict[str, Json]()
    with visit.tolerated():
        lists = service.store.frozen(visit.user_id, SURFACE)
    content = lists.get(visit.moment.week)
    if content is None:
        content = _first_sight(service, visit, lists).content
        with visit.tolerated():
            content = service.store.freeze(visit.user_id, SURFACE, visit.moment.week, content)
    return WeekList.read(content)


def prepare_week(service: Service, visit: Visit) -> None:
    """Makes and freezes the list of the visit's week if there is none yet, for a listener who hasn't seen it.

    Raises:
        UnavailableError: the models or the store can't be had; then there is none.
    """
    lists = service.store.frozen(visit.user_id, SURFACE)
    if visit.moment.week not in lists:
        alone = replace(visit, faults=[])
        week = _first_sight(service, alone, lists)
        if alone.faults:
            raise UnavailableError(alone.faults[0])
        service.store.freeze(visit.user_id, SURFACE, visit.moment.week, week.content)


def earlier_places(catalogue: Catalogue, lists: Mapping[str, Json], week: str) -> frozenset[int]:
    """Places of what stands in the lists of all other weeks, or may have; what the catalogue has lost has none."""
    others = [
        item
        for period, content in lists.items()
        if period != week
        for item in (*content["items"], *content.get("spares", ()))
    ]
    return frozenset(catalogue.places_of(others).tolist())


def _first_sight(service: Service, visit: Visit, lists: Mapping[str, Json]) -> WeekList:
    catalogue, week = service.catalogue, visit.moment.week
    earlier = earlier_places(catalogue, lists, week)
    seeker = Seeker(visit.user_id, visit.plays, visit.tokens, earlier, service.log.has_times, visit.away)
    with visit.tolerated():
        (discoveries,) = discover(catalogue, _hurried(service), [seeker], monday_of(week))
        return WeekList.of(catalogue, discoveries)
    popular = discover_popular(catalogue, service.log.popularity.everywhere, seeker, monday_of(week))
    return WeekList.of(catalogue, popular, visit.faults[-1])


def _hurried(service: Service) -> Ask:
    """The models, of whom nothing more is had once time runs out or a later question fails."""
    answered = False

    def ask(plays: Sequence[Plays], wishes: Sequence[Wish]) -> list[Ranked]:
        nonlocal answered
        nothing = [Ranked([], [])] * len(plays)
        if answered and seconds_left(ANSWER_SECONDS) < LEAST_SECONDS:
            return nothing
        try:
            answers = service.models.recommend_each(plays, wishes)
        except UnavailableError:
            if not answered:
                raise
            return nothing
        answered = True
        return answers

    return ask
