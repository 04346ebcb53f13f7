"""What becomes of each posted event: the policies of the log, one row at a time."""

import math
import time
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Final, Protocol

import numpy as np
from pydantic import BaseModel

from listening_log.cleaning.forgotten import Forgotten
from listening_log.cleaning.policies import (
    FORGOTTEN,
    FUTURE_TIME,
    NEGATIVE_TIME,
    NO_TIME,
    POLICIES,
    UNKNOWN_ITEM,
)
from models.unix_time import to_seconds
from surfaces.common.catalogue import Catalogue
from surfaces.common.errors import WrongRequestError
from surfaces.store.records import StoredPlay

MOST_EVENTS: Final = 1000
"""In one request."""
_DAY: Final = 86_400
_LATEST: Final = 2.0**62


class Posted(Protocol):
    """An event as it was posted, its types checked."""

    user_id: str
    item_id: str
    timestamp: int | float | str
    ms_played: int | None
    end_reason: str | None
    request_id: str | None
    surface: str
    device: str


class Dropped(BaseModel):
    """An event that was not taken."""

    row: int
    """Its place in what was posted, from 0."""
    item_id: str
    reason: str


def clean(
    posted: Sequence[Posted],
    catalogue: Catalogue,
    forgotten: Forgotten | None = None,
    now: int | None = None,
) -> tuple[list[StoredPlay], list[Dropped]]:
    """Applies the policies of the log: times finer than seconds are cut to seconds, and so on.

    Args:
        posted: in their order.
        catalogue: its items alone can be played.
        forgotten: listeners whose plays are not taken.
        now: the clock, unix seconds; default: this machine's.

    Returns:
        What can be taken, and what was dropped, with the policy that did.

    Raises:
        WrongRequestError: a time is no time; the message names the row.
    """
    latest = (int(time.time()) if now is None else now) + _DAY
    left_out = forgotten or Forgotten()
    plays, dropped = [], []
    for row, one in enumerate(posted):
        seconds = _seconds(one.timestamp, row)
        policy = _dropping(one.item_id, seconds, latest, catalogue)
        policy = FORGOTTEN if one.user_id in left_out else policy
        if policy:
            dropped.append(Dropped(row=row, item_id=one.item_id, reason=POLICIES[policy]))
            continue
        plays.append(
            StoredPlay(
                user_id=one.user_id,
                item_id=one.item_id,
                timestamp=seconds,
                ms_played=one.ms_played if one.ms_played is not None and one.ms_played >= 0 else None,
                end_reason=one.end_reason or None,
                request_id=one.request_id,
                surface=one.surface,
                device=one.device,
            )
        )
    return plays, dropped


def _dropping(item_id: str, seconds: int, latest: int, catalogue: Catalogue) -> str:
    if catalogue.place_of(item_id) is None:
        return UNKNOWN_ITEM
    if seconds == 0:  # what a table has for an unknown time
        return NO_TIME
    if seconds < 0:
        return NEGATIVE_TIME
    return FUTURE_TIME if seconds > latest else ""


def _seconds(written: int | float | str, row: int) -> int:
    try:
        number = float(written) if not isinstance(written, str) else _from_text(written)
        if not math.isfinite(number) or abs(number) > _LATEST:
            raise ValueError(written)
    except (ValueError, OverflowError):
        raise WrongRequestError(
            f"row {row}, timestamp: expected unix seconds, or a time as 2026-11-26T08:30:00+01:00"
        ) from None
    return int(to_seconds(np.array([math.floor(number)], np.int64))[0])


def _from_text(written: str) -> float:
    text = written.strip()[:40]
    try:
        return float(text)
    except ValueError:
        instant = datetime.fromisoformat(f"{text[:-1]}+00:00" if text[-1:] in "zZ" else text)
    return (instant if instant.tzinfo else instant.replace(tzinfo=timezone.utc)).timestamp()
