"""Reads one file of a table in batches, in the contract's columns and types, whatever the file's own."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

import pyarrow as pa

from listening_log.errors import UserError, first_line
from listening_log.tables import files
from listening_log.tables.convert import (
    ARROW_TYPES,
    BadValueError,
    as_kind,
    is_text,
    plain,
)
from listening_log.tables.csv_file import UNREADABLE, CsvHead, line_of, read_columns, read_head
from listening_log.tables.list_texts import all_lists
from listening_log.tables.numbers import all_numbers
from listening_log.tables.partitions import partition_values
from listening_log.tables.tables import EVENTS, TableSpec, spec_of
from listening_log.tables.times import without_zone

_SEQUENCE: Final = re.compile(r".*:(token|float)_seq|(item|user)_id_list")
"""A column of whole histories in RecBole's files of prefixes and sessions."""
_DATE: Final = re.compile(r"\d{4}-\d{2}(-\d{2})?([T ].*)?")
_WITHOUT_ZONE: Final = b"upnext.times_without_zone"
_EMPTY: Final = b"upnext.empty_file"


def read_batches(path: str, table: str, *, batch_rows: int = 1_000_000) -> Iterator[tuple[int, pa.Table]]:
    """Reads a file.

    Columns come in the order of `tables.TABLES`, then further columns in the file's order: texts as `string`,
    integers, times (unix seconds) and durations (milliseconds) `int64`, numbers `float64`, flags `bool`; a value
    that is absent is null ("" for text of a CSV). Optional columns that the file lacks are absent. A further column
    of a CSV is text unless the values among its first rows are all numbers, or all lists. A folder `key=value`
    below the table's own is a column of its files. Memory is bounded by `batch_rows`.

    Args:
        path: of the file, as `tables.table_files` lists it.
        table: one of `tables.TABLES`.
        batch_rows: rows of a batch.

    Yields:
        The number of the first data row, from 0, and `batch_rows` rows, of the last batch fewer. A file of 0 bytes
        gives one batch without rows, which `is_empty_file` tells.

    Raises:
        UserError: naming file, line or row, and column: a missing column, a value of another type, text that isn't
            UTF-8, a row with too many or too few values, histories in place of events, a truncated or unreadable
            file.
    """
    spec = spec_of(table)
    if files.size(path) == 0:
        columns = {name: pa.array([], ARROW_TYPES[kind]) for name, kind in spec.required.items()}
        yield 0, pa.table(columns).replace_schema_metadata({_EMPTY: b"1"})
        return
    partitions = partition_values(path, table)
    if path.endswith(".parquet"):
        source = _read_parquet(path, spec, partitions, batch_rows)
    else:
        source = _read_csv(path, spec, partitions)
    first_row = 0
    for raw in _rebatch(source, batch_rows):
        yield first_row, _convert(path, spec, _with_partitions(raw, spec, partitions), first_row)
        first_row += raw.num_rows


def place(path: str, row: int) -> str:
    """How a person finds data row `row` (from 0): the line of a CSV, else the row counted from 1."""
    if path.endswith(".parquet"):
        return f"{path}, row {row + 1}"
    line = line_of(path, row)
    return f"{path}, line {line}" if line else path


def is_empty_file(batch: pa.Table) -> bool:
    """Whether a batch of `read_batches` stands for a file of 0 bytes."""
    return _EMPTY in (batch.schema.metadata or {})


def times_without_zone(batch: pa.Table) -> tuple[int, int]:
    """How many rows of a batch have a time without a zone, and the place of the first in the batch."""
    text = (batch.schema.metadata or {}).get(_WITHOUT_ZONE, b"0 0")
    count, first = map(int, text.split())
    return count, first


def _convert(path: str, spec: TableSpec, raw: pa.Table, first_row: int) -> pa.Table:
    kinds = spec.kinds
    names = [name for name in kinds if name in raw.column_names]
    names += [name for name in raw.column_names if name not in kinds]
    columns, metadata = [], {}
    for name in names:
        column = raw.column(name)
        column = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
        kind = kinds.get(name, "code")
        try:
            columns.append(as_kind(column, kind))
        except BadValueError as bad:
            raise UserError(f"{place(path, first_row + bad.row)}, column {name}: {bad}") from None
        if kind == "time":
            naive = without_zone(plain(column))
            metadata[_WITHOUT_ZONE] = f"{naive.sum()} {naive.argmax() if len(naive) else 0}"
    return pa.table(columns, names=names).replace_schema_metadata(metadata or None)


def _rebatch(source: Iterator[pa.RecordBatch], rows: int) -> Iterator[pa.Table]:
    pending: list[pa.RecordBatch] = []
    count = 0
    for batch in source:
        pending.append(batch)
        count += batch.num_rows
        while count >= rows:
            whole = pa.Table.from_batches(pending)
            yield whole.slice(0, rows)
            rest = whole.slice(rows)
            pending, count = rest.to_batches(), rest.num_rows
    if count:
        yield pa.Table.from_batches(pending)


def _with_partitions(rows: pa.Table, spec: TableSpec, partitions: Mapping[str, str | None]) -> pa.Table:
    """The rows with the columns that their folders give, where the file has none of these names."""
    for name, value in partitions.items():
        if name not in rows.column_names and (name in spec.kinds or _is_further(name, value, spec)):
            rows = rows.append_column(name, pa.repeat(pa.scalar(value, pa.string()), rows.num_rows))
    return rows


def _is_further(name: str, value: str | None, spec: TableSpec) -> bool:
    """Whether a folder's column is read: of events not numbers, as in a CSV, and no dates, which times tell."""
    if spec.further == "none" or name in spec.reserved:
        return False
    return spec.further == "all columns" or not (all_numbers([value or ""]) or _DATE.fullmatch(value or ""))


def _chosen(
    path: str, spec: TableSpec, names: list[str], further: set[str], partitions: Mapping[str, str | None]
) -> list[str]:
    """The columns to read, in the file's order; `further` are those of the unnamed that may be read."""
    sequence = next((name for name in names if _SEQUENCE.fullmatch(name)), None)
    if sequence is not None and spec.name == EVENTS:
        raise UserError(
            f"{path}: column {sequence} holds whole histories, but a row of {EVENTS} is one event: name the file of "
            "single events, or read RecBole's files with `upnext data import recbole`"
        )
    missing = [name for name in spec.required if name not in names and name not in partitions]
    if missing:
        what = "no column " + ", no column ".join(missing)
        raise UserError(f"{path} has {what}; its columns are {', '.join(map(repr, names[:12]))}")
    twice = sorted({name for name in names if names.count(name) > 1 and name in {*spec.kinds, *further}})
    if twice:
        raise UserError(f"{path}: two columns are named {twice[0]}")
    wanted = {*spec.kinds, *(further - spec.reserved - {""})}
    return [name for name in names if name in wanted]


def _read_parquet(
    path: str, spec: TableSpec, partitions: Mapping[str, str | None], batch_rows: int
) -> Iterator[pa.RecordBatch]:
    import pyarrow.parquet as pq

    try:
        with files.open_binary(path) as stream:
            parquet = pq.ParquetFile(stream)
            schema = parquet.schema_arrow
            unnamed = [column for column in schema if column.name not in spec.kinds]
            read_all = spec.further == "all columns"
            further = {column.name for column in unnamed if read_all or is_text(column.type)}
            further = further if spec.further != "none" else set()
            names = _chosen(path, spec, list(schema.names), further, partitions)
            yield from parquet.iter_batches(batch_size=min(batch_rows, 1 << 17), columns=names)
    except UNREADABLE as error:
        raise UserError(f"{path}: not a whole Parquet file ({first_line(error)})") from error


def _read_csv(path: str, spec: TableSpec, partitions: Mapping[str, str | None]) -> Iterator[pa.RecordBatch]:
    head = read_head(path)
    if head is None:
        raise UserError(f"{path}: the file is empty")
    names = _chosen(path, spec, head.columns, _further_columns(head, spec), partitions)
    if head.rows:
        yield from read_columns(path, names, len(head.columns))


def _further_columns(head: CsvHead, spec: TableSpec) -> set[str]:
    """The columns of a CSV that are not named in the contract and may be read."""
    further = set(head.columns) - set(spec.kinds)
    if spec.further == "text columns":
        values = {name: head.values(name) for name in further}
        return {name for name in further if not (all_numbers(values[name]) or all_lists(values[name]))}
    return further if spec.further == "all columns" else set()
