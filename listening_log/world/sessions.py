"""When listeners listen: sessions by hour of the day, day of the week and time zone."""

from dataclasses import dataclass

import numpy as np

from listening_log.world.items import COUNTRIES
from listening_log.world.listeners import Listeners

DAY = 86_400
SESSIONS_A_DAY = 0.36  # of an average listener
SESSION_EVENTS = 7.0
LONGEST_SESSION = 40
DEVICES = ("phone", "desktop", "speaker", "car", "tv")
SURFACES = ("home", "library", "search", "radio", "podcasts")
SURFACE_CHANCE = (0.4, 0.25, 0.15, 0.2)  # of music; episodes stand in "podcasts"

# Hours that local clocks are ahead of UTC, and minutes for India; no summer time.
HOURS_AHEAD = {
    "AU": 10,
    "BR": -3,
    "DE": 1,
    "FR": 1,
    "GB": 0,
    "IN": 6,
    "JP": 9,
    "MX": -6,
    "NG": 1,
    "SE": 1,
    "US": -5,
}
MINUTES_BEHIND = {"IN": 30}

# Likelihood of each local hour on working days and at weekends: commuter, office, evening, night.
_WORKDAY = (
    "0 0 0 0 0 1 4 9 8 3 1 1 2 1 1 2 5 9 8 4 3 2 1 0",
    "0 0 0 0 0 0 1 2 5 8 8 6 3 7 8 7 5 3 2 2 2 1 1 0",
    "1 0 0 0 0 0 1 2 2 1 1 1 2 2 2 2 3 5 7 9 9 8 5 2",
    "7 6 4 2 1 0 0 1 1 1 1 1 1 2 2 2 2 3 3 4 5 7 9 9",
)
_WEEKEND = (
    "1 0 0 0 0 0 0 1 3 5 6 5 4 4 4 4 4 4 4 4 3 3 2 1",
    "1 0 0 0 0 0 0 1 2 2 3 3 3 3 3 3 3 3 3 3 3 2 2 1",
    "3 2 1 0 0 0 0 1 2 4 5 5 5 5 5 5 6 7 8 9 9 8 6 4",
    "9 9 7 5 3 1 0 0 0 1 2 3 4 4 4 4 4 4 5 6 7 8 9 9",
)


@dataclass(frozen=True)
class Sessions:
    """s sessions, by listener and then by start."""

    listener: np.ndarray  # [s] int32, row of the listeners
    start: np.ndarray  # [s] int64, seconds since the world began
    length: np.ndarray  # [s] int32, tracks
    surface: np.ndarray  # [s] int32, index into SURFACES
    device: np.ndarray  # [s] int32, index into DEVICES

    @property
    def day(self) -> np.ndarray:
        return (self.start // DAY).astype(np.int32)


def make_sessions(listeners: Listeners, days: int, first_weekday: int, rng: np.random.Generator) -> Sessions:
    """Sessions of all listeners, one or more each; day 0 is weekday `first_weekday` (Monday is 0)."""
    expected = SESSIONS_A_DAY * listeners.activity * (days - listeners.joined)
    count = np.maximum(rng.poisson(expected), 1)
    listener = np.repeat(np.arange(len(listeners), dtype=np.int32), count)
    start = _draw_starts(listeners, listener, days, first_weekday, rng)
    order = np.lexsort((start, listener))
    sessions = len(listener)
    usual = rng.random(sessions) < 0.7
    return Sessions(
        listener=listener,
        start=start[order],
        length=np.minimum(rng.geometric(1 / SESSION_EVENTS, sessions), LONGEST_SESSION).astype(np.int32),
        surface=rng.choice(len(SURFACE_CHANCE), sessions, p=SURFACE_CHANCE).astype(np.int32),
        device=np.where(usual, listeners.device[listener], rng.integers(0, len(DEVICES), sessions)).astype(
            np.int32
        ),
    )


def hour_weights(days: int, first_weekday: int) -> np.ndarray:
    """How likely each UTC hour of the span is: [rhythms, countries, days * 24] float64."""
    workday = np.array([[float(h) for h in row.split()] for row in _WORKDAY]) + 0.05
    weekend = np.array([[float(h) for h in row.split()] for row in _WEEKEND]) + 0.05
    workday /= workday.sum(axis=1, keepdims=True)
    weekend /= weekend.sum(axis=1, keepdims=True) / np.array([[0.8], [0.35], [1.4], [1.3]])
    utc = np.arange(days * 24)
    ahead = np.array([HOURS_AHEAD[country] for country in COUNTRIES])
    local = utc[None, :] + ahead[:, None] + 24
    is_weekend = (local // 24 - 1 + first_weekday) % 7 >= 5
    return np.where(is_weekend, weekend[:, local % 24], workday[:, local % 24])


def _draw_starts(
    listeners: Listeners, listener: np.ndarray, days: int, first_weekday: int, rng: np.random.Generator
) -> np.ndarray:
    hours = days * 24
    weight = hour_weights(days, first_weekday).reshape(-1, hours)
    reach = np.concatenate([np.zeros((len(weight), 1)), np.cumsum(weight, axis=1)], axis=1)
    reach /= reach[:, -1:]
    kind = listeners.rhythm * len(COUNTRIES) + listeners.country
    low = reach[kind, listeners.joined * 24]
    kind, low = kind[listener], low[listener]
    chance = low + rng.random(len(listener)) * (1 - low)
    place = np.searchsorted((reach + np.arange(len(reach))[:, None]).ravel(), chance + kind, side="right")
    hour = np.clip(place - 1 - kind * (hours + 1), listeners.joined[listener] * 24, hours - 1)
    behind = np.array([MINUTES_BEHIND.get(country, 0) for country in COUNTRIES]) * 60
    return (
        hour.astype(np.int64) * 3600 + rng.integers(0, 3600, len(hour)) + behind[listeners.country][listener]
    )
