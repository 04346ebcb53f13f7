"""ml-10M100K as GroupLens ships it: `::` between fields, UTF-8, half stars, tags beside, no users."""

from pathlib import Path
from typing import Final

import numpy as np

from tests.exports.facts import Facts, Play, sampled
from tests.exports.films import NO_GENRES, make_films

START: Final = 1184149200  # 2007-07-11
BARE: Final = 25  # a film without a genre, as "Pull My Daisy" in the real set


def write(folder: Path, *, listeners: int, seed: int) -> Facts:
    """Writes `folder/ml-10M100K`."""
    films = make_films(listeners, seed, start=START)
    rng = np.random.default_rng(seed)
    films.titles[BARE], films.genres[BARE] = "Pull My Daisy (1958)", (NO_GENRES,)
    source = folder / "ml-10M100K"
    source.mkdir(parents=True)

    ratings = films.ratings.sort_values(["listener", "film"])
    half = np.clip(ratings.rating.to_numpy() - 0.5 * (rng.random(len(ratings)) < 0.3), 0.5, 5)
    users = _scattered(films.listeners, rng)
    lines = [
        f"{users[row.listener]}::{row.film + 1}::{stars:g}::{row.time}"
        for row, stars in zip(ratings.itertuples(), half, strict=True)
    ]
    (source / "ratings.dat").write_text("\n".join(lines) + "\n")
    movies = [
        f"{place + 1}::{title}::{'|'.join(genres)}"
        for place, (title, genres) in enumerate(zip(films.titles, films.genres, strict=True))
    ]
    (source / "movies.dat").write_text("\n".join(movies) + "\n", encoding="utf-8")
    (source / "tags.dat").write_text(
        f'{users[0]}::1::excellent!::1215184630\n{users[1]}::4::"so bad, it\'s good"::1188263867\n'
        f"{users[2]}::12::café society::1188263868\n",
        encoding="utf-8",
    )
    (source / "README.html").write_text("<html><head><title>MovieLens 10M/100k Data Set README</title>\n")
    (source / "allbut.pl").write_text("#!/usr/local/bin/perl\n")
    (source / "split_ratings.sh").write_text("#!/bin/bash\n")

    rows = [films.ratings.iloc[place] for place in sampled(len(ratings), seed)]
    odd = [3, 17, 31]
    years = films.years()
    return Facts(
        format="movielens",
        source=source,
        events=len(ratings),
        listeners=films.listeners,
        items=len(films.titles),
        sample=[Play(str(users[row.listener]), films.titles[row.film], row.time, row.time) for row in rows],
        genres={
            **{films.titles[place]: frozenset(films.genres[place]) for place in odd},
            films.titles[BARE]: frozenset(),
        },
        released={films.titles[place]: years[place] for place in odd},
        forbidden=frozenset({NO_GENRES}),
    )


def _scattered(count: int, rng: np.random.Generator) -> list[int]:
    """Ascending user ids with gaps: only those with 20 ratings are in."""
    return [int(number) for number in 1 + np.sort(rng.choice(3 * count, count, replace=False))]
