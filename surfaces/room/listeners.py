"""Listeners of the log to be tried out: who they are in a line each."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

import numpy as np
from pydantic import BaseModel

from surfaces.common.catalogue import Catalogue
from surfaces.common.columns import NOBODY
from surfaces.common.plays import Plays
from surfaces.service.service import Service

SHOWN: Final = 24
"""Listeners of one list."""
_NEWEST: Final = 200
"""Plays that a line is made of."""


class Listener(BaseModel):
    """A listener of the log: how much they played, when last (unix seconds, 0 = unknown), and mostly what."""

    user_id: str
    plays: int
    last: int
    mostly: list[str]


class Listeners(BaseModel):
    """Some listeners, of how many; the newest of their plays says how far the log goes (0: its times are none)."""

    of: int
    newest: int
    listeners: list[Listener]


def list_listeners(service: Service, query: str) -> Listeners:
    """Lists a few listeners whose names hold `query`; an even spread over all where it is empty."""
    names = service.log.listeners()
    shown = _spread(names) if not query else _matching(names, query)
    listeners = [_describe(service, name) for name in shown]
    newest = max((one.last for one in listeners), default=0)
    return Listeners(of=len(names), newest=newest, listeners=listeners)


def _spread(names: Sequence[str]) -> Sequence[str]:
    return names[:: max(1, len(names) // SHOWN)][:SHOWN]


def _matching(names: Iterable[str], query: str) -> Sequence[str]:
    wanted = query.casefold()
    return list(islice((name for name in names if wanted in name.casefold()), SHOWN))


def _describe(service: Service, user_id: str) -> Listener:
    plays = service.log.plays(user_id)
    return Listener(
        user_id=user_id,
        plays=len(plays),
        last=int(plays.times[-1]) if len(plays) and service.log.has_times else 0,
        mostly=_mostly(service.catalogue, plays),
    )


def _mostly(catalogue: Catalogue, plays: Plays) -> list[str]:
    """The two genres played most; creators in a catalogue without genres."""
    items = plays.kept.items[-_NEWEST:]
    codes = [catalogue.genres.codes_at(place) for place in items]
    column: Sequence[str] = catalogue.genres.values
    if not column:
        creators = catalogue.creators.codes[items]
        codes, column = [creators[creators != NOBODY]], catalogue.creators.values
    every = np.concatenate([np.zeros(0, np.int32), *codes])
    values, counts = np.unique(every, return_counts=True)
    return [column[code] for code in values[np.argsort(-counts, kind="stable")][:2]]
