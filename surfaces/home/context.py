"""What the bandit knows of a visit: time, device, and a few facts of how the listener listens."""

from typing import Final
from zlib import crc32

import numpy as np

from surfaces.common.columns import Bools
from surfaces.common.moment import PARTS_OF_DAY
from surfaces.common.plays import Plays
from surfaces.common.visit import Visit
from surfaces.home.ridge import Floats
from surfaces.service.service import Service

_DEVICES: Final = 8
"""Buckets of devices, whose names are the application's own."""
_RECENT: Final = 28 * 86_400
_STARTS: Final = np.array([hour for _, hour in PARTS_OF_DAY])
_MANY: Final = 1000.0
_DOUBT: Final = 4.0
"""How many plays at other times of day count for as much as what is played at this time."""

SIZE: Final = 1 + len(PARTS_OF_DAY) + 1 + _DEVICES + 5
"""The number of features."""
TALK_NOW: Final = SIZE - 4
"""Where among the features the share of talk at this part of the day stands."""


def features(service: Service, visit: Visit) -> Floats:
    """The features [SIZE] of a visit, each between 0 and 1.

    In their order: always 1; the part of the day (one of seven); the weekend; the device's bucket (one of eight);
    the share of talk among the last four weeks' plays; the same at this part of the day; the share of plays that
    repeat an item; how many plays there are, by their logarithm; whether there is none. In a log whose times are
    order only, all plays count as recent and none as of a part of the day.
    """
    row = np.zeros(SIZE)
    row[0] = 1
    row[1 + _part(np.array([visit.moment.hour]))[0]] = 1
    row[8] = visit.moment.weekday in ("saturday", "sunday")
    if visit.device:
        row[9 + crc32(visit.device.lower().encode()) % _DEVICES] = 1
    row[-5:] = _listening(visit, service.catalogue.is_talk, service.log.has_times)
    return row


def _listening(visit: Visit, is_talk: Bools, has_times: bool) -> list[float]:
    kept = visit.plays.kept
    if not len(kept):
        return [0, 0, 0, 0, 1]
    share = now = float(is_talk[kept.items].mean())
    recent = kept.since(visit.moment.unix - _RECENT)
    if has_times and len(recent):
        share, now = _talk_shares(recent, visit, is_talk)
    repeated = 1 - len(visit.plays.counts) / len(kept)
    return [share, now, repeated, min(1.0, np.log1p(len(kept)) / np.log(_MANY)), 0]


def _talk_shares(plays: Plays, visit: Visit, is_talk: Bools) -> tuple[float, float]:
    """The share of talk at all times, and at this part of the day, drawn to the former where that is little."""
    talk = is_talk[plays.items]
    share = float(talk.mean())
    offset = visit.moment.local.utcoffset()
    ahead = int(offset.total_seconds()) if offset else 0
    hours = (plays.times + ahead) // 3600 % 24
    same = _part(hours) == _part(np.array([visit.moment.hour]))[0]
    return share, float((talk[same].sum() + _DOUBT * share) / (same.sum() + _DOUBT))


def _part(hours: np.ndarray) -> np.ndarray:
    return np.searchsorted(_STARTS, hours, side="right") - 1
