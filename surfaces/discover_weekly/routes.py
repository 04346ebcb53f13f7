"""`GET /v1/discover-weekly`."""

from typing import Annotated

from fastapi import APIRouter, Depends

from surfaces.common.answers import Answer, ShownItem, shown
from surfaces.common.visit import Visit
from surfaces.discover_weekly.candidates import SURFACE
from surfaces.discover_weekly.frozen_week import this_week
from surfaces.discover_weekly.reasons import Reasons
from surfaces.service.service import Service
from surfaces.service.visit_query import visit_query


class Weekly(Answer):
    """A week's list."""

    week: str
    """The ISO week of the listener's calendar, as 2026-W48."""
    items: list[ShownItem]
    """In the order of playing."""


def router(service: Service) -> APIRouter:
    """The route of Discover Weekly."""
    routes = APIRouter()

    @routes.get("/v1/discover-weekly", tags=["discover weekly"])
    def discover_weekly(visit: Annotated[Visit, Depends(visit_query(service, SURFACE))]) -> Weekly:
        """Thirty tracks that the listener had never played when the list was made, the same all week."""
        return weekly(service, visit)

    return routes


def weekly(service: Service, visit: Visit) -> Weekly:
    """The list of the visit's week; explicit items and other countries' are left out as the visit says."""
    week = this_week(service, visit)
    visit.note(week.reason)
    eligible, reasons = visit.eligible(service.catalogue), Reasons(service, visit)
    items = [
        shown(service.catalogue.item(place), reasons.why(place, rank))
        for item_id, rank in zip(week.item_ids, week.ranks, strict=True)
        if (place := service.catalogue.place_of(item_id)) is not None and eligible[place]
    ]
    return Weekly(week=visit.moment.week, items=items, **visit.shortfall)
