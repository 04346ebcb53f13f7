"""The made catalogue as numbers: artists and their albums, shows and their episodes, when each came out."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from listening_log.world.shelves import Shelves, fill_shelves
from listening_log.world.words import load_words

DIMENSION = 16  # of tastes and items
RELATED = 8  # artists that an artist leads to
EPISODE_SHARE = 0.15
TRACKS_AN_ARTIST = 9
EPISODES_A_SHOW = 25
RELEASED_LATE = 0.35  # share of artists whose newest album comes out within the span
LICENSED_APART = 0.04  # share of artists that only some countries may hear
COUNTRIES = ("AU", "BR", "DE", "FR", "GB", "IN", "JP", "MX", "NG", "SE", "US")
EVERYWHERE = (1 << len(COUNTRIES)) - 1


@dataclass(frozen=True)
class Catalogue:
    """T tracks, then E episodes; A artists, S shows. Days count from the world's first."""

    days: int
    genres: int
    artist_genre: np.ndarray  # [A] int32
    artist_vector: np.ndarray  # [A, DIMENSION] float32, of length 1
    artist_weight: np.ndarray  # [A] float64, popularity
    artist_countries: np.ndarray  # [A] int32, bit c set: may be heard in COUNTRIES[c]
    related: np.ndarray  # [A, r] int32
    related_weight: np.ndarray  # [A, r] float64
    genre_vector: np.ndarray  # [genres, DIMENSION] float32
    track_artist: np.ndarray  # [T] int32, never falling
    track_album: np.ndarray  # [T] int32, the album's number within its artist
    track_vector: np.ndarray  # [T, DIMENSION] float32
    show_topic: np.ndarray  # [S] int32
    show_weight: np.ndarray  # [S] float64
    episode_show: np.ndarray  # [E] int32, never falling; within a show oldest first
    episode_number: np.ndarray  # [E] int32
    release_day: np.ndarray  # [T + E] int32, negative: before the world began
    duration_ms: np.ndarray  # [T + E] int64
    weight: np.ndarray  # [T + E] float64, popularity within its artist or show
    explicit: np.ndarray  # [T + E] bool

    @property
    def tracks(self) -> int:
        return len(self.track_artist)

    @property
    def items(self) -> int:
        return len(self.release_day)

    @cached_property
    def by_artist(self) -> Shelves:
        """Tracks on the shelves of their artists; places and tracks are the same."""
        tracks = self.tracks
        return fill_shelves(
            self.track_artist,
            self.weight[:tracks],
            self.release_day[:tracks],
            shelves=len(self.artist_genre),
            days=self.days,
        )

    @cached_property
    def by_genre(self) -> Shelves:
        """Tracks on the shelves of their genres: the charts."""
        tracks = self.tracks
        return fill_shelves(
            self.artist_genre[self.track_artist],
            self.weight[:tracks] * self.artist_weight[self.track_artist],
            self.release_day[:tracks],
            shelves=self.genres,
            days=self.days,
        )


def make_catalogue(items: int, days: int, rng: np.random.Generator) -> Catalogue:
    """A catalogue of `items` items for a world of `days` days."""
    episodes = max(1, round(items * EPISODE_SHARE))
    tracks = items - episodes
    artists = _make_artists(max(2, round(tracks / TRACKS_AN_ARTIST)), rng)
    music = _make_tracks(tracks, days, artists, rng)
    talk = _make_episodes(episodes, days, rng)
    return Catalogue(
        days=days,
        **artists,
        track_artist=music["artist"],
        track_album=music["album"],
        track_vector=music["vector"],
        show_topic=talk["topic"],
        show_weight=talk["show_weight"],
        episode_show=talk["show"],
        episode_number=talk["number"],
        release_day=np.concatenate([music["release_day"], talk["release_day"]]).astype(np.int32),
        duration_ms=np.concatenate([music["duration_ms"], talk["duration_ms"]]).astype(np.int64),
        weight=np.concatenate([music["weight"], np.ones(episodes)]),
        explicit=np.concatenate([music["explicit"], talk["explicit"]]),
    )


def unit(vectors: np.ndarray) -> np.ndarray:
    """Rows of length 1, float32."""
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def _make_artists(artists: int, rng: np.random.Generator) -> dict:
    genre_words = load_words().genres
    genres = min(len(genre_words), max(2, artists // 4))
    families = sorted({words.family for words in genre_words})
    family_vector = rng.standard_normal((len(families), DIMENSION))
    family = np.array([families.index(words.family) for words in genre_words[:genres]])
    genre_vector = unit(family_vector[family] + 1.1 * rng.standard_normal((genres, DIMENSION)))
    size = rng.gamma(3.0, size=genres)
    genre = np.concatenate([np.arange(genres), rng.choice(genres, artists - genres, p=size / size.sum())])
    vector = unit(genre_vector[genre] + 0.22 * rng.standard_normal((artists, DIMENSION)))
    weight = rng.lognormal(0.0, 1.3, artists)
    countries = np.where(
        rng.random(artists) < LICENSED_APART, rng.integers(1, EVERYWHERE, artists), EVERYWHERE
    )
    countries[0] = EVERYWHERE  # so that every listener has an artist
    related = _nearest(vector, min(RELATED, artists - 1))
    # Spiky, so that a few followers of an artist stand out, as they do in real logs.
    related_weight = rng.gamma(0.5, size=related.shape) * np.sqrt(weight[related]) + 1e-3
    return {
        "genres": genres,
        "artist_genre": genre.astype(np.int32),
        "artist_vector": vector,
        "artist_weight": weight,
        "artist_countries": countries.astype(np.int32),
        "related": related,
        "related_weight": related_weight,
        "genre_vector": genre_vector,
    }


def _nearest(vector: np.ndarray, count: int) -> np.ndarray:
    """The `count` nearest other rows of each row: [n, count] int32. In blocks, for memory."""
    nearest = []
    for start in range(0, len(vector), 512):
        block = np.arange(start, min(start + 512, len(vector)))
        likeness = vector[block] @ vector.T
        likeness[np.arange(len(block)), block] = -np.inf
        nearest.append(np.sort(np.argpartition(-likeness, count - 1, axis=1)[:, :count], axis=1))
    return np.concatenate(nearest).astype(np.int32)


def _sizes(total: int, parts: int, rng: np.random.Generator) -> np.ndarray:
    """`parts` uneven positive sizes that add up to `total`."""
    share = rng.gamma(1.2, size=parts) + 0.05
    return 1 + rng.multinomial(total - parts, share / share.sum())


def _place_in_group(sizes: np.ndarray) -> np.ndarray:
    return np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)


def _make_tracks(tracks: int, days: int, artists: dict, rng: np.random.Generator) -> dict:
    count = len(artists["artist_genre"])
    sizes = _sizes(tracks, count, rng)
    artist = np.repeat(np.arange(count), sizes)
    place = _place_in_group(sizes)
    album = place // rng.integers(4, 13, count)[artist]
    newest = np.where(
        rng.random(count) < RELEASED_LATE,
        rng.integers(0, days, count),
        -1 - rng.exponential(1500, count).astype(np.int64),
    )
    newest[0] = -200  # so that somebody is there on the first day
    last_album = album[np.cumsum(sizes) - 1]
    between = rng.integers(250, 800, count)
    release = newest[artist] - (last_album[artist] - album) * between[artist]
    rank = np.lexsort((rng.random(tracks), artist))
    weight = np.empty(tracks)
    weight[rank] = (1.0 + place) ** -1.1
    genre = artists["artist_genre"][artist]
    genre_words = load_words().genres
    minutes = np.array([words.minutes for words in genre_words])[genre] * rng.lognormal(0.0, 0.22, tracks)
    return {
        "artist": artist.astype(np.int32),
        "album": album.astype(np.int32),
        "vector": unit(artists["artist_vector"][artist] + 0.08 * rng.standard_normal((tracks, DIMENSION))),
        "release_day": np.maximum(release, -25_000),
        "duration_ms": np.maximum(minutes * 60, 45).astype(np.int64) * 1000 + rng.integers(0, 1000, tracks),
        "weight": weight,
        "explicit": rng.random(tracks) < np.array([words.explicit for words in genre_words])[genre],
    }


def _make_episodes(episodes: int, days: int, rng: np.random.Generator) -> dict:
    shows = max(1, round(episodes / EPISODES_A_SHOW))
    sizes = _sizes(episodes, shows, rng)
    show = np.repeat(np.arange(shows), sizes)
    place = _place_in_group(sizes)
    topics = load_words().topics
    topic = rng.permutation(np.arange(shows) % len(topics))
    every = rng.choice([2.0, 3.5, 7.0, 7.0], shows)
    newest = days - 1 - rng.random(shows) * np.minimum(every, days - 1)
    release = np.floor(newest[show] - (sizes[show] - 1 - place) * every[show])
    minutes = np.array([words.minutes for words in topics])[topic[show]] * rng.lognormal(0.0, 0.15, episodes)
    return {
        "topic": topic.astype(np.int32),
        "show_weight": rng.lognormal(0.0, 1.0, shows),
        "show": show.astype(np.int32),
        "number": (rng.integers(1, 90, shows)[show] + place).astype(np.int32),
        "release_day": release.astype(np.int64),
        "duration_ms": (minutes * 60).astype(np.int64) * 1000 + rng.integers(0, 1000, episodes),
        "explicit": (rng.random(shows) < 0.2)[show],
    }
