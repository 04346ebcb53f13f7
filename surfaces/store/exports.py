"""Writes what was played and shown since the last export as a span of the listening log, each row once."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection, Engine, Row, Select, func, select, update

from listening_log.cleaning.policies import outcomes
from listening_log.config import LogConfig
from listening_log.errors import UserError
from listening_log.storage.atomic import replace_folder
from listening_log.tables.tables import EVENTS, IMPRESSIONS
from models import names
from surfaces.common.catalogue import Catalogue
from surfaces.store.engine import allow_long_reading, begin_writing
from surfaces.store.tables import IMPRESSIONS as SHOWN
from surfaces.store.tables import PLAYS

_BATCH: Final = 20_000
_WAIT_SECONDS: Final = 10.0
_EVENT_SCHEMA: Final = pa.schema(
    [
        ("user_id", pa.string()),
        ("item_id", pa.string()),
        ("timestamp", pa.int64()),
        ("ms_played", pa.int64()),
        ("end_reason", pa.string()),
        ("surface", pa.string()),
        ("device", pa.string()),
    ]
)
_OPTIONAL: Final = ("ms_played", "end_reason", "surface", "device")
_IMPRESSION_SCHEMA: Final = pa.schema(
    [
        ("request_id", pa.string()),
        ("user_id", pa.string()),
        ("timestamp", pa.int64()),
        ("item_id", pa.string()),
        ("position", pa.int64()),
        ("propensity", pa.float64()),
        ("model_version", pa.string()),
        ("surface", pa.string()),
        ("played", pa.int64()),
    ]
)


class Exported(NamedTuple):
    """What a span holds."""

    folder: Path
    plays: int
    impressions: int


class Exports:
    """The exports of a store; one at a time.

    Args:
        engine: of the store.
        catalogue: whose durations tell a play from a skip.
        config: by what rules.
    """

    def __init__(self, engine: Engine, catalogue: Catalogue, config: LogConfig) -> None:
        self._engine, self._catalogue, self._config = engine, catalogue, config

    def write(self, data_dir: Path, span: int) -> Exported:
        """Writes a span's folder, whole or not at all.

        Rows are marked before and after: where an export was cut off between the two, the next one into the same
        folder sees whether the span is there, and writes its rows if it isn't.

        Args:
            data_dir: the log's folder.
            span: its number, of a span that is not there.

        Raises:
            UserError: the span is there already, or nothing was played since the last export.
            OSError: the folder can't be written; the next export writes these rows.
        """
        folder = data_dir / f"span-{span}"
        if folder.exists():
            raise UserError(f"{folder} is there already: give the next number to --span")
        self._settle(data_dir)
        self._mark(None, -span)
        with self._engine.connect() as connection:
            allow_long_reading(connection)
            counts = [connection.execute(_count(table, -span)).scalar() or 0 for table in (PLAYS, SHOWN)]
            if counts[0]:
                with replace_folder(folder) as staged:
                    self._write_events(connection, -span, staged / f"{EVENTS}.parquet")
                    if counts[1]:
                        self._write_impressions(connection, -span, staged / f"{IMPRESSIONS}.parquet")
        self._mark(-span, span if counts[0] else None)
        if not counts[0]:
            raise UserError("nothing was played since the last export: there is no span to write")
        return Exported(folder, *counts)

    def _settle(self, data_dir: Path) -> None:
        """Clears up after an export that was cut off."""
        with self._engine.connect() as connection:
            marks = {
                mark
                for table in (PLAYS, SHOWN)
                for mark in connection.execute(
                    select(table.c.span).where(table.c.span < 0).distinct()
                ).scalars()
            }
        for mark in marks:
            self._mark(mark, -mark if (data_dir / f"span-{-mark}").exists() else None)

    def _mark(self, before: int | None, after: int | None) -> None:
        with self._engine.connect() as connection:
            begin_writing(connection, _WAIT_SECONDS)
            for table in (PLAYS, SHOWN):
                rows = table.c.span.is_(None) if before is None else table.c.span == before
                connection.execute(update(table).where(rows).values(span=after))
            connection.commit()

    def _write_events(self, connection: Connection, mark: int, path: Path) -> None:
        shown_on = (
            select(func.min(SHOWN.c.surface))
            .where(
                SHOWN.c.request_id == PLAYS.c.request_id,
                SHOWN.c.item_id == PLAYS.c.item_id,
                SHOWN.c.user_id == PLAYS.c.user_id,
            )
            .scalar_subquery()
        )
        surface = func.coalesce(func.nullif(PLAYS.c.surface, ""), shown_on, "").label("surface")
        columns = [surface if name == "surface" else PLAYS.c[name] for name in _EVENT_SCHEMA.names]
        query = select(*columns).where(PLAYS.c.span == mark)
        rows_of_span = query.subquery()
        largest = connection.execute(select(*(func.max(rows_of_span.c[name]) for name in _OPTIONAL))).one()
        empty = {name for name, value in zip(_OPTIONAL, largest, strict=True) if value in (None, "")}
        schema = pa.schema([column for column in _EVENT_SCHEMA if column.name not in empty])
        with pq.ParquetWriter(path, schema, compression="zstd") as writer:
            for rows in _batches(connection, query.order_by(PLAYS.c.timestamp, PLAYS.c.id)):
                writer.write_table(_table([row._asdict() for row in rows], schema))

    def _write_impressions(self, connection: Connection, mark: int, path: Path) -> None:
        columns = [SHOWN.c[name] for name in _IMPRESSION_SCHEMA.names if name != "played"]
        query = select(*columns).where(SHOWN.c.span == mark).order_by(SHOWN.c.request_id, SHOWN.c.position)
        with pq.ParquetWriter(path, _IMPRESSION_SCHEMA, compression="zstd") as writer:
            for rows in _batches(connection, query):
                played = self._played(connection, sorted({row.request_id for row in rows}))
                marked = [
                    {**row._asdict(), "played": int((row.request_id, row.user_id, row.item_id) in played)}
                    for row in rows
                ]
                writer.write_table(_table(marked, _IMPRESSION_SCHEMA))

    def _played(self, connection: Connection, request_ids: Sequence[str]) -> set[tuple[str, str, str]]:
        """Request, listener and item of what was played of these answers, and not skipped."""
        key = [PLAYS.c[name] for name in ("request_id", "user_id", "item_id")]
        query = select(*key, PLAYS.c.ms_played, PLAYS.c.end_reason)
        rows = [
            row
            for first in range(0, len(request_ids), 500)
            for row in connection.execute(
                query.where(PLAYS.c.request_id.in_(request_ids[first : first + 500]))
            )
        ]
        if not rows:
            return set()
        said = pa.table(
            {
                "ms_played": pa.array([row.ms_played for row in rows], pa.int64()),
                "end_reason": pa.array([row.end_reason or "" for row in rows], pa.string()),
            }
        )
        places = [self._catalogue.place_of(row.item_id) for row in rows]
        durations = np.array([0 if p is None else self._catalogue.durations[p] for p in places], np.int64)
        codes = outcomes(said, durations, self._config)
        return {tuple(row[:3]) for row, code in zip(rows, codes, strict=True) if code != names.SKIPPED}


def _count(table: Any, mark: int) -> Select[tuple[int]]:  # Table: PLAYS or SHOWN
    return select(func.count()).select_from(table).where(table.c.span == mark)


def _batches(connection: Connection, query: Select[Any]) -> Iterator[Sequence[Row[Any]]]:
    with connection.execution_options(yield_per=_BATCH).execute(query) as result:
        yield from result.partitions()


def _table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist([{name: row[name] for name in schema.names} for row in rows], schema)
