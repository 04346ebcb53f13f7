"""What is taken at most: the size of a request, and how many are answered at a time."""

import json
import logging
import time
from typing import Final

from anyio import to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from surfaces.common import budget

MOST_BYTES: Final = 1 << 20
"""A body may have so many."""
LONGEST_QUERY: Final = 8 << 10
"""Bytes that a path and its query may have."""
MOST_AT_ONCE: Final = 64
"""Requests that are under way; with more, a listener waits longer than they will."""

_LOG = logging.getLogger("upnext.surfaces.requests")


class Limits:
    """An ASGI middleware that refuses what is too much, before it is read, and writes a line for each request.

    The line has the method, the path, the status and the time, and no query: nobody's id or history.

    Args:
        app: what answers.
        most_bytes: of a body.
        most_at_once: requests under way.
    """

    def __init__(self, app: ASGIApp, most_bytes: int = MOST_BYTES, most_at_once: int = MOST_AT_ONCE) -> None:
        self._app, self._most_bytes, self._most_at_once = app, most_bytes, most_at_once
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request, or refuses it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start, status = time.monotonic(), 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._answer(scope, receive, noted)
        finally:
            milliseconds = (time.monotonic() - start) * 1e3
            _LOG.info("%s %s %d %.0f ms", scope["method"], scope["path"][:200], status, milliseconds)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if len(scope["path"]) + len(scope["query_string"]) > LONGEST_QUERY:
            await _refuse(send, 413, f"the address is longer than {LONGEST_QUERY:,} bytes")
            return
        body = await self._body(receive)
        if body is None:
            await _refuse(send, 413, f"the body is longer than {self._most_bytes:,} bytes; send it in parts")
        elif self._under_way >= self._most_at_once:
            await _refuse(send, 429, "too many requests at a time; try again in a second")
        else:
            threads = to_thread.current_default_thread_limiter()  # a request waits for no other one's thread
            threads.total_tokens = max(threads.total_tokens, self._most_at_once)
            self._under_way += 1
            budget.begin()
            try:
                await self._app(scope, _replayed(body, receive), send)
            finally:
                self._under_way -= 1

    async def _body(self, receive: Receive) -> list[Message] | None:
        """The messages of the body; None where it is too long."""
        messages, size = [], 0
        while True:
            message = await receive()
            messages.append(message)
            size += len(message.get("body", b""))
            if size > self._most_bytes:
                return None
            if message["type"] != "http.request" or not message.get("more_body"):
                return messages


def _replayed(messages: list[Message], receive: Receive) -> Receive:
    remaining = iter(messages)

    async def replay() -> Message:
        for message in remaining:
            return message
        return await receive()

    return replay


async def _refuse(send: Send, status: int, sentence: str) -> None:
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    if status == 429:
        headers.append((b"retry-after", b"1"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps({"error": sentence}).encode()})
