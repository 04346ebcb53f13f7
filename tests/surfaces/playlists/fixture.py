"""A catalogue with the values that the prompts name: every genre, creators of several scripts, years and lengths."""

import random
from datetime import date
from functools import lru_cache

from surfaces.common.catalogue import Catalogue
from surfaces.common.text_vectors import TextVectors
from surfaces.playlists.vocabulary import Vocabulary
from tests.surfaces import worlds

MUSIC = [
    "jazz", "folk", "hip hop", "rap", "r&b", "metal", "classical", "pop", "country", "ambient", "soul", "latin",
    "bossa nova", "salsa", "techno", "indie rock", "punk rock", "reggae", "blues", "disco", "electronic",
]  # fmt: skip
TAGS = [
    "calm", "energetic", "feelgood", "sad", "romantic", "loud", "heavy", "dance", "instrumental", "acoustic", "retro",
    "orchestral", "late night", "sleep",
]  # fmt: skip
TOPICS = ["true crime", "comedy", "history", "science", "technology", "economics", "news", "learning"]
CREATORS = [
    "The Night Owls", "Nina Montrose", "Los Ríos", "Björn Äventyr", "Motörgrind", "MC Quill", "Blink 99", "周小龙",
    "Earth, Fire & Rain", "Ada Brooks", "Love",
]  # fmt: skip
SHOWS = ["The Ledger", "Unsolved Motive", "Curious Fossils", "Tech Kitchen"]
TITLED = [
    ("t-rain", "Yesterday's Rain", "Nina Montrose"),
    ("t-elena", "Für Elena", "Ada Brooks"),
    ("t-tokyo", "東京の夜", "周小龙"),
    ("t-bleu", "La vie en bleu", "Ada Brooks"),
    ("t-aguas", "Águas de Abril", "Los Ríos"),
    ("t-wolken", "Über den Wolken", "Björn Äventyr"),
    ("t-home-owls", "Homecoming", "The Night Owls"),
    ("t-home-rios", "Homecoming", "Los Ríos"),
]


@lru_cache(maxsize=1)
def catalogue(size: int = 400, seed: int = 1) -> Catalogue:
    """A catalogue of `size` items beside the titled ones, a fifth of them episodes."""
    draw = random.Random(seed)
    rows: list[dict[str, object]] = []
    for item_id, title, creator in TITLED:
        tokens = ["kind=track", f"creator={creator}", f"genre={draw.choice(MUSIC)}"]
        rows.append(_row(item_id, title, tokens, 1960 + len(rows) * 7, 200, draw))
    for number in range(size):
        if number % 5 == 4:
            genres = draw.sample(TOPICS, 2)
            tokens = ["kind=episode", f"creator={draw.choice(SHOWS)}"]
            rows.append(
                _row(
                    f"e{number}", f"Part {number}", _with(tokens, genres, draw), 2018 + number % 8, 1800, draw
                )
            )
        else:
            genres = [MUSIC[number % len(MUSIC)], *draw.sample(TAGS, 3)]
            tokens = ["kind=track", f"creator={draw.choice(CREATORS)}"]
            rows.append(
                _row(
                    f"t{number}", f"Song {number}", _with(tokens, genres, draw), 1960 + number % 65, 220, draw
                )
            )
    return worlds.catalogue(rows)


@lru_cache(maxsize=1)
def vectors() -> TextVectors:
    """The word vectors, loaded once."""
    return TextVectors()


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The names of the catalogue."""
    return Vocabulary(catalogue(), vectors())


def _with(tokens: list[str], genres: list[str], draw: random.Random) -> list[str]:
    explicit = ["explicit=1"] if draw.random() < 0.2 else ["explicit=0"]
    return [*tokens, *(f"genre={genre}" for genre in genres), *explicit]


def _row(
    item_id: str, title: str, tokens: list[str], year: int, seconds: int, draw: random.Random
) -> dict[str, object]:
    day = (date(year, draw.randint(1, 12), draw.randint(1, 28)) - date(1970, 1, 1)).days
    return {
        "item_id": item_id,
        "title": title,
        "item_tokens": tokens,
        "release_day": day,
        "duration_ms": int(seconds * draw.uniform(0.4, 2.0)) * 1000,
    }
