"""What the store holds, a record a row."""

import json
from dataclasses import dataclass
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]
"""What a destination keeps of its own: it alone reads it."""


@dataclass(frozen=True)
class StoredPlay:
    """A play, as it was posted; None where nothing was said."""

    user_id: str
    item_id: str
    timestamp: int
    ms_played: int | None = None
    end_reason: str | None = None
    request_id: str | None = None
    surface: str = ""
    device: str = ""


@dataclass(frozen=True)
class Impression:
    """An item that was shown at a position of an answer, 1 the first."""

    request_id: str
    position: int
    user_id: str
    timestamp: int
    item_id: str
    surface: str
    shelf: str = ""
    propensity: float | None = None
    model_version: str | None = None


@dataclass(frozen=True)
class Decision:
    """What a policy decided for an answer; the timestamp is the server's, not the one that was asked for."""

    request_id: str
    user_id: str
    surface: str
    timestamp: int
    content: Json


@dataclass(frozen=True)
class Response:
    """A play of an item that an answer showed, and the shelf on which it stood."""

    request_id: str
    shelf: str
    play: StoredPlay


@dataclass(frozen=True)
class Kept:
    """A session or a playlist as it was kept when it was read."""

    id: str
    text: str

    @property
    def content(self) -> Json:
        """What a destination made of it, a new value each time."""
        return json.loads(self.text)
