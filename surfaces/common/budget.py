"""The time that an answer has: what is asked on its way may take no more than what is left of it."""

import time
from contextvars import ContextVar
from typing import Final

ANSWER_SECONDS: Final = 0.8
"""Of the second in which an answer must come, what waiting may take; the rest is for making it."""

_ends: ContextVar[float | None] = ContextVar("upnext_answer_ends", default=None)


def begin(seconds: float = ANSWER_SECONDS) -> None:
    """Says that the answer which is begun in this context, and the threads that it starts, must be there then."""
    _ends.set(time.monotonic() + seconds)


def seconds_left(most: float) -> float:
    """How long one question on the way may take: `most`, or what is left; `most` where no answer is begun."""
    ends = _ends.get()
    return most if ends is None else max(0.0, min(most, ends - time.monotonic()))
