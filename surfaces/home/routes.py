"""`GET /v1/home`."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from surfaces.common.answers import Answer, ShownItem, shown
from surfaces.common.visit import Visit
from surfaces.home.elsewhere import ELSEWHERE
from surfaces.home.home import Home, Opened
from surfaces.service.service import Service
from surfaces.service.visit_query import visit_query

SURFACE: Final = "home"


class ShownShelf(BaseModel):
    """A shelf of the page."""

    id: str
    title: str
    propensity: float
    """How probable it was that this shelf would stand here, given the mix and the shelves above it."""
    items: list[ShownItem]


class ShownMix(BaseModel):
    """How much talk the page has beside its music."""

    talk: float
    """The share of talk that was chosen for this visit."""
    propensity: float
    """How probable that choice was."""
    shown: float
    """The share of talk among the page's items."""


class HomeAnswer(Answer):
    """A page of Home, from top to bottom; no item is on it twice."""

    request_id: str
    mix: ShownMix
    shelves: list[ShownShelf]


def router(service: Service, home: Home | None = None) -> APIRouter:
    """The routes of Home.

    Args:
        service: what the destinations share.
        home: the destination; by default one with the lists of the other destinations.
    """
    routes = APIRouter(tags=["home"])
    opener = home or Home(service, ELSEWHERE)
    query = visit_query(service, SURFACE)

    @routes.get("/v1/home")
    def get_home(visit: Annotated[Visit, Depends(query)]) -> HomeAnswer:
        """Shelves of music and talk, chosen and ordered for this visit."""
        page = answer(service, visit, opener.open(visit))
        service.later(lambda: opener.after(visit))
        return page

    return routes


def answer(service: Service, visit: Visit, opened: Opened) -> HomeAnswer:
    """The answer of a page, with whether it had to do without something."""
    page = opened.page
    return HomeAnswer(
        request_id=opened.request_id,
        mix=ShownMix(talk=page.wanted, propensity=page.propensity, shown=page.tally.share),
        shelves=[
            ShownShelf(
                id=placed.shelf.id,
                title=placed.shelf.title,
                propensity=placed.propensity,
                items=[shown(service.catalogue.item(offer.place), offer.because) for offer in placed.offers],
            )
            for placed in page.shelves
        ],
        **visit.shortfall,
    )
