"""Asks every destination before a listener does: what is made at the first question is made then."""

import asyncio
import logging
import time
from typing import Any, Final

from starlette.types import ASGIApp

from surfaces.in_process import RefusedError, call
from surfaces.store.part import KEPT_NOTHING_OF

_PAUSE_SECONDS: Final = 0.2
_QUESTIONS: Final[tuple[tuple[str, str, dict[str, object]], ...]] = (
    ("GET", "/v1/home", {}),
    ("GET", "/v1/search", {"q": "a"}),
    ("GET", "/v1/discover-weekly", {}),
    ("GET", "/v1/daylist", {}),
    ("POST", "/v1/dj", {"say": "calmer"}),
    ("POST", "/v1/playlists", {"prompt": "something calm"}),
)

_LOG = logging.getLogger("upnext.surfaces")


def warm_up(app: ASGIApp, seconds: float = 0.0) -> bool:
    """Asks all destinations, as a listener of whom nothing is kept.

    Args:
        app: of `surfaces.destinations`, as it is or behind `LiveApp`.
        seconds: for so long it asks again what was answered without the models or the store; 0 asks once.

    Returns:
        Whether all were answered whole in the end.
    """
    return asyncio.run(_warm_up(app, time.monotonic() + seconds))


async def _warm_up(app: ASGIApp, end: float) -> bool:
    questions = list(_QUESTIONS)
    while True:
        questions = [question for question in questions if not await _is_whole(app, *question)]
        if not questions or time.monotonic() >= end:
            return not questions
        await asyncio.sleep(_PAUSE_SECONDS)


async def _is_whole(app: ASGIApp, method: str, path: str, said: dict[str, object]) -> bool:
    asker: dict[str, object] = {"user_id": KEPT_NOTHING_OF, **said}
    query, body = ({}, asker) if method == "POST" else (asker, None)
    try:
        answer: dict[str, Any] = await call(app, method, path, query, body)
    except RefusedError as error:
        _LOG.info("%s was asked at the start: %s", path, error)
        return False
    return not answer["degraded"]
