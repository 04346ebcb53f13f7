"""How MovieLens's releases lay out their files: names, columns, and what makes a movie and a user of a row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from listening_log.importers.reading.text_blocks import Layout

_LATIN: Final = "latin-1"  # 100k and 1M; later releases are UTF-8
RATING: Final = ("user_id", "item_id", "rating", "timestamp")
_MOVIE: Final = ("item_id", "title", "genres")
_RATING_HEADER: Final = {
    "userId": "user_id",
    "movieId": "item_id",
    "rating": "rating",
    "timestamp": "timestamp",
}
_MOVIE_HEADER: Final = {"movieId": "item_id", "title": "title", "genres": "genres"}
_NO_GENRES: Final = "(no genres listed)"

# The column order of u.item, as u.genre tells it; "unknown" is no genre.
GENRES_100K: Final = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama",
    "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

# The README of 1M.
_AGES: Final = {
    "1": "under 18", "18": "18-24", "25": "25-34", "35": "35-44", "45": "45-49", "50": "50-55", "56": "56+",
}  # fmt: skip
_OCCUPATIONS: Final = (
    "other", "academic/educator", "artist", "clerical/admin", "college/grad student", "customer service",
    "doctor/health care", "executive/managerial", "farmer", "homemaker", "K-12 student", "lawyer",
    "programmer", "retired", "sales/marketing", "scientist", "self-employed", "technician/engineer",
    "tradesman/craftsman", "unemployed", "writer",
)  # fmt: skip


@dataclass(frozen=True)
class Table:
    """A file, and how a table of ours is made of its rows."""

    file: str
    layout: Layout
    convert: Callable[[pa.Table], pa.Table] = lambda rows: rows
    header: Mapping[str, str] = field(default_factory=dict)
    """Our name of each column that the first line names; {} where there is no such line."""


@dataclass(frozen=True)
class Release:
    """The files of a release. `movies` gives titles as they are, and `release_date` where it is told apart."""

    name: str
    ratings: Table
    movies: Table
    users: Table | None = None


def _movies_100k(rows: pa.Table) -> pa.Table:
    named = [pc.if_else(pc.equal(rows[f"genre {name}"], "1"), f"{name}|", "") for name in GENRES_100K[1:]]
    joined = pc.utf8_rtrim(pc.binary_join_element_wise(*named, ""), "|")
    columns = {"item_id": rows["item_id"], "title": rows["title"], "genres": joined}
    return pa.table({**columns, "release_date": _iso_dates(rows["released"].combine_chunks())})


def _iso_dates(dates: pa.Array) -> pa.Array:
    """`1995-01-22` of `22-Jan-1995`, "" of what is no date [n] string, whatever the machine's language."""
    parts = pc.extract_regex(dates, r"^\s*(?P<day>\d{1,2})-(?P<month>[A-Za-z]{3})-(?P<year>\d{4})\s*$")
    day, month, year = (pc.struct_field(parts, [index]) for index in range(3))
    months = pc.index_in(pc.utf8_lower(month), value_set=pa.array(_MONTHS))
    number = pc.utf8_lpad(pc.cast(pc.add(months, 1), pa.string()), 2, "0")
    return pc.fill_null(pc.binary_join_element_wise(year, number, pc.utf8_lpad(day, 2, "0"), "-"), "")


def _movies(rows: pa.Table) -> pa.Table:
    genres = pc.if_else(pc.equal(rows["genres"], _NO_GENRES), "", rows["genres"])
    return rows.set_column(rows.column_names.index("genres"), "genres", genres)


def _users(rows: pa.Table) -> pa.Table:
    return rows.drop(["zip"])


def _users_1m(rows: pa.Table) -> pa.Table:
    occupations = {str(code): name for code, name in enumerate(_OCCUPATIONS)}
    columns = {"user_id": rows["user_id"], "gender": rows["gender"], "age": _named(rows["age"], _AGES)}
    return pa.table({**columns, "occupation": _named(rows["occupation"], occupations)})


def _named(codes: pa.ChunkedArray, meanings: dict[str, str]) -> pa.ChunkedArray:
    """Meanings of codes [n]; a code without one stays."""
    rows = pc.index_in(codes, value_set=pa.array(list(meanings)))
    return pc.coalesce(pa.array(list(meanings.values())).take(rows.combine_chunks()), codes)


def _layout(columns: Sequence[str], delimiter: str) -> Layout:
    csv = delimiter == ","
    if columns is not RATING:
        return Layout(tuple(columns), delimiter, csv, csv, fallback=_LATIN)
    return Layout(RATING, delimiter, csv, csv, types={"rating": pa.float64()}, times=("timestamp",))


_FLAGS: Final = tuple(f"genre {name}" for name in GENRES_100K)

RELEASES: Final = (
    Release(
        "100k",
        Table("u.data", _layout(RATING, "\t")),
        Table(
            "u.item", _layout(("item_id", "title", "released", "video", "url", *_FLAGS), "|"), _movies_100k
        ),
        Table("u.user", _layout(("user_id", "age", "gender", "occupation", "zip"), "|"), _users),
    ),
    Release(
        "1M and 10M",
        Table("ratings.dat", _layout(RATING, "::")),
        Table("movies.dat", _layout(_MOVIE, "::"), _movies),
        Table("users.dat", _layout(("user_id", "gender", "age", "occupation", "zip"), "::"), _users_1m),
    ),
    *(
        Release(
            name,
            Table(ratings, _layout(RATING, ","), header=_RATING_HEADER),
            Table(movies, _layout(_MOVIE, ","), _movies, _MOVIE_HEADER),
        )
        for name, ratings, movies in (
            ("20M and later", "ratings.csv", "movies.csv"),
            ("Kaggle's copy of 20M, its times as text", "rating.csv", "movie.csv"),
        )
    ),
)
