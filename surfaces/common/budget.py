"""The time that an answer has: what is asked on its way may take no more than what is left of it."""

import time
from contextvars import ContextVar
from typing import Final

ANSWER_SECONDS: Final = 0.8
"""An answer must come within a second: waiting may take so much of it, and making it the rest."""

_ends: ContextVar[float | None] = ContextVar("upnext_answer_ends", default=None)


def begin(seconds: float = ANSWER_SECONDS) -> None:
    """Says that the answer which is begun in this context, and the threads that it starts, must be there then."""
    _ends.set(time.monotonic() + seconds)


def end() -> None:
    """Says that no answer waits for what is done in this context from now on: it has the time that it takes."""
    _ends.set(None)


def seconds_left(most: float) -> float:
    """How long one question on the way may take: `most`, or what is left; `most` where no answer is begun."""
    ends = _ends.get()
    return most if ends is None else max(0.0, min(most, ends - time.monotonic()))
