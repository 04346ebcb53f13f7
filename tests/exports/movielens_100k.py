"""ml-100k as GroupLens ships it: `u.data` in random order beside five splits of itself, latin-1, one-hot genres."""

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from tests.exports.facts import Facts, Play, sampled
from tests.exports.films import GENRES, make_films

START: Final = 874724710  # 1997-09-20, the first rating of the real set
OCCUPATIONS: Final = (
    "administrator", "artist", "doctor", "educator", "engineer", "entertainment", "executive", "healthcare",
    "homemaker", "lawyer", "librarian", "marketing", "none", "other", "programmer", "retired", "salesman",
    "scientist", "student", "technician", "writer",
)  # fmt: skip
MONTHS: Final = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
UNKNOWN, TWIN, AGAIN = 266, 245, 267  # places of film 267, without a title; and of 246, which is 268 again
SCRIPT: Final = "#!/usr/local/bin/perl\n# splits off a test set of n ratings a user\n"


def write(folder: Path, *, listeners: int, seed: int) -> Facts:
    """Writes `folder/ml-100k`."""
    films = make_films(listeners, seed, start=START)
    rng = np.random.default_rng(seed)
    films.titles[AGAIN] = films.titles[TWIN]
    films.titles[UNKNOWN], films.genres[UNKNOWN] = "unknown", ("unknown",)
    source = folder / "ml-100k"
    source.mkdir(parents=True)

    ratings = films.ratings.assign(listener=films.ratings.listener + 1, film=films.ratings.film + 1)
    ratings = ratings.sample(frac=1, random_state=seed)  # no order, as in the real file
    _save(ratings, source / "u.data")
    for name in ("u1", "u2", "u3", "u4", "u5", "ua", "ub"):
        test = rng.random(len(ratings)) < 0.2
        _save(ratings[~test].sort_values(["listener", "film"]), source / f"{name}.base")
        _save(ratings[test].sort_values(["listener", "film"]), source / f"{name}.test")

    years = films.years()
    days = rng.integers(1, 29, len(years))
    items = []
    for place, (title, year) in enumerate(zip(films.titles, years, strict=True)):
        date = f"{days[place]:02d}-{MONTHS[place % 12]}-{year}" if year else ""
        if place == 101:
            date = f"4-Feb-{year}"  # the real set has one day of one figure
        link = f"http://us.imdb.com/M/title-exact?{title.strip().replace(' ', '%20')}" if year else ""
        flags = [str(int(genre in films.genres[place])) for genre in ("unknown", *GENRES)]
        items.append("|".join([str(place + 1), title, date, "", link, *flags]))
    (source / "u.item").write_bytes(("\n".join(items) + "\n").encode("latin-1"))

    people = [
        f"{user + 1}|{rng.integers(7, 74)}|{rng.choice(['M', 'F'])}|{rng.choice(OCCUPATIONS)}|{zip_code}"
        for user, zip_code in enumerate(_zip_codes(films.listeners, rng))
    ]
    (source / "u.user").write_text("\n".join(people) + "\n")
    (source / "u.genre").write_text(
        "".join(f"{genre}|{place}\n" for place, genre in enumerate(("unknown", *GENRES))) + "\n"
    )
    (source / "u.occupation").write_text("\n".join(OCCUPATIONS) + "\n")
    (source / "u.info").write_text(
        f"{films.listeners} users\n{len(films.titles)} items\n{len(ratings)} ratings\n"
    )
    (source / "README").write_text(
        "SUMMARY & USAGE LICENSE\n=======================\n\nMovieLens data sets ...\n"
    )
    (source / "allbut.pl").write_text(SCRIPT)
    (source / "mku.sh").write_text("#!/bin/sh\n\ntrap `rm -f tmp.$$; exit 1` 1 2 15\n")

    rated = films.ratings[~films.ratings.film.isin([TWIN, AGAIN])]
    rows = [rated.iloc[place] for place in sampled(len(rated), seed)]
    odd = [3, 11, 52]
    return Facts(
        format="movielens",
        source=source,
        events=len(ratings),
        listeners=films.listeners,
        items=len(films.titles),
        profiles=films.listeners,
        sample=[Play(str(row.listener + 1), films.titles[row.film], row.time, row.time) for row in rows],
        genres={films.titles[place]: frozenset(films.genres[place]) for place in odd},
        released={films.titles[place]: years[place] for place in [*odd, 101]},
    )


def _save(ratings: pd.DataFrame, path: Path) -> None:
    ratings.to_csv(path, sep="\t", header=False, index=False)


def _zip_codes(count: int, rng: np.random.Generator) -> list[str]:
    codes = [f"{code:05d}" for code in rng.integers(501, 99950, count)]
    codes[:3] = ["01002", "T8H1N", "00000"]  # zeros in front, and Canadian ones
    return codes
