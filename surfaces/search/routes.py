"""`GET /v1/search`."""

import secrets
from dataclasses import replace
from typing import Annotated, Final, Literal, TypeAlias

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from surfaces.common.answers import Answer, ShownItem, shown
from surfaces.common.facts import Fact
from surfaces.common.model_server import Ranked
from surfaces.common.taste import taste
from surfaces.common.text_vectors import text_vectors
from surfaces.common.visit import Visit
from surfaces.search.documents import Type
from surfaces.search.find import MOST, find
from surfaces.search.index import Query as Typed
from surfaces.search.index import SearchIndex
from surfaces.search.reasons import Reasons
from surfaces.service.service import Service
from surfaces.service.showing import Shown, note_shown
from surfaces.service.visit_query import visit_query

SURFACE: Final = "search"
LIMIT: Final = 20


class FoundItem(ShownItem):
    """An item that was found."""

    type: Literal["item"] = "item"


class FoundName(BaseModel):
    """Somebody or something that items name: a creator, a show or a genre."""

    type: Literal["creator", "show", "genre"]
    title: str
    items: int
    """How many items name it that this listener may be shown."""
    because: list[Fact]


Result: TypeAlias = Annotated[FoundItem | FoundName, Field(discriminator="type")]


class Results(Answer):
    """What was found, best first; nothing twice."""

    request_id: str
    results: list[Result]


def router(service: Service) -> APIRouter:
    """The route of search; the catalogue's index is built here, once."""
    routes = APIRouter(tags=["search"])
    index = SearchIndex(service.catalogue, service.log.popularity.everywhere, text_vectors(), service.folder)

    @routes.get("/v1/search")
    def get_search(
        visit: Annotated[Visit, Depends(visit_query(service, SURFACE))],
        q: Annotated[str, Query(description="words, as they are typed; the last one may be unfinished")],
        limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
    ) -> Results:
        """Items, creators, shows and genres for what is typed, whatever it is; nothing for nothing."""
        answer = search(service, index, visit, q, limit)
        note_shown(service, visit, answer.request_id, SURFACE, _shown(answer))
        return answer

    return routes


def search(service: Service, index: SearchIndex, visit: Visit, text: str, limit: int = LIMIT) -> Results:
    """Searches for a listener; what is named exactly comes first, else their taste counts too."""
    visit = replace(visit, away=())  # a name that is asked for is wanted, whatever was said before
    query, catalogue = Typed.read(text), service.catalogue
    counts = index.offered(visit.country, visit.explicit)

    def rank(places: list[int]) -> Ranked | None:
        with visit.tolerated():
            return service.models.rank(visit.plays, places, visit.wish(catalogue))
        return None

    own = taste(catalogue, visit.plays, visit.moment.unix) if len(visit.plays.kept) else None
    finding = find(index, query, counts > 0, own, rank if own else None)
    reasons = Reasons(index, visit, query, finding)
    results: list[FoundItem | FoundName] = []
    for doc in finding.docs[:limit].tolist():
        kind = Type(index.documents.types[doc])
        if kind == Type.ITEM:
            item = catalogue.item(doc)
            results.append(FoundItem(**shown(item, reasons.of_item(item)).model_dump()))
        else:
            results.append(
                FoundName(
                    type=_NAMES[kind],
                    title=index.documents.names[doc],
                    items=int(counts[doc]),
                    because=reasons.of_name(doc, kind),
                )
            )
    return Results(request_id=secrets.token_urlsafe(12), results=results, **visit.shortfall)


_NAMES: Final[dict[Type, Literal["creator", "show", "genre"]]] = {
    Type.CREATOR: "creator",
    Type.SHOW: "show",
    Type.GENRE: "genre",
}


def _shown(answer: Results) -> list[Shown]:
    return [
        Shown(position, one.item_id, propensity=1.0)
        for position, one in enumerate(answer.results, 1)
        if isinstance(one, FoundItem)
    ]
