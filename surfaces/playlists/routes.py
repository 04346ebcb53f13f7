"""`POST /v1/playlists`: a list for a prompt, and a sentence that changes it."""

from fastapi import APIRouter

from surfaces.common.text_vectors import text_vectors
from surfaces.common.texts import Id
from surfaces.playlists.playlist import SURFACE, Playlist, make_playlist
from surfaces.playlists.vocabulary import Vocabulary
from surfaces.service.service import Service
from surfaces.service.visit_query import VisitBody


class Prompt(VisitBody):
    """What a listener asks for, in words."""

    prompt: str
    """At most 1,000 characters."""
    playlist: Id | None = None
    """The playlist that the prompt changes; none for a new one."""


def router(service: Service) -> APIRouter:
    """The route of AI Playlists."""
    routes = APIRouter(tags=["playlists"])
    vocabulary = Vocabulary(service.catalogue, text_vectors()).prepare()

    @routes.post("/v1/playlists")
    def playlists(body: Prompt) -> Playlist:
        """A list whose every item satisfies what was understood of the prompt; what wasn't, is said."""
        visit = body.visit(service, SURFACE)
        return make_playlist(service, vocabulary, visit, body.prompt, body.playlist)

    return routes
