"""A listener's daylist as the store keeps it: chosen at first sight in a part of a day, and then unchanged."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from surfaces.common.errors import UnavailableError
from surfaces.common.visit import Visit
from surfaces.daylist.choosing import SURFACE, Day, choose_day
from surfaces.daylist.reasons import Reasons
from surfaces.service.fallback import Offer
from surfaces.service.service import Service
from surfaces.store.records import Json

KEPT_DAYS: Final = 7
"""A listener's older lists are deleted, for nobody comes back to them."""


@dataclass(frozen=True)
class KeptDay:
    """What the store keeps of a daylist; `reason` says why it was made without the models."""

    item_ids: list[str]
    ranks: list[int]
    descriptors: list[str]
    reason: str = ""

    @classmethod
    def read(cls, content: Json) -> "KeptDay":
        """Reads what `content` wrote."""
        return cls(content["items"], content["ranks"], content["descriptors"], content["reason"])

    @property
    def content(self) -> Json:
        """What the store keeps, as JSON."""
        return {
            "items": self.item_ids,
            "ranks": self.ranks,
            "descriptors": self.descriptors,
            "reason": self.reason,
        }


def this_day(service: Service, visit: Visit) -> KeptDay:
    """The daylist of this part of this day; it is chosen and frozen if there is none yet.

    What the visit rules out has a list of its own: one without explicit items, one of a country.
    """
    period = _period(visit)
    with visit.tolerated():
        content = service.store.frozen_list(visit.user_id, SURFACE, period)
        if content is not None:
            return KeptDay.read(content)
    faults = len(visit.faults)
    content = _kept(service, choose_day(service, visit), "; ".join(visit.faults[faults:])).content
    with visit.tolerated():
        content = _freeze(service, visit, content)
    return KeptDay.read(content)


def prepare_day(service: Service, visit: Visit) -> None:
    """Chooses and freezes this part of the day's list if there is none yet, for a listener who hasn't seen it.

    Raises:
        UnavailableError: the models or the store can't be had; then there is none.
    """
    period = _period(visit)
    if service.store.frozen_list(visit.user_id, SURFACE, period) is None:
        alone = replace(visit, faults=[])
        day = choose_day(service, alone)
        if alone.faults:
            raise UnavailableError(alone.faults[0])
        _freeze(service, visit, _kept(service, day, "").content)


def day_offers(service: Service, visit: Visit) -> list[Offer]:
    """What stands in this part of the day's list; nothing while there is none.

    Raises:
        UnavailableError: the store can't be read now.
    """
    content = service.store.frozen_list(visit.user_id, SURFACE, _period(visit))
    if content is None:
        return []
    day, reasons = KeptDay.read(content), Reasons(service, visit)
    return [
        Offer(place, reasons.why(place, rank))
        for item_id, rank in zip(day.item_ids, day.ranks, strict=True)
        if (place := service.catalogue.place_of(item_id)) is not None
    ]


def _freeze(service: Service, visit: Visit, content: Json) -> Json:
    """Freezes a list, and deletes those that are so old that nobody comes back to them."""
    today = min(visit.moment.local.date(), date.today())  # a clock that is ahead deletes nothing of today's
    oldest = today - timedelta(days=KEPT_DAYS)
    return service.store.freeze(
        visit.user_id, SURFACE, _period(visit), content, delete_before=oldest.isoformat()
    )


def _period(visit: Visit) -> str:
    limits = [visit.country, "" if visit.explicit else "clean"]
    day = visit.moment.local.date().isoformat()
    return " ".join([day, visit.moment.part_of_day, *(limit for limit in limits if limit)])


def _kept(service: Service, day: Day, reason: str) -> KeptDay:
    return KeptDay([service.catalogue.item_ids[p] for p in day.places], day.ranks, day.descriptors, reason)
