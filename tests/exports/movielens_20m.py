"""ml-20m as GroupLens ships it (25M, 32M and the latest alike): CSV with a header, CRLF, quoted titles, genome."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from tests.exports.facts import Facts, Play, sampled
from tests.exports.films import NO_GENRES, make_films

START: Final = 1417392000  # 2014-12-01
BARE: Final = 86  # "Babylon 5": no year, no genre


def write(folder: Path, *, listeners: int, seed: int) -> Facts:
    """Writes `folder/ml-20m`."""
    films = make_films(listeners, seed, start=START, quoted=True)
    rng = np.random.default_rng(seed)
    films.genres[BARE] = (NO_GENRES,)
    source = folder / "ml-20m"
    source.mkdir(parents=True)
    ids = 1 + np.sort(rng.choice(20 * len(films.titles), len(films.titles), replace=False))

    ratings = films.ratings.sort_values(["listener", "film"])
    stars = np.clip(ratings.rating.to_numpy() - 0.5 * (rng.random(len(ratings)) < 0.3), 0.5, 5)
    _save(
        source / "ratings.csv",
        ["userId", "movieId", "rating", "timestamp"],
        zip(ratings.listener + 1, ids[ratings.film], stars, ratings.time, strict=True),
    )
    genres = ["|".join(row).replace("Children's", "Children") for row in films.genres]
    _save(
        source / "movies.csv",
        ["movieId", "title", "genres"],
        zip(ids, films.titles, genres, strict=True),
    )
    _save(
        source / "links.csv",
        ["movieId", "imdbId", "tmdbId"],
        ((number, f"{rng.integers(1, 9_999_999):07d}", "" if place % 9 == 0 else 100 + place)
         for place, number in enumerate(ids)),
    )  # fmt: skip
    _save(
        source / "tags.csv",
        ["userId", "movieId", "tag", "timestamp"],
        [[1, ids[0], "based on a book, and how", START], [2, ids[5], 'so "bad" it\'s good', START + 5]],
    )
    _save(source / "genome-tags.csv", ["tagId", "tag"], [[1, "007"], [2, "007 (series)"]])
    _save(
        source / "genome-scores.csv",
        ["movieId", "tagId", "relevance"],
        ((number, tag, 0.02500000000000002) for number in ids[:20] for tag in (1, 2)),
    )
    (source / "README.txt").write_text("Summary\n=======\n\nThis dataset (ml-20m) describes ...\n")

    rows = [films.ratings.iloc[place] for place in sampled(len(ratings), seed)]
    odd = [3, 80, 89, 92]
    years = films.years()
    return Facts(
        format="movielens",
        source=source,
        events=len(ratings),
        listeners=films.listeners,
        items=len(films.titles),
        sample=[Play(str(row.listener + 1), films.titles[row.film], row.time, row.time) for row in rows],
        genres={
            **{films.titles[place]: frozenset(genres[place].split("|")) for place in odd},
            films.titles[BARE]: frozenset(),
        },
        released={films.titles[place]: years[place] for place in odd},
        forbidden=frozenset({NO_GENRES}),
    )


def _save(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(header)
        writer.writerows(rows)
