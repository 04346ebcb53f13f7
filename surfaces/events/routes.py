"""`POST /v1/events`: plays and skips, which the next answer knows."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from surfaces.common.errors import TooLargeError
from surfaces.common.texts import Id, Word
from surfaces.events.cleaning import MOST_EVENTS, Dropped, clean
from surfaces.service.service import Service


class Event(BaseModel):
    """A play, or a skip, as the contract's table `events` has it."""

    user_id: Id
    item_id: Id
    timestamp: int | float | str
    """When it began: unix seconds, or ISO 8601 with its offset."""
    ms_played: Annotated[int, Field(le=2**53)] | None = None
    """Milliseconds; below 0 is unknown."""
    end_reason: Word | None = None
    """What ended it: `done`, `skip`, or another word."""
    request_id: Id | None = None
    """The answer that showed the item."""
    surface: Word = ""
    """Where it was played; of an answer, the destination that gave it."""
    device: Word = ""


class Counted(BaseModel):
    """What became of the events."""

    accepted: int
    """Plays that are new."""
    repeated: int
    """Plays that had been posted before: what was said more of them now is added, and they count once."""
    dropped: list[Dropped]


def router(service: Service) -> APIRouter:
    """The route."""
    routes = APIRouter(tags=["events"])

    @routes.post("/v1/events", status_code=202)
    def events(posted: list[Event]) -> Counted:
        """Takes plays. One listener plays one item at one second once, however often it is posted."""
        if len(posted) > MOST_EVENTS:
            raise TooLargeError(f"{len(posted):,} events are more than {MOST_EVENTS:,}; send them in parts")
        plays, dropped = clean(posted, service.catalogue, service.forgotten)
        new = service.store.add_plays(plays)
        return Counted(accepted=new, repeated=len(plays) - new, dropped=dropped)

    return routes
