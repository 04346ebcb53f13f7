"""Calls an ASGI application without a network: the same code, limits and errors as over HTTP."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.types import ASGIApp, Message, Scope


class RefusedError(Exception):
    """The application answered with an error; the message is its sentence."""


async def call(app: ASGIApp, method: str, path: str, query: Mapping[str, object], body: object = None) -> Any:
    """Calls the application.

    Args:
        app: the application.
        method: `GET` or `POST`.
        path: of the call.
        query: its parameters; those that are None are left out.
        body: what becomes JSON; None for no body.

    Returns:
        The answer's JSON.

    Raises:
        RefusedError: the answer is an error.
    """
    content = b"" if body is None else json.dumps(body).encode()
    words = urlencode({name: value for name, value in query.items() if value is not None})
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": words.encode(),
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
        "client": None,
        "server": ("localhost", 80),
    }
    status, parts = 0, []

    async def receive() -> Message:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, send)
    answer = json.loads(b"".join(parts))
    if status >= 400:
        raise RefusedError(answer["error"])
    return answer
