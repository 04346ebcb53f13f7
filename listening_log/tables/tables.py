"""The tables of a listening log: their columns, and the files of a data directory that hold them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from listening_log.errors import UserError
from listening_log.tables import files

Kind = Literal["text", "code", "codes", "int", "float", "flag", "time", "duration"]
"""`text` is free; a `code` stands for something (ids, names of groups), so `13.0` of a float column is `13`;
`codes` are several, with `|` between them."""
Further = Literal["text columns", "all columns", "none"]

EVENTS: Final = "events"
CATALOG: Final = "catalog"
USERS: Final = "users"
IMPRESSIONS: Final = "impressions"


@dataclass(frozen=True)
class TableSpec:
    """What a table holds: the kind of each column, and what becomes of columns that are not named here."""

    name: str
    required: Mapping[str, Kind]
    optional: Mapping[str, Kind] = field(default_factory=dict)
    further: Further = "none"
    """`text columns`: each further text column is read; `all columns`: numbers too, as text; `none`."""
    needed: bool = True
    """Whether a log without this table is an error."""
    reserved: frozenset[str] = frozenset()
    """Names that a further column can't have, since later stages use them: such a column is ignored."""

    @property
    def kinds(self) -> dict[str, Kind]:
        """The kind of each named column, required ones first."""
        return {**self.required, **self.optional}


TABLES: Final[Mapping[str, TableSpec]] = {
    spec.name: spec
    for spec in (
        TableSpec(
            EVENTS,
            {"user_id": "code", "item_id": "code", "timestamp": "time"},
            {"ms_played": "duration", "end_reason": "code", "rating": "float"},
            further="text columns",
            reserved=frozenset({"item", "outcome", "row"}),
        ),
        TableSpec(
            CATALOG,
            {"item_id": "code"},
            {
                "kind": "code",
                "title": "text",
                "creator": "code",
                "genres": "codes",
                "duration_ms": "duration",
                "release_date": "code",
                "description": "text",
                "explicit": "flag",
                "countries": "codes",
            },
        ),
        TableSpec(USERS, {"user_id": "code"}, further="all columns", needed=False),
        TableSpec(
            IMPRESSIONS,
            {
                "request_id": "code",
                "user_id": "code",
                "timestamp": "time",
                "item_id": "code",
                "position": "int",
            },
            {"propensity": "float", "model_version": "text", "surface": "code", "played": "flag"},
            needed=False,
        ),
    )
}

_ENDINGS = (".csv", ".csv.gz", ".parquet")
_ENDINGS_IN_FOLDER = (".csv", ".gz", ".parquet")


def spec_of(table: str) -> TableSpec:
    """The table's specification.

    Raises:
        ValueError: the name is no table.
    """
    if table not in TABLES:
        raise ValueError(f"no such table: {table!r}; there are {', '.join(TABLES)}")
    return TABLES[table]


def table_files(data_dir: str, table: str) -> list[str]:
    """Sorted paths of the table's files in `data_dir`; [] where an optional table is absent.

    A table is `TABLE.csv`, `TABLE.csv.gz` or `TABLE.parquet`, parts of it (`TABLE-….parquet`, `TABLE_01.csv`,
    `TABLE.part2.csv`), everything with such an ending in the folder `TABLE/` (sub-folders too), or a mix.
    Names that begin with `.` or `_` are left out (`_SUCCESS`). Parts of 0 bytes are listed, for who counts them.

    Raises:
        UserError: the directory or a needed table is missing, or all of the table's files are empty.
    """
    spec = spec_of(table)
    if not files.is_dir(data_dir):
        raise UserError(f"no such data directory: {data_dir}")
    names = files.list_dir(data_dir)
    paths = [path for path, is_read in _candidates(data_dir, table, names) if is_read]
    if not paths and spec.needed:
        raise UserError(_missing(data_dir, table, names))
    if paths and not any(files.size(path) for path in paths):
        raise UserError(f"{min(paths)}: the file is empty")
    return sorted(paths)


def unread_files(data_dir: str, table: str) -> list[str]:
    """Sorted paths of files that look like the table's and are not read: of another format, or copies.

    `events (1).csv`, `events.json`, `events/part-0.orc`; not what begins with `.` or `_`.
    """
    candidates = _candidates(data_dir, table, files.list_dir(data_dir))
    return sorted(path for path, is_read in candidates if not is_read)


def _candidates(data_dir: str, table: str, names: list[str]) -> Iterator[tuple[str, bool]]:
    """Files by whose names the table may be meant, and whether they are read."""
    part = re.compile(rf"{table}(-.+|[._](part)?[-_]?\d.*)?({'|'.join(map(re.escape, _ENDINGS))})")
    for name in names:
        path = files.join(data_dir, name)
        if name == table and files.is_dir(path):
            yield from _walk(path)
        elif re.match(rf"{table}([^a-z]|$)", name) and not files.is_dir(path):
            yield path, bool(part.fullmatch(name))


def _walk(folder: str) -> Iterator[tuple[str, bool]]:
    for name in files.list_dir(folder):
        path = files.join(folder, name)
        if not name or name.startswith((".", "_")):
            continue
        if files.is_dir(path):
            yield from _walk(path)
        else:
            yield path, name.endswith(_ENDINGS_IN_FOLDER)


def _missing(data_dir: str, table: str, names: list[str]) -> str:
    message = f"{data_dir} has no table {table}: expected {table}.csv, {table}.csv.gz or {table}.parquet"
    alike = [name for name in names if name.lower().startswith(table)]
    return f"{message} (found {', '.join(alike[:3])})" if alike else message
