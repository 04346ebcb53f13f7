"""`POST /v1/playlists`: a list for a prompt, and a sentence that changes it."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from surfaces.common.moment import Moment
from surfaces.common.text_vectors import TextVectors
from surfaces.common.texts import Id, Word
from surfaces.playlists.playlist import SURFACE, Playlist, make_playlist
from surfaces.playlists.vocabulary import Vocabulary
from surfaces.service.service import Service


class Prompt(BaseModel):
    """What a listener asks for, in words."""

    user_id: Id
    prompt: str
    """At most 1,000 characters."""
    at: Annotated[str, Field(max_length=64)] | None = None
    """ISO 8601 with its offset; now by default."""
    playlist: Id | None = None
    """The playlist that the prompt changes; none for a new one."""
    device: Word = ""
    country: Word = ""
    explicit: Annotated[int, Field(ge=0, le=1)] = 1
    """0 leaves explicit items out, whatever the prompt says."""


def router(service: Service) -> APIRouter:
    """The route of AI Playlists."""
    routes = APIRouter(tags=["playlists"])
    vocabulary = Vocabulary(service.catalogue, TextVectors()).prepare()

    @routes.post("/v1/playlists")
    def playlists(body: Prompt) -> Playlist:
        """A list whose every item satisfies what was understood of the prompt; what wasn't, is said."""
        visit = service.visit(
            body.user_id,
            Moment.parse(body.at),
            device=body.device,
            country=body.country,
            explicit=bool(body.explicit),
            surface=SURFACE,
        )
        return make_playlist(service, vocabulary, visit, body.prompt, body.playlist)

    return routes
