"""`agent_server`: search, what next, a playlist from a prompt, the DJ, and telling what was played, as tools."""

from typing import Annotated, Any, TypeAlias

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field
from starlette.types import ASGIApp

from surfaces.common.texts import Id, Word
from surfaces.dj.dj import SEGMENTS, DjAnswer
from surfaces.dj.routes import Segments, Session
from surfaces.events.routes import Counted, Event
from surfaces.home.routes import HomeAnswer
from surfaces.in_process import RefusedError, call
from surfaces.playlists.playlist import Playlist
from surfaces.search.find import MOST
from surfaces.search.routes import LIMIT, Results

At: TypeAlias = Annotated[
    str | None,
    Field(max_length=64, description="The listener's wall clock, ISO 8601 with offset; default: now"),
]
Explicit: TypeAlias = Annotated[bool, Field(description="Whether explicit items are wanted")]
Limit: TypeAlias = Annotated[int, Field(ge=1, le=MOST)]

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
        query: str,
        limit: Limit = LIMIT,
        at: At = None,
        device: Word = "",
        country: Word = "",
        explicit: Explicit = True,
    ) -> Results:
        """Finds items, creators, shows and genres by words, with typos, or by description; best first."""
        said = {**_visit(user_id, at, device, country, explicit), "q": query, "limit": limit}
        return Results.model_validate(await ask("GET", "/v1/search", said))

    @server.tool()
    async def what_next(
        user_id: Id, at: At = None, device: Word = "", country: Word = "", explicit: Explicit = True
    ) -> HomeAnswer:
        """Offers shelves of what the listener may play now, music and talk; no item stands on two."""
        said = _visit(user_id, at, device, country, explicit)
        return HomeAnswer.model_validate(await ask("GET", "/v1/home", said))

    @server.tool()
    async def playlist(
        user_id: Id,
        prompt: str,
        playlist: Id | None = None,
        at: At = None,
        device: Word = "",
        country: Word = "",
        explicit: Explicit = True,
    ) -> Playlist:
        """Makes a playlist of a prompt, or changes the one that `playlist` names; says what wasn't understood."""
        said = {**_visit(user_id, at, device, country, explicit), "prompt": prompt, "playlist": playlist}
        return Playlist.model_validate(await ask("POST", "/v1/playlists", {}, said))

    @server.tool()
    async def dj(
        user_id: Id,
        say: str | None = None,
        session: Session | None = None,
        segments: Segments = SEGMENTS,
        at: At = None,
        device: Word = "",
        country: Word = "",
        explicit: Explicit = True,
    ) -> DjAnswer:
        """Plays the DJ: segments of items with a theme and spoken lines; `say` steers a session in words."""
        said = {**_visit(user_id, at, device, country, explicit), "session": session, "say": say}
        return DjAnswer.model_validate(await ask("POST", "/v1/dj", {}, {**said, "segments": segments}))

    @server.tool()
    async def tell_played(events: list[Event]) -> Counted:
        """Tells what was played or skipped."""
        posted = [event.model_dump(exclude_none=True) for event in events]
        return Counted.model_validate(await ask("POST", "/v1/events", {}, posted))

    return server


def _visit(user_id: str, at: str | None, device: str, country: str, explicit: bool) -> dict[str, object]:
    """What every call says of a request."""
    return {"user_id": user_id, "at": at, "device": device, "country": country, "explicit": int(explicit)}
