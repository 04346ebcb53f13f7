"""`POST /v1/dj`."""

from typing import Annotated, TypeAlias

from fastapi import APIRouter
from pydantic import Field

from surfaces.dj.dj import SEGMENTS, SURFACE, Dj, DjAnswer
from surfaces.dj.speech.speaker import Rephrase
from surfaces.dj.steering.known_names import known_names
from surfaces.service.service import Service
from surfaces.service.visit_query import VisitBody

Session: TypeAlias = Annotated[str, Field(max_length=64)]
Segments: TypeAlias = Annotated[int, Field(ge=1, le=3)]


class DjRequest(VisitBody):
    """Begins a session, or goes on with one."""

    session: Session | None = None
    say: str | None = None
    segments: Segments = SEGMENTS


def router(service: Service, rephrase: Rephrase | None = None) -> APIRouter:
    """The DJ's route.

    Args:
        service: over which it works.
        rephrase: of sentences, behind the checker; None leaves them as they are.
    """
    routes = APIRouter()
    dj = Dj(service, rephrase)
    known_names(service.catalogue).prepare()

    @routes.post("/v1/dj")
    def go_on(request: DjRequest) -> DjAnswer:
        visit = request.visit(service, SURFACE)
        return dj.go_on(visit, request.session or "", request.say or "", request.segments)

    return routes
