"""`GET /v1/discover-weekly`."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends

from surfaces.common.answers import Answer, ShownItem, shown
from surfaces.common.visit import Visit
from surfaces.discover_weekly.candidates import MOST_A_CREATOR, SURFACE
from surfaces.discover_weekly.frozen_week import this_week
from surfaces.discover_weekly.reasons import Reasons
from surfaces.discover_weekly.spares import filled
from surfaces.service.service import Service
from surfaces.service.showing import Shown, note_shown
from surfaces.service.visit_query import visit_query


class Weekly(Answer):
    """A week's list."""

    request_id: str
    """The answer's own id, which the plays that come of it name."""
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
        answer = weekly(service, visit)
        items = [Shown(n, item.item_id, propensity=1.0) for n, item in enumerate(answer.items, 1)]
        note_shown(service, visit, answer.request_id, SURFACE, items)
        return answer

    return routes


def weekly(service: Service, visit: Visit) -> Weekly:
    """The list of the visit's week; explicit items and other countries' are left out as the visit says."""
    week = this_week(service, visit)
    visit.note(week.reason)
    catalogue, reasons = service.catalogue, Reasons(service, visit)
    ranks = dict(zip((*week.item_ids, *week.spares), (*week.ranks, *week.spare_ranks), strict=True))
    listed, spares = (catalogue.places_of(ids).tolist() for ids in (week.item_ids, week.spares))
    items = [
        shown(catalogue.item(place), reasons.why(place, ranks[catalogue.item_ids[place]]))
        for place in filled(catalogue, listed, spares, visit.eligible(catalogue), MOST_A_CREATOR)
    ]
    return Weekly(
        request_id=secrets.token_urlsafe(12), week=visit.moment.week, items=items, **visit.shortfall
    )
