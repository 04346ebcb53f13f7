"""Listeners as numbers: where they live, what they like, and how it changes.

Taste is a vector and two sets of slots: favourite tracks (a ring, played in order like a playlist) and
artists. Each slot has what stands in it first, what follows, and the day of the change: so a taste drifts
slot by slot, and the truth about any day is exact.
"""

from dataclasses import dataclass, fields

import numpy as np

from listening_log.world.items import COUNTRIES, DIMENSION, Catalogue, unit
from listening_log.world.shelves import pick_by_row

FAVOURITES = 20
ARTISTS = 16
LATE_SHARE = 0.25  # of listeners who join after the first day
DRIFT_SHARE = 0.5  # of slots that change once
FAVOURITE_CHANCE = (np.arange(FAVOURITES) + 1.0) ** -1.0
FAVOURITE_CHANCE = FAVOURITE_CHANCE / FAVOURITE_CHANCE.sum()
ARTIST_CHANCE = (np.arange(ARTISTS) + 1.0) ** -0.6
ARTIST_CHANCE = ARTIST_CHANCE / ARTIST_CHANCE.sum()

PLANS = ("family", "free", "premium", "student")
COUNTRY_SHARE = np.array([0.05, 0.13, 0.1, 0.08, 0.1, 0.12, 0.07, 0.08, 0.05, 0.04, 0.18])


@dataclass(frozen=True)
class World:
    """What all listeners share: genres are liked differently by country and age."""

    country_taste: np.ndarray  # [countries, genres] float64
    age_taste: np.ndarray  # [age bands, genres] float64


@dataclass(frozen=True)
class Listeners:
    """n listeners, one row each."""

    country: np.ndarray  # int32, index into COUNTRIES
    age: np.ndarray  # int32, years
    plan: np.ndarray  # int32, index into PLANS
    joined: np.ndarray  # int32, day
    activity: np.ndarray  # float32, about 1 in the mean
    rhythm: np.ndarray  # int32, kind of day and week
    device: np.ndarray  # int32, the usual one
    genre_share: np.ndarray  # [n, genres] float32
    taste: np.ndarray  # [n, 2, DIMENSION] float32: on joining and at the end
    favourites: np.ndarray  # [n, 2, FAVOURITES] int32 tracks: before and after the change
    favourite_change: np.ndarray  # [n, FAVOURITES] int32, day
    artists: np.ndarray  # [n, 2, ARTISTS] int32: before and after the change
    artist_change: np.ndarray  # [n, ARTISTS] int32, day

    def __len__(self) -> int:
        return len(self.country)


def join_listeners(parts: list[Listeners]) -> Listeners:
    """All rows of the parts, in order."""
    return Listeners(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Listeners)))


def make_world_taste(catalogue: Catalogue, rng: np.random.Generator) -> World:
    """How countries and age bands differ."""
    return World(
        country_taste=0.9 * rng.standard_normal((len(COUNTRIES), catalogue.genres)),
        age_taste=0.9 * rng.standard_normal((5, catalogue.genres)),
    )


def make_listeners(count: int, catalogue: Catalogue, world: World, rng: np.random.Generator) -> Listeners:
    """`count` new listeners."""
    days, genres = catalogue.days, catalogue.genres
    country = rng.choice(len(COUNTRIES), count, p=COUNTRY_SHARE)
    age = np.clip(14 + rng.gamma(2.2, 9.0, count), 14, 85).astype(np.int32)
    joined = np.where(rng.random(count) < LATE_SHARE, (rng.random(count) * days * 0.95).astype(np.int32), 0)
    lean = np.exp(world.country_taste[country] + world.age_taste[np.minimum(age // 13 - 1, 4)])
    before = _shares(lean, rng)
    after = 0.55 * before + 0.45 * _shares(lean, rng)
    own = rng.standard_normal((count, DIMENSION))
    later = 0.8 * own + 0.6 * rng.standard_normal((count, DIMENSION))
    taste = np.stack(
        [
            unit(before @ catalogue.genre_vector + 0.12 * own),
            unit(after @ catalogue.genre_vector + 0.12 * later),
        ],
        axis=1,
    )
    artist_change = _change_days(joined, ARTISTS, days, rng)
    favourite_change = _change_days(joined, FAVOURITES, days, rng)
    artists = np.stack(
        [
            _draw_artists(catalogue, country, share, taste[:, era], at_start, rng)
            for era, (share, at_start) in enumerate([(before, True), (after, False)])
        ],
        axis=1,
    )
    since = np.repeat(joined[:, None], FAVOURITES, axis=1)
    first = _draw_favourites(catalogue, artists[:, 0], since, before, rng)
    second = _draw_favourites(catalogue, artists[:, 1], favourite_change, after, rng)
    out = (second >= 0) & (catalogue.release_day[second] <= favourite_change)
    return Listeners(
        country=country.astype(np.int32),
        age=age,
        plan=_draw_plans(age, rng),
        joined=joined.astype(np.int32),
        activity=rng.lognormal(-0.245, 0.7, count).astype(np.float32),
        rhythm=rng.integers(0, 4, count).astype(np.int32),
        device=rng.choice(5, count, p=[0.55, 0.15, 0.12, 0.1, 0.08]).astype(np.int32),
        genre_share=((before + after) / 2).astype(np.float32).reshape(count, genres),
        taste=taste,
        favourites=np.stack([first, np.where(out, second, first)], axis=1),
        favourite_change=favourite_change,
        artists=artists,
        artist_change=artist_change,
    )


def _shares(lean: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A few genres each: [n, genres], rows sum to 1."""
    share = lean * rng.gamma(0.3, size=lean.shape) + 1e-6
    share = share / share.sum(axis=1, keepdims=True) + 1e-3
    return share / share.sum(axis=1, keepdims=True)


def _change_days(joined: np.ndarray, slots: int, days: int, rng: np.random.Generator) -> np.ndarray:
    """The day on which each slot changes; `days` (never) for the others."""
    size = (len(joined), slots)
    day = joined[:, None] + rng.random(size) * (days - joined[:, None])
    return np.where(rng.random(size) < DRIFT_SHARE, day, days).astype(np.int32)


def _draw_artists(
    catalogue: Catalogue,
    country: np.ndarray,
    share: np.ndarray,
    taste: np.ndarray,
    at_start: bool,
    rng: np.random.Generator,
) -> np.ndarray:
    """ARTISTS slots a listener, by popularity, genre and taste; `at_start`: with a track on the first day."""
    weight = np.exp(4.0 * (taste @ catalogue.artist_vector.T))
    weight *= share.astype(np.float32)[:, catalogue.artist_genre]
    weight *= (catalogue.artist_weight**0.8).astype(np.float32)
    heard = (catalogue.artist_countries[None, :] >> np.arange(len(COUNTRIES))[:, None]) & 1
    if at_start:
        heard = heard * (catalogue.by_artist.count(np.arange(len(catalogue.artist_genre)), 0) > 0)
    weight *= heard.astype(np.float32)[country]
    return pick_by_row(weight, rng.random((len(country), ARTISTS)))


def _draw_favourites(
    catalogue: Catalogue, artists: np.ndarray, day: np.ndarray, share: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Tracks of the listener's artists that are out on `day` [n, FAVOURITES]; -1: none. Genre by genre."""
    day = np.concatenate([day] * 3, axis=1)
    slot = np.searchsorted(np.cumsum(ARTIST_CHANCE)[:-1], rng.random(day.shape), side="right")
    artist = np.take_along_axis(artists, slot, axis=1).ravel()
    track = catalogue.by_artist.pick(artist, day.ravel(), rng.random(artist.size), rng.random(artist.size))
    track = _distinct(track.reshape(day.shape), FAVOURITES)
    # The ring stays in a genre for a while, best liked genre first.
    liking = np.take_along_axis(share, catalogue.artist_genre[catalogue.track_artist[track]], axis=1)
    return np.take_along_axis(track, np.argsort(-liking, axis=1, kind="stable"), axis=1)


def _distinct(draws: np.ndarray, count: int) -> np.ndarray:
    """The first `count` different draws of each row [n, m]; repeated ones fill up where there are too few."""
    order = np.argsort(draws, axis=1, kind="stable")
    ordered = np.take_along_axis(draws, order, axis=1)
    again = np.zeros(draws.shape, bool)
    np.put_along_axis(again, order[:, 1:], ordered[:, 1:] == ordered[:, :-1], axis=1)
    first = np.argsort(again, axis=1, kind="stable")[:, :count]
    return np.take_along_axis(draws, first, axis=1).astype(np.int32)


def _draw_plans(age: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    plan = rng.choice(len(PLANS), len(age), p=[0.2, 0.42, 0.33, 0.05])
    return np.where((age < 27) & (rng.random(len(age)) < 0.4), 3, plan).astype(np.int32)
