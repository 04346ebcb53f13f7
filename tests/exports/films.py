"""What the MovieLens layouts share: films with the titles and genres that make reading them hard, and ratings."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tests.exports.plays import make_plays

GENRES = (
    "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama", "Fantasy",
    "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip
NO_GENRES = "(no genres listed)"
# By place: titles of the real files, their accents, quotes, commas, brackets, and spaces at the end.
ODD_TITLES = {
    0: "Toy Story (1995)",
    3: "Léon: The Professional (a.k.a. The Professional) (Léon) (1994)",
    5: "Shanghai Triad (Yao a yao yao dao waipo qiao) (1995)",
    11: "Misérables, Les (1995)",
    17: "City of Lost Children, The (Cité des enfants perdus, La) (1995)",
    23: "20,000 Leagues Under the Sea (1954)",
    31: "8 1/2 (1963)",
    40: "To Wong Foo, Thanks for Everything! Julie Newmar (1995)",
    47: "M*A*S*H (1970)",
    52: "Marlene Dietrich: Shadow and Light (1996) ",
    61: "2001: A Space Odyssey (1968)",
    70: "I.Q. (1994)",
}
# The 20M layout's further ones.
QUOTED_TITLES = {
    80: '"Great Performances" Cats (1998)',
    83: "American President, The (1995)",
    86: "Babylon 5",
    89: 'Tom, Dick and "Harry", or: Don\'t (2003)',
    92: "東京物語 (Tôkyô monogatari) (1953)",
}
_RATED = {"done": (4, 5), "stop": (3, 4), "skip": (1, 2)}


@dataclass(frozen=True)
class Films:
    """`ratings`: listener and film (places from 0), rating (whole stars), time; `titles`, `genres` by place."""

    ratings: pd.DataFrame
    titles: list[str]
    genres: list[tuple[str, ...]]

    @property
    def listeners(self) -> int:
        """How many rated."""
        return int(self.ratings.listener.nunique())

    def years(self) -> list[str]:
        """The year in each title's last brackets, "" where there is none."""
        return list(pd.Series(self.titles).str.extract(r"\((\d{4})\)\s*$")[0].fillna(""))


def make_films(listeners: int, seed: int, *, start: int, quoted: bool = False) -> Films:
    """Ratings of a world: a film once a listener, at least 20 a listener, some within one second."""
    plays = make_plays(listeners, seed, start=start, least=20, once=True)
    rng = np.random.default_rng(seed)
    years = rng.integers(1931, 1998, len(plays.items))
    titles = [f"{title} ({year})" for title, year in zip(plays.items.title, years, strict=True)]
    for place, title in {**ODD_TITLES, **(QUOTED_TITLES if quoted else {})}.items():
        titles[place] = title
    if not quoted:  # the older files are latin-1, and split by "|"
        titles = [_plain(title) for title in titles]
    codes = sorted(set("|".join(plays.items.genres).split("|")))
    film_genre = {code: GENRES[place % len(GENRES)] for place, code in enumerate(codes)}
    genres = [tuple(sorted({film_genre[code] for code in row.split("|")})) for row in plays.items.genres]
    low, high = (plays.events.end.map({end: pair[side] for end, pair in _RATED.items()}) for side in (0, 1))
    stars = np.where(rng.random(len(low)) < 0.5, low, high)
    # Films are rated from a list: a page of them gets one time.
    tied = rng.random(len(low)) < 0.5
    time = np.where(tied, plays.events.time // 300 * 300, plays.events.time)
    columns = {"listener": plays.events.listener, "film": plays.events.item, "rating": stars, "time": time}
    return Films(pd.DataFrame(columns), titles, genres)


def _plain(title: str) -> str:
    return title.replace("|", "-").encode("latin-1", "replace").decode("latin-1")
