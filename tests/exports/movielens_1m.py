"""ml-1m as GroupLens ships it: `::` between fields, latin-1, no header, ages and occupations as codes."""

from pathlib import Path
from typing import Final

import numpy as np

from tests.exports.facts import Facts, Play, sampled
from tests.exports.films import make_films

START: Final = 956703932  # 2000-04-25
AGES: Final = (1, 18, 25, 35, 45, 50, 56)


def write(folder: Path, *, listeners: int, seed: int) -> Facts:
    """Writes `folder/ml-1m`."""
    films = make_films(listeners, seed, start=START)
    rng = np.random.default_rng(seed)
    source = folder / "ml-1m"
    source.mkdir(parents=True)
    ids = _ids_with_gaps(len(films.titles), rng)

    # By user, and within a user in no order that means anything.
    ratings = films.ratings.sample(frac=1, random_state=seed).sort_values("listener", kind="stable")
    lines = [f"{row.listener + 1}::{ids[row.film]}::{row.rating}::{row.time}" for row in ratings.itertuples()]
    (source / "ratings.dat").write_text("\n".join(lines) + "\n")
    movies = [
        f"{number}::{title}::{'|'.join(genres)}"
        for number, title, genres in zip(ids, films.titles, films.genres, strict=True)
    ]
    (source / "movies.dat").write_bytes(("\n".join(movies) + "\n").encode("latin-1"))
    people = []
    for user in range(films.listeners):
        code = "98107-1448" if user == 4 else f"{rng.integers(501, 99950):05d}"
        gender = "F" if rng.random() < 0.3 else "M"
        people.append(f"{user + 1}::{gender}::{rng.choice(AGES)}::{rng.integers(0, 21)}::{code}")
    (source / "users.dat").write_text("\n".join(people) + "\n")
    (source / "README").write_text("SUMMARY\n=======\n\nThese files contain anonymous ratings ...\n")

    rows = [films.ratings.iloc[place] for place in sampled(len(ratings), seed)]
    odd = [3, 11, 17, 70]
    years = films.years()
    return Facts(
        format="movielens",
        source=source,
        events=len(ratings),
        listeners=films.listeners,
        items=len(films.titles),
        profiles=films.listeners,
        sample=[Play(str(row.listener + 1), films.titles[row.film], row.time, row.time) for row in rows],
        genres={films.titles[place]: frozenset(films.genres[place]) for place in odd},
        released={films.titles[place]: years[place] for place in odd},
    )


def _ids_with_gaps(count: int, rng: np.random.Generator) -> list[int]:
    """Ascending ids from 1 with some left out, as films withdrawn from the real set are."""
    return [int(number) for number in 1 + np.sort(rng.choice(round(1.05 * count), count, replace=False))]
