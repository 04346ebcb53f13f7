"""`GET /v1/daylist`."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from surfaces.common.answers import Answer, ShownItem, shown
from surfaces.common.visit import Visit
from surfaces.daylist.checker import Checker
from surfaces.daylist.choosing import SURFACE
from surfaces.daylist.frozen_day import this_day
from surfaces.daylist.reasons import Reasons
from surfaces.daylist.title import true_title
from surfaces.service.service import Service
from surfaces.service.showing import Shown, note_shown
from surfaces.service.visit_query import visit_query


class Word(BaseModel):
    """A word of a title."""

    word: str
    items: int
    """How many items bear it: all of them a word of the clock, more than half of them any other."""


class Daylist(Answer):
    """A daylist."""

    request_id: str
    """The answer's own id, which the plays that come of it name."""
    title: str
    """Words that are all true of the items, as "mellow folk sunday morning"."""
    words: list[Word]
    """The title's words, one by one."""
    part_of_day: str
    """The name of the part, "early morning" for one; the list stays until the next part begins."""
    items: list[ShownItem]
    """In the order of playing."""


def router(service: Service) -> APIRouter:
    """The route of the daylist."""
    routes = APIRouter()

    @routes.get("/v1/daylist", tags=["daylist"])
    def get_daylist(visit: Annotated[Visit, Depends(visit_query(service, SURFACE))]) -> Daylist:
        """About fifty items for this weekday and part of the day, under a title that is true of them."""
        answer = daylist(service, visit)
        items = [Shown(n, item.item_id, propensity=1.0) for n, item in enumerate(answer.items, 1)]
        note_shown(service, visit, answer.request_id, SURFACE, items)
        return answer

    return routes


def daylist(service: Service, visit: Visit) -> Daylist:
    """The daylist of the visit's part of day, its title checked against what is shown of it."""
    day = this_day(service, visit)
    visit.note(day.reason)
    catalogue, reasons = service.catalogue, Reasons(service, visit)
    eligible = visit.eligible(catalogue)
    ranks = {
        place: rank
        for item_id, rank in zip(day.item_ids, day.ranks, strict=True)
        if (place := catalogue.place_of(item_id)) is not None and eligible[place]
    }
    checker = Checker(catalogue, visit.moment, list(ranks))
    title = true_title(checker, visit.moment, day.descriptors)
    return Daylist(
        request_id=secrets.token_urlsafe(12),
        title=title,
        words=[Word(word=word, items=checker.count(word)) for word in title.split()],
        part_of_day=visit.moment.part_of_day,
        items=[shown(catalogue.item(place), reasons.why(place, rank)) for place, rank in ranks.items()],
        **visit.shortfall,
    )
