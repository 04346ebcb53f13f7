"""`POST /v1/dj`."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from surfaces.common.moment import Moment
from surfaces.dj.dj import SEGMENTS, SURFACE, Dj, DjAnswer
from surfaces.dj.speech.speaker import Rephrase
from surfaces.dj.steering.known_names import known_names
from surfaces.service.service import Service


class DjRequest(BaseModel):
    """Begins a session, or goes on with one."""

    user_id: str = Field(min_length=1, max_length=256)
    at: str | None = Field(None, max_length=64)
    session: str | None = Field(None, max_length=64)
    say: str | None = None
    device: str = Field("", max_length=64)
    country: str = Field("", max_length=64)
    explicit: int = Field(1, ge=0, le=1)
    segments: int = Field(SEGMENTS, ge=1, le=3)


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
        visit = service.visit(
            request.user_id,
            Moment.parse(request.at),
            device=request.device,
            country=request.country,
            explicit=bool(request.explicit),
            surface=SURFACE,
        )
        return dj.go_on(visit, request.session or "", request.say or "", request.segments)

    return routes
