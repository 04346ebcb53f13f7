"""Puts tracks and episodes of the sessions on the clock: the events as they are logged."""

from dataclasses import dataclass

import numpy as np

from listening_log.world.items import Catalogue
from listening_log.world.music import Plays
from listening_log.world.podcasts import EpisodePlays
from listening_log.world.sessions import DAY, SURFACES, Sessions

END_REASONS = ("done", "skip", "stop")
_DONE, _SKIP, _STOP = range(3)
STOPPED_SHARE = 0.25  # of sessions that end within their last track
EPISODE_ENDS = (0.74, 0.08, 0.18)


@dataclass(frozen=True)
class Events:
    """e events, by listener and then by time."""

    listener: np.ndarray  # [e] int32, row of the listeners
    item: np.ndarray  # [e] int32
    second: np.ndarray  # [e] int64, since the world began
    ms_played: np.ndarray  # [e] int64
    end_reason: np.ndarray  # [e] int8, index into END_REASONS
    surface: np.ndarray  # [e] int8, index into SURFACES
    device: np.ndarray  # [e] int8, index into DEVICES


def make_events(
    catalogue: Catalogue, sessions: Sessions, plays: Plays, episodes: EpisodePlays, rng: np.random.Generator
) -> Events:
    """All events within the span; a session's episodes come before its tracks."""
    spoken = np.bincount(episodes.session, minlength=len(sessions.start))
    size = spoken + sessions.length
    first = np.cumsum(size) - size
    session = np.repeat(np.arange(len(size)), size)
    at = first[episodes.session] + _place(episodes.session, spoken)
    is_track = np.ones(len(session), bool)
    is_track[at] = False

    item = np.empty(len(session), np.int32)
    item[at], item[is_track] = episodes.item, plays.track
    end = np.zeros(len(session), np.int8)
    end[at] = np.where(episodes.broken_off, _STOP, rng.choice(3, len(at), p=EPISODE_ENDS))
    end[is_track] = np.where(plays.skipped, _SKIP, _DONE)
    last = (first + size - 1)[(rng.random(len(size)) < STOPPED_SHARE) & (size > 0)]
    end[last[end[last] == _DONE]] = _STOP

    duration = catalogue.duration_ms[item]
    ms_played = _played(duration, end, rng)
    seconds = ms_played // 1000 + 1 + rng.integers(0, 3, len(session))
    before = np.cumsum(seconds) - seconds
    start = _without_overlap(sessions, np.bincount(session, seconds, len(size)).astype(np.int64))
    second = start[session] + before - before[first[session]]
    kept = second < catalogue.days * DAY
    surface = np.where(is_track, sessions.surface[session], SURFACES.index("podcasts"))
    return Events(
        listener=sessions.listener[session][kept],
        item=item[kept],
        second=second[kept],
        ms_played=ms_played[kept],
        end_reason=end[kept],
        surface=surface.astype(np.int8)[kept],
        device=sessions.device.astype(np.int8)[session][kept],
    )


def _place(session: np.ndarray, count: np.ndarray) -> np.ndarray:
    """The place of each row among its session's rows; `session` never falls."""
    return np.arange(len(session)) - (np.cumsum(count) - count)[session]


def _played(duration: np.ndarray, end: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Milliseconds played: all, a few seconds of a skipped item, a part of one that was stopped."""
    skipped = np.minimum(1000 + rng.exponential(12_000, len(end)), 0.4 * duration)
    stopped = duration * (0.15 + 0.8 * rng.random(len(end)))
    return np.where(end == _DONE, duration, np.where(end == _SKIP, skipped, stopped)).astype(np.int64)


def _without_overlap(sessions: Sessions, seconds: np.ndarray) -> np.ndarray:
    """Session starts, moved on where the listener's session before still runs."""
    ends = np.cumsum(seconds)
    begins = ends - seconds
    base = sessions.listener.astype(np.int64) << 40
    return np.maximum.accumulate(sessions.start - begins + base) + begins - base
