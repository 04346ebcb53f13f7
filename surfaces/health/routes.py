"""`GET /v1/healthz`: 200 where the model server answers, else 503 with the reason."""

from fastapi import APIRouter
from pydantic import BaseModel

from surfaces.common.plays import Plays
from surfaces.service.service import Service


class Health(BaseModel):
    """The models answer."""

    status: str
    items: int
    """In the catalogue."""
    model_version: str


def router(service: Service) -> APIRouter:
    """The route; it asks the models a question, as a destination would."""
    routes = APIRouter(tags=["health"])

    @routes.get("/v1/healthz")
    def healthz() -> Health:
        """Whether the models answer now; the destinations answer from what they have, whatever this says."""
        service.models.recommend(Plays(), k=1)
        return Health(status="ok", items=service.catalogue.size, model_version=service.model_version)

    return routes
