"""`GET /v1/controls` and `DELETE /v1/controls/away`: what a listener never wants, and the way back."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from surfaces.common.errors import NotThereError
from surfaces.common.texts import Id
from surfaces.service.controls import away_tokens, change_away
from surfaces.service.service import Service


class Controls(BaseModel):
    """What a listener has set."""

    away: list[str]
    """Item tokens of what they never want, as `creator=Neon Harbor`: Search alone still finds it."""


def router(service: Service) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["controls"])

    @routes.get("/v1/controls")
    def get_controls(user_id: Annotated[Id, Query()]) -> Controls:
        """What a listener never wants. They say so to the DJ: `never play Neon Harbor ever again`."""
        return Controls(away=away_tokens(service.store.controls(user_id)))

    @routes.delete("/v1/controls/away")
    def allow_again(user_id: Annotated[Id, Query()], token: Annotated[Id, Query()]) -> Controls:
        """Takes one of these back, as `allow Neon Harbor` does when the DJ hears it; answers what is left."""
        if token not in away_tokens(service.store.controls(user_id)):
            raise NotThereError(f"token: {token[:80]!r} is not what this listener never wants")
        return Controls(away=change_away(service.store, user_id, remove=[token]))

    return routes
