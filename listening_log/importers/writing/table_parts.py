"""Writes one table as Parquet while its rows come, without holding more than a row group of them."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from listening_log.tables.convert import ARROW_TYPES, as_kind
from listening_log.tables.tables import TABLES

_ROWS: Final = 500_000  # of a row group


class TableParts:
    """One table in `folder`, in one file, or more where a column first comes up after rows were written.

    Columns take the contract's types, further ones text (numbers as they are in `users`). A column without a
    value in any row is left out.
    """

    def __init__(self, folder: Path, table: str) -> None:
        self.rows = 0
        self._folder = folder
        self._spec = TABLES[table]
        self._parts: list[Path] = []
        self._file: pa.NativeFile | None = None
        self._writer: pq.ParquetWriter | None = None
        self._waiting: list[pa.Table] = []
        self._waiting_rows = 0

    def write(self, rows: pa.Table) -> None:
        """Appends rows.

        Raises:
            ValueError: a required column is missing.
            OSError: the disk says no.
        """
        missing = [name for name in self._spec.required if name not in rows.column_names]
        if missing:
            raise ValueError(f"{self._spec.name} without {', '.join(missing)}")
        if not rows.num_rows:
            return
        self._waiting.append(self._typed(rows))
        self._waiting_rows += rows.num_rows
        self.rows += rows.num_rows
        if self._waiting_rows >= _ROWS:
            self._flush()

    def finish(self) -> list[str]:
        """Completes the files, and gives their names.

        Raises:
            OSError: the disk says no.
        """
        self._flush()
        self._close()
        if len(self._parts) == 1:
            self._parts = [self._parts[0].rename(self._folder / f"{self._spec.name}.parquet")]
        return [part.name for part in self._parts]

    def abort(self) -> None:
        """Lets go of the files, whole or not."""
        if self._writer is not None:
            self._writer.is_open = False  # else it tries again to complete the file when it is collected
        if self._file is not None:
            with suppress(OSError):
                self._file.close()

    def _typed(self, rows: pa.Table) -> pa.Table:
        kinds = self._spec.kinds
        columns = {}
        for name in (*kinds, *(name for name in rows.column_names if name not in kinds)):
            if name not in rows.column_names:
                continue
            column = rows[name].combine_chunks() if rows[name].num_chunks != 1 else rows[name].chunk(0)
            if name not in kinds and self._spec.further == "all columns" and _is_number(column.type):
                pass
            elif column.type != ARROW_TYPES[kinds.get(name, "text")]:
                column = as_kind(column, kinds.get(name, "text"))
            if name in self._spec.required or _has_value(column):
                columns[name] = column
        return pa.table(columns)

    def _flush(self) -> None:
        if not self._waiting:
            return
        # One type a column, whatever the rows: a column of a part may lack values in the next rows.
        rows = pa.concat_tables(self._waiting, promote=True).combine_chunks()
        self._waiting, self._waiting_rows = [], 0
        schema = self._writer.schema if self._writer is not None else None
        if schema is None or not set(rows.column_names) <= set(schema.names):
            known = list(schema or [])
            schema = pa.schema(known + [column for column in rows.schema if column.name not in _names(known)])
            self._open(schema)
        columns = [
            rows[column.name] if column.name in rows.column_names else pa.nulls(rows.num_rows, column.type)
            for column in schema
        ]
        assert self._writer is not None
        self._writer.write_table(pa.table(columns, schema=schema), row_group_size=rows.num_rows)

    def _open(self, schema: pa.Schema) -> None:
        self._close()
        path = self._folder / f"{self._spec.name}-{len(self._parts) + 1:03}.parquet"
        self._parts.append(path)
        self._file = pa.OSFile(str(path), "wb")
        # Numbers grow too many for a dictionary, and trying one costs time.
        text = [column.name for column in schema if pa.types.is_string(column.type)]
        self._writer = pq.ParquetWriter(self._file, schema, use_dictionary=text)

    def _close(self) -> None:
        if self._writer is not None and self._file is not None:
            self._writer.close()
            self._file.close()


def _names(schema: list[pa.Field]) -> set[str]:
    return {column.name for column in schema}


def _is_number(type_: pa.DataType) -> bool:
    return pa.types.is_integer(type_) or pa.types.is_floating(type_)


def _has_value(column: pa.Array) -> bool:
    if column.null_count == len(column):
        return False
    is_value: Callable[..., pa.Array] = pc.not_equal
    return not pa.types.is_string(column.type) or bool(pc.any(is_value(column, "")).as_py())
