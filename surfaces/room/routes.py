"""The room over HTTP: the page, its files, and what it asks beside the destinations."""

from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import BaseModel

from surfaces.common.catalogue import Item
from surfaces.common.errors import NotThereError
from surfaces.common.visit import Visit
from surfaces.room.compare import Comparison, Versions, compare_stages, compare_versions
from surfaces.room.listeners import Listeners, list_listeners
from surfaces.room.pages import PAGE, read_page_files
from surfaces.service.service import Service
from surfaces.service.visit_query import visit_query

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
"""The Content-Security-Policy: nothing but the page's own files, and no text that becomes markup or code."""

MOST_ITEMS: Final = 100
"""Items of one question."""


class RoomItem(BaseModel):
    """What the catalogue says of an item, beside what an answer shows; None and 0 where it doesn't say."""

    item_id: str
    title: str
    creator: str
    kind: str
    genres: list[str]
    duration_ms: int
    released: date | None
    explicit: bool
    description: str


class RoomItems(BaseModel):
    """What the catalogue says of items."""

    items: list[RoomItem]


def router(service: Service) -> APIRouter:
    """The routes of the room."""
    routes = APIRouter()
    page_files = read_page_files()

    def answer_file(name: str, known: str | None) -> Response:
        page_file = page_files.get(name)
        if page_file is None:
            raise NotThereError(f"the page has no file {name[:40]!r}")
        headers = {
            "ETag": page_file.tag,
            "Cache-Control": "no-cache",
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        }
        if known == page_file.tag:
            return Response(status_code=304, headers=headers)
        return Response(page_file.content, media_type=page_file.media_type, headers=headers)

    @routes.get("/", include_in_schema=False)
    def page(if_none_match: Annotated[str | None, Header()] = None) -> Response:
        return answer_file(PAGE, if_none_match)

    @routes.get("/room/static/{name}", include_in_schema=False)
    def static(name: str, if_none_match: Annotated[str | None, Header()] = None) -> Response:
        return answer_file(name, if_none_match)

    @routes.get("/room/listeners")
    def listeners(q: Annotated[str, Query(max_length=256)] = "") -> Listeners:
        """A few listeners of the log."""
        return list_listeners(service, q)

    @routes.get("/room/items")
    def items(item_id: Annotated[list[str], Query(max_length=MOST_ITEMS)]) -> RoomItems:
        """What the catalogue says of items; those that it lacks are left out."""
        places = service.catalogue.places_of(dict.fromkeys(item_id)).tolist()
        return RoomItems(items=[_describe(item) for item in service.items(places)])

    # Asked as Home asks, so that what is compared is what a listener meets.
    visit_of = Depends(visit_query(service, "home"))

    @routes.get("/room/compare")
    def compare(
        visit: Annotated[Visit, visit_of], item_id: Annotated[str, Query(max_length=1024)] = ""
    ) -> Comparison:
        """Retrieval's candidates as the ranker orders them."""
        return compare_stages(service, visit, item_id)

    @routes.get("/room/versions")
    def versions(visit: Annotated[Visit, visit_of]) -> Versions:
        """The newest two of the served versions, side by side."""
        return compare_versions(service, visit)

    return routes


def _describe(item: Item) -> RoomItem:
    return RoomItem(
        item_id=item.item_id,
        title=item.title or item.item_id,
        creator=item.creator,
        kind=item.kind,
        genres=list(item.genres),
        duration_ms=item.duration_ms,
        released=item.released,
        explicit=item.explicit,
        description=item.description,
    )
