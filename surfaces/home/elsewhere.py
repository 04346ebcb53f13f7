"""What other destinations have for a page of Home: lists that are made already, and made after it where not."""

from typing import Final

from surfaces.common.visit import Visit
from surfaces.daylist.frozen_day import day_offers, prepare_day
from surfaces.discover_weekly.candidates import SURFACE
from surfaces.discover_weekly.frozen_week import WeekList, prepare_week
from surfaces.discover_weekly.reasons import Reasons
from surfaces.home.home import Elsewhere
from surfaces.service.fallback import Offer
from surfaces.service.service import Service


def discoveries(service: Service, visit: Visit) -> list[Offer]:
    """What of this week's list the listener still hasn't played; nothing while there is no list.

    Raises:
        UnavailableError: the store can't be read now.
    """
    content = service.store.frozen_list(visit.user_id, SURFACE, visit.moment.week)
    if content is None:
        return []
    week, reasons = WeekList.read(content), Reasons(service, visit)
    return [
        Offer(place, reasons.why(place, rank))
        for item_id, rank in zip(week.item_ids, week.ranks, strict=True)
        if (place := service.catalogue.place_of(item_id)) is not None and place not in visit.plays.heard
    ]


ELSEWHERE: Final = (
    Elsewhere("discoveries", "This week's discoveries", discoveries, prepare_week),
    Elsewhere("daylist", "Your daylist", day_offers, prepare_day),
)
