"""`agent_server`: search, what next, a playlist from a prompt, the DJ, and telling what was played, as tools."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field
from starlette.types import ASGIApp

from surfaces.common.texts import Id, Word
from surfaces.dj.dj import DjAnswer
from surfaces.events.routes import Counted, Event
from surfaces.home.routes import HomeAnswer
from surfaces.in_process import RefusedError, call
from surfaces.playlists.playlist import Playlist
from surfaces.search.routes import Results

At: TypeAlias = Annotated[
    str | None,
    Field(max_length=64, description="The listener's wall clock, ISO 8601 with offset; default: now"),
]
Explicit: TypeAlias = Annotated[bool, Field(description="Whether explicit items are wanted")]
Words: TypeAlias = Annotated[str, Field(max_length=1000)]

_ABOUT = (
    "What to play next for a listener, over music and talk. Every item says why it is there: `because` holds facts, "
    "which can be relied on. An answer that is `degraded` was made without the models, and says why. Tell what was "
    "played with tell_played: the next answer knows it."
)


def agent_server(app: ASGIApp) -> MCPServer[Any]:
    """Offers an application's destinations as tools; what is refused over HTTP is an error of the tool.

    Args:
        app: of `surfaces.destinations`, as it is or behind `LiveApp`.
    """
    server = MCPServer("upnext", instructions=_ABOUT)

    async def ask(method: str, path: str, query: dict[str, object], body: object = None) -> Any:
        try:
            return await call(app, method, path, query, body)
        except RefusedError as error:
            raise ToolError(str(error)) from None

    @server.tool()
    async def search(
        user_id: Id,
        query: Words,
        limit: int = 20,
        at: At = None,
        country: Word = "",
        explicit: Explicit = True,
    ) -> Results:
        """Finds items, creators, shows and genres by words, with typos, or by description; best first."""
        visit = {"user_id": user_id, "at": at, "country": country, "explicit": int(explicit)}
        return Results.model_validate(await ask("GET", "/v1/search", {**visit, "q": query, "limit": limit}))

    @server.tool()
    async def what_next(
        user_id: Id, at: At = None, device: Word = "", country: Word = "", explicit: Explicit = True
    ) -> HomeAnswer:
        """Offers shelves of what the listener may play now, music and talk; no item stands on two."""
        visit = {"user_id": user_id, "at": at, "device": device, "country": country}
        return HomeAnswer.model_validate(await ask("GET", "/v1/home", {**visit, "explicit": int(explicit)}))

    @server.tool()
    async def playlist(
        user_id: Id,
        prompt: Words,
        playlist: Id | None = None,
        at: At = None,
        country: Word = "",
        explicit: Explicit = True,
    ) -> Playlist:
        """Makes a playlist of a prompt, or changes the one that `playlist` names; says what wasn't understood."""
        visit = {"user_id": user_id, "at": at, "country": country, "explicit": int(explicit)}
        body = {**visit, "prompt": prompt, "playlist": playlist}
        return Playlist.model_validate(await ask("POST", "/v1/playlists", {}, _said(body)))

    @server.tool()
    async def dj(user_id: Id, say: Words | None = None, session: Id | None = None, at: At = None) -> DjAnswer:
        """Plays the DJ: segments of items with a theme and spoken lines; `say` steers a session in words."""
        body = {"user_id": user_id, "at": at, "session": session, "say": say}
        return DjAnswer.model_validate(await ask("POST", "/v1/dj", {}, _said(body)))

    @server.tool()
    async def tell_played(events: list[Event]) -> Counted:
        """Tells what was played or skipped."""
        posted = [event.model_dump(exclude_none=True) for event in events]
        return Counted.model_validate(await ask("POST", "/v1/events", {}, posted))

    return server


def _said(body: Mapping[str, object]) -> dict[str, object]:
    """A body without what was left out."""
    return {name: value for name, value in body.items() if value is not None}
