"""RecBole's atomic files: typed headers, tabs, lists split by a space; the files of the whole set in one folder."""

from pathlib import Path
from typing import Final

import numpy as np

from tests.exports.facts import Facts, Play, sampled
from tests.exports.films import make_films
from tests.exports.plays import make_plays

START: Final = 881250949
NAME: Final = "ml-100k"
NO_TITLE: Final = 266  # row 267 of the real file says "unkonwn" twice


def write(folder: Path, *, listeners: int, seed: int) -> Facts:
    """Writes `folder/ml-100k`, as RecBole ships it: `.inter`, `.item` and `.user`, a knowledge graph beside."""
    films = make_films(listeners, seed, start=START, quoted=True)
    rng = np.random.default_rng(seed)
    years = films.years()
    titles = [
        title.rsplit(" (", 1)[0] if year else title for title, year in zip(films.titles, years, strict=True)
    ]
    titles[NO_TITLE], years[NO_TITLE], films.genres[NO_TITLE] = "unkonwn", "unkonwn", ("unknown",)
    source = folder / NAME
    source.mkdir(parents=True)

    ratings = films.ratings.sample(frac=1, random_state=seed)
    _save(
        source / f"{NAME}.inter",
        "user_id:token\titem_id:token\trating:float\ttimestamp:float",
        [f"{row.listener + 1}\t{row.film + 1}\t{row.rating}\t{row.time}" for row in ratings.itertuples()],
    )
    _save(
        source / f"{NAME}.item",
        "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq",
        [
            f"{place + 1}\t{titles[place]}\t{years[place]}\t{' '.join(films.genres[place])}"
            for place in range(len(titles))
        ],
        last_newline=False,
    )
    _save(
        source / f"{NAME}.user",
        "user_id:token\tage:token\tgender:token\toccupation:token\tzip_code:token",
        [
            f"{user + 1}\t{rng.integers(7, 74)}\t{rng.choice(['M', 'F'])}\tstudent\t{rng.integers(0, 99999):05d}"
            for user in range(films.listeners)
        ],
    )
    _save(source / f"{NAME}.link", "item_id:token\tentity_id:token", ["1\tm.0dyb1", "4\tm.0dj0m5"])
    _save(
        source / f"{NAME}.kg",
        "head_id:token\trelation_id:token\ttail_id:token",
        ["m.0dyb1\tfilm.film.genre\tm.02kdv5l"],
    )

    rows = [films.ratings.iloc[place] for place in sampled(len(ratings), seed)]
    odd = [3, 31, 80]
    return Facts(
        format="recbole",
        source=source,
        events=len(ratings),
        listeners=films.listeners,
        items=len(titles),
        profiles=films.listeners,
        sample=[Play(str(row.listener + 1), titles[row.film], row.time, row.time) for row in rows],
        genres={titles[place]: frozenset(films.genres[place]) for place in odd},
        released={titles[place]: years[place] for place in odd},
    )


def write_artists(folder: Path, *, listeners: int, seed: int) -> Facts:
    """Writes `folder/lastfm`, RecBole's HetRec set: items are `artist_id`, without times, friends beside."""
    plays = make_plays(listeners, seed, start=START, once=True)
    rng = np.random.default_rng(seed)
    source = folder / "lastfm"
    source.mkdir(parents=True)
    names = plays.items.title.to_list()
    names[3], names[9] = 'Guns N" Roses', "Sigur Rós"
    _save(
        source / "lastfm.inter",
        "user_id:token\tartist_id:token\tweight:float\ttag_value:token_seq",
        [
            f"{row.listener + 2}\t{row.item + 51}\t{rng.integers(1, 9000)}.0\t{'' if row.item % 3 else 'pop indie'}"
            for row in plays.events.itertuples()
        ],
    )
    _save(
        source / "lastfm.item",
        "artist_id:token\tname:token_seq\turl:token\tpicture_url:token",
        [
            f"{place + 51}\t{name}\thttp://www.last.fm/music/{place}\t{'' if place % 5 else 'http://cdn/a.jpg'}"
            for place, name in enumerate(names)
        ],
    )
    _save(source / "lastfm.net", "source_id:token\ttarget_id:token", ["2\t3", "3\t2"])

    users = [int(user) for user in plays.events.listener.unique()[:5]]
    return Facts(
        format="recbole",
        source=source,
        events=len(plays.events),
        listeners=plays.listeners,
        items=len(names),
        order={
            str(user + 2): [names[item] for item in plays.events.item[plays.events.listener == user]]
            for user in users
        },
    )


def _save(path: Path, header: str, rows: list[str], *, last_newline: bool = True) -> None:
    path.write_text("\n".join([header, *rows]) + "\n" * last_newline, encoding="utf-8")
