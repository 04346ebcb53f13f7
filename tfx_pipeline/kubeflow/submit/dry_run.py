"""A server that only notes what it is asked, and answers as one without pipelines and experiments would.

It stands where the SDK's client has its connection, so what it notes is what the SDK itself would send.
"""

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

PIPELINE_ID: Final = "PIPELINE_ID"
VERSION_ID: Final = "VERSION_ID"
EXPERIMENT_ID: Final = "EXPERIMENT_ID"
RECURRING_RUN_ID: Final = "RECURRING_RUN_ID"
_API: Final = "/apis/v2beta1"
_RUN: Final = re.compile(rf"{_API}/runs/(\w+)")


@dataclass(frozen=True)
class Request:
    """What goes to the server; its headers, where credentials are, are not noted."""

    method: str
    path: str  # with the query, as sent
    body: Any  # as JSON; of an uploaded file: name, size and SHA-256; None for none

    def __str__(self) -> str:
        head = f"{self.method} {self.path}"
        return head if self.body is None else f"{head}\n{json.dumps(self.body, indent=2, sort_keys=True)}"


@dataclass
class Recorder:
    """The connection of an API client: `requests` in the order they came."""

    requests: list[Request] = field(default_factory=list)
    _runs: int = 0

    def GET(self, url: str, query_params: Any = None, **_: Any) -> "_Answer":
        return self._note("GET", url, query_params, None)

    def POST(
        self, url: str, query_params: Any = None, body: Any = None, post_params: Any = None, **_: Any
    ) -> "_Answer":
        files = {name: told_file(*content[:2]) for name, content in post_params or ()}
        return self._note("POST", url, query_params, body or files or None)

    def _note(self, method: str, url: str, query: Any, body: Any) -> "_Answer":
        path = urlsplit(url).path
        self.requests.append(Request(method, f"{path}?{urlencode(query)}" if query else path, body))
        place = path[path.index(_API) :]  # the server may stand behind a path of its own
        return _Answer(json.dumps(self._answer(method, place)).encode())

    def _answer(self, method: str, place: str) -> dict[str, Any]:
        if method == "GET":
            if place == f"{_API}/pipelines/{PIPELINE_ID}/versions":
                version = {"pipeline_id": PIPELINE_ID, "pipeline_version_id": VERSION_ID}
                return {"pipeline_versions": [version]}
            run = _RUN.fullmatch(place)
            return {"run_id": run[1], "state": "SUCCEEDED"} if run else {}
        if place == f"{_API}/runs":
            self._runs += 1
            return {"run_id": f"RUN_ID_{self._runs}"}
        made: dict[str, dict[str, Any]] = {
            f"{_API}/pipelines/upload": {"pipeline_id": PIPELINE_ID},
            f"{_API}/experiments": {"experiment_id": EXPERIMENT_ID},
            f"{_API}/recurringruns": {"recurring_run_id": RECURRING_RUN_ID},
        }
        return made[place]


def told_file(name: str, content: bytes) -> dict[str, Any]:
    """An uploaded file in few words."""
    return {"filename": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


@dataclass
class _Answer:
    """As much of a response as the SDK's API client reads."""

    data: Any
    status: int = 200

    def getheader(self, name: str, default: str | None = None) -> str | None:
        return "application/json" if name.lower() == "content-type" else default

    def getheaders(self) -> dict[str, str]:
        return {}
