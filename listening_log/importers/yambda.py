"""Yambda, Yandex Music's log: its flat Parquet, an event a row, and its sequential one, a listener a row.

Listens are the events; where there are none, likes. Times are seconds since the set's own beginning, to 5 seconds.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from listening_log.errors import UserError, first_line
from listening_log.importers.reading.block import Block, count_empty_file
from listening_log.importers.reading.source import Source, open_source
from listening_log.importers.writing.log_writer import LogWriter

EVENTS: Final = ("listens.parquet", "multi_event.parquet", "likes.parquet")
"""The first that is there is read."""
ARTISTS: Final = "artist_item_mapping.parquet"
_KEYS: Final = ("uid", "item_id", "timestamp")
_ALIASES: Final = {"item_ids": "item_id", "timestamps": "timestamp"}
_NUMBERS: Final = ("played_ratio_pct", "track_length_seconds")
_FURTHER: Final = (*_NUMBERS, "is_organic", "event_type")
_ROWS: Final = 500_000  # of the flat files
_LISTENERS: Final = 100  # of the sequential ones: some thousand events each


@dataclass(frozen=True)
class _Rows(Block):
    """Rows of a Parquet file."""

    table: pa.Table
    numbers: npt.NDArray[np.int64]
    """The row [n] of the file that each row of the table is of, from 1."""

    def place(self, row: int) -> str:
        return f"{self.path}, row {self.numbers[row]}"


def read(src: str, log: LogWriter) -> Source:
    """Writes the events of one size and layout of the set, and its tracks.

    Raises:
        UserError: there is none, or more than one, or a file is of another layout.
    """
    source = open_source(src)
    events = _find(source)
    artists = _read_artists(source, source.names[ARTISTS], log) if ARTISTS in source.names else None
    for block in _blocks(source, events, (*_KEYS, *_FURTHER), log):
        _write(block, artists, log)
    return source


def _find(source: Source) -> str:
    if len(source.files) == 1 and source.files[0].endswith(".parquet"):
        return source.files[0]  # whatever its name is
    for name in EVENTS:
        files = source.find(re.compile(re.escape(name)))
        if len(files) > 1:
            raise UserError(
                f"{source.src}: holds more than one {name} ({', '.join(files[:3])}); name one of them"
            )
        if files:
            return files[0]
    raise UserError(
        f"{source.src}: not Yambda; expected {', '.join(EVENTS[:-1])} or {EVENTS[-1]}; found {source.summary()}"
    )


def _blocks(source: Source, file: str, columns: tuple[str, ...], log: LogWriter) -> Iterator[_Rows]:
    """The file's rows, an event each, with those of the columns that there are."""
    path = source.path(file)
    with source.open(file) as stream:
        if not stream.read(1):
            count_empty_file(log, path)
            return
        stream.seek(0)
        try:
            parquet = pq.ParquetFile(stream)
            names = {_ALIASES.get(name, name): name for name in parquet.schema_arrow.names}
            missing = next((name for name in columns if name not in (*names, *_FURTHER)), None)
            if missing:
                expected = ", ".join(name for name in columns if name not in _FURTHER)
                raise UserError(f"{path}: no column {missing}; expected {expected}")
            wanted = [name for name in columns if name in names]
            stored = [names[name] for name in wanted]
            schema = parquet.schema_arrow
            is_list = any(pa.types.is_nested(schema.field(name).type) for name in stored)
            first = 1
            for batch in parquet.iter_batches(_LISTENERS if is_list else _ROWS, columns=stored):
                table = pa.Table.from_batches([batch]).select(stored).rename_columns(wanted)
                numbers = np.arange(first, first + len(batch))
                yield _unrolled(path, table, numbers) if is_list else _Rows(path, table, numbers)
                first += len(batch)
        except pa.ArrowException as error:
            raise UserError(f"{path}: not readable as Parquet ({first_line(error)})") from error


def _unrolled(path: str, table: pa.Table, numbers: npt.NDArray[np.int64]) -> _Rows:
    """An event a row, of a listener's events a row."""
    lists = [name for name in table.column_names if pa.types.is_nested(table[name].type)]
    parents = pc.list_parent_indices(table[lists[0]]).combine_chunks()
    columns = {
        name: pc.list_flatten(table[name]) if name in lists else table[name].take(parents)
        for name in table.column_names
    }
    return _Rows(path, pa.table(columns), numbers[parents.to_numpy()])


def _read_artists(source: Source, file: str, log: LogWriter) -> npt.NDArray[np.int64]:
    """The artist of each item, by its number; 0 where it has none."""
    artists = np.zeros(0, np.int64)
    for block in _blocks(source, file, ("artist_id", "item_id"), log):
        items = block.table["item_id"].to_numpy().astype(np.int64)
        if len(items):
            artists = np.pad(artists, (0, max(0, int(items.max()) + 1 - len(artists))))
            artists[items] = block.table["artist_id"].to_numpy()
    return artists


def _write(block: _Rows, artists: npt.NDArray[np.int64] | None, log: LogWriter) -> None:
    rows = block.table
    if "event_type" in rows.column_names:
        listens = pc.equal(rows["event_type"].cast(pa.string()), "listen").to_numpy()
        block.count(log, "no_listen", "likes, dislikes and the like, no listens: left out", ~listens)
        rows = rows.filter(pa.array(listens))
    numbers = {name: rows[name].cast(pa.int64()) for name in rows.column_names if name in (*_KEYS, *_NUMBERS)}
    item_ids = numbers["item_id"].cast(pa.string())
    events = {
        "user_id": numbers["uid"].cast(pa.string()),
        "item_id": item_ids,
        "timestamp": numbers["timestamp"],
    }
    items = {"item_id": item_ids}
    if "track_length_seconds" in numbers:
        items["duration_ms"] = pc.multiply(numbers["track_length_seconds"], 1000)
        if "played_ratio_pct" in numbers:
            seconds_and_percent = pc.multiply(numbers["track_length_seconds"], numbers["played_ratio_pct"])
            events["ms_played"] = pc.multiply(seconds_and_percent, 10)
    if "is_organic" in rows.column_names:
        events["is_organic"] = rows["is_organic"].cast(pa.int64()).cast(pa.string())
    if artists is not None and len(rows):
        items["creator"] = _creators(numbers["item_id"].to_numpy(), artists)
    log.items(pa.table(items), "track")
    log.events(pa.table(events))


def _creators(items: npt.NDArray[np.int64], artists: npt.NDArray[np.int64]) -> pa.Array:
    """`artist-7` of each item [n], "" where it has none."""
    known = items < len(artists)
    ids = np.where(known, artists[np.where(known, items, 0)], 0)
    names = pc.binary_join_element_wise("artist", pa.array(ids).cast(pa.string()), "-")
    return pc.if_else(pc.equal(pa.array(ids), 0), "", names)
