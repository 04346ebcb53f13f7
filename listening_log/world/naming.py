"""Titles, creators and descriptions, and with them the catalogue as a table."""

import math
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from listening_log.world.items import COUNTRIES, EVERYWHERE, Catalogue
from listening_log.world.words import Words, load_words

_Names = tuple[list[str], list[str], list[str], list[str]]


def item_ids(catalogue: Catalogue, rng: np.random.Generator) -> np.ndarray:
    """Ids in the order of the items: [items] object. The numbers say nothing: they are shuffled."""
    episodes = catalogue.items - catalogue.tracks
    return np.array(
        [
            *_numbered("track", rng.permutation(catalogue.tracks)),
            *_numbered("episode", rng.permutation(episodes)),
        ],
        dtype=object,
    )


def listener_ids(count: int) -> np.ndarray:
    """[count] object, in the order of the listeners and of their bytes."""
    return np.array(_numbered("listener", np.arange(count)), dtype=object)


def catalog_table(catalogue: Catalogue, ids: np.ndarray, start: date, rng: np.random.Generator) -> pa.Table:
    """The contract's `catalog`, in the order of the ids. Day 0 is `start`."""
    titles, creators, genres, descriptions = _name_tracks(catalogue, start, rng)
    for column, more in zip(
        (titles, creators, genres, descriptions), _name_episodes(catalogue, rng), strict=True
    ):
        column.extend(more)
    episodes = catalogue.items - catalogue.tracks
    countries = [_country_list(mask) for mask in catalogue.artist_countries.tolist()]
    table = pa.table(
        {
            "item_id": pa.array(ids.tolist(), pa.string()),
            "kind": pa.array(["track"] * catalogue.tracks + ["episode"] * episodes, pa.string()),
            "title": pa.array(titles, pa.string()),
            "creator": pa.array(creators, pa.string()),
            "genres": pa.array(genres, pa.string()),
            "duration_ms": pa.array(catalogue.duration_ms, pa.int64()),
            "release_date": pa.array(
                [(start + timedelta(days=day)).isoformat() for day in catalogue.release_day.tolist()],
                pa.string(),
            ),
            "description": pa.array(descriptions, pa.string()),
            "explicit": pa.array(catalogue.explicit.astype(np.int64), pa.int64()),
            "countries": pa.array(
                [countries[artist] for artist in catalogue.track_artist.tolist()] + [""] * episodes,
                pa.string(),
            ),
        }
    )
    return table.take(pa.array(np.argsort(ids, kind="stable")))


def _numbered(kind: str, numbers: np.ndarray) -> list[str]:
    width = max(4, len(str(len(numbers))))
    return [f"{kind}-{number:0{width}d}" for number in numbers.tolist()]


def _country_list(mask: int) -> str:
    if mask == EVERYWHERE:
        return ""
    return "|".join(country for bit, country in enumerate(COUNTRIES) if mask >> bit & 1)


class _Walk:
    """Walks through all names of some words in a mixed order, so that no name comes twice before all came."""

    def __init__(self, words: Words, rng: np.random.Generator):
        self.words = words
        self.start = int(rng.integers(words.count))
        self.stride = int(rng.integers(words.count // 3, words.count)) | 1
        while math.gcd(self.stride, words.count) > 1:
            self.stride += 1

    def name(self, number: int) -> str:
        lap, place = divmod(number, self.words.count)
        place = (self.start + place * self.stride) % self.words.count
        return self.words.compose(lap * self.words.count + place)


def _names_by_group(groups: np.ndarray, words: list[Words], rng: np.random.Generator) -> list[str]:
    """A name of its group's words for each; within a group no two are the same."""
    walks = [_Walk(w, rng) for w in words]
    seen = [0] * len(words)
    names = []
    for group in groups.tolist():
        names.append(walks[group].name(seen[group]))
        seen[group] += 1
    return names


def _name_tracks(catalogue: Catalogue, start: date, rng: np.random.Generator) -> _Names:
    """Titles, creators, genres and descriptions of the tracks."""
    genre_words = load_words().genres[: catalogue.genres]
    genre_of = [genre_words[row] for row in catalogue.artist_genre.tolist()]
    artists = _names_by_group(catalogue.artist_genre, [genre.artists for genre in genre_words], rng)
    titles = _names_by_group(catalogue.track_artist, [genre.titles for genre in genre_of], rng)
    album_walks = [_Walk(genre.albums, rng) for genre in genre_of]
    tag_places = rng.integers(0, 3, catalogue.tracks).tolist()
    creators, genres, descriptions = [], [], []
    rows = zip(catalogue.track_artist.tolist(), catalogue.track_album.tolist(), tag_places, strict=True)
    days = catalogue.release_day[: catalogue.tracks].tolist()
    for (artist, album, tag), day in zip(rows, days, strict=True):
        genre = genre_of[artist]
        creators.append(artists[artist])
        genres.append(f"{genre.name}|{genre.tags[tag]}")
        year = (start + timedelta(days=day)).year
        descriptions.append(f'From the {genre.name} album "{album_walks[artist].name(album)}" ({year}).')
    return titles, creators, genres, descriptions


def _name_episodes(catalogue: Catalogue, rng: np.random.Generator) -> _Names:
    """Titles, creators, genres and descriptions of the episodes."""
    topics = load_words().topics
    topic_of = [topics[row] for row in catalogue.show_topic.tolist()]
    shows = _names_by_group(catalogue.show_topic, [topic.shows for topic in topics], rng)
    subjects = _names_by_group(catalogue.episode_show, [topic.episodes for topic in topic_of], rng)
    titles, creators, genres, descriptions = [], [], [], []
    numbers = catalogue.episode_number.tolist()
    for show, number, subject in zip(catalogue.episode_show.tolist(), numbers, subjects, strict=True):
        topic = topic_of[show]
        titles.append(f"Ep. {number}: {subject}")
        creators.append(shows[show])
        genres.append("|".join((topic.name, *topic.tags)))
        descriptions.append(f'{shows[show]}, a podcast about {topic.name}: "{subject}".')
    return titles, creators, genres, descriptions
