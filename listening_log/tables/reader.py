"""Reads one file of a table in batches, in the contract's columns and types, whatever the file's own."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from itertools import islice

import pyarrow as pa

from listening_log.errors import UserError, first_line
from listening_log.tables import files
from listening_log.tables.convert import BadValueError, all_numbers, as_kind, is_text
from listening_log.tables.tables import TableSpec, spec_of

_BLOCK_BYTES = 8 << 20  # of CSV text in memory at a time
_PEEK_ROWS = 1000  # decide whether a further CSV column is text
_UNREADABLE = (pa.ArrowException, OSError, EOFError, zlib.error, csv.Error)


def read_batches(path: str, table: str, *, batch_rows: int = 1_000_000) -> Iterator[tuple[int, pa.Table]]:
    """Yields (number of the first data row, from 0; the rows), `batch_rows` at a time, the last one fewer.

    Columns come in the order of `tables.TABLES`, then further columns in the file's order: text as `string`,
    integers `int64`, numbers `float64`, flags `bool`; a value that is absent is null ("" for text of a CSV).
    Optional columns that the file lacks are absent. A further column of a CSV is text unless the values
    among its first rows are all numbers. Memory is bounded by `batch_rows`.

    Raises UserError naming file, line or row, and column: a missing column, a value of another type, text
    that isn't UTF-8, a row with too many or too few values, an empty, truncated or unreadable file.
    """
    spec = spec_of(table)
    source = _read_parquet(path, spec, batch_rows) if path.endswith(".parquet") else _read_csv(path, spec)
    first_row = 0
    for raw in _rebatch(source, batch_rows):
        yield first_row, _convert(path, spec, raw, first_row)
        first_row += raw.num_rows


def place(path: str, row: int) -> str:
    """How a person finds data row `row` (from 0): the line of a CSV, else the row counted from 1."""
    if path.endswith(".parquet"):
        return f"{path}, row {row + 1}"
    return f"{path}, line {_line(path, row)}"


def _convert(path: str, spec: TableSpec, raw: pa.Table, first_row: int) -> pa.Table:
    kinds = spec.kinds
    names = [name for name in kinds if name in raw.column_names]
    names += [name for name in raw.column_names if name not in kinds]
    columns = []
    for name in names:
        column = raw.column(name)
        column = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
        try:
            columns.append(as_kind(column, kinds.get(name, "text")))
        except BadValueError as bad:
            raise UserError(f"{place(path, first_row + bad.row)}, column {name}: {bad}") from None
    return pa.table(columns, names=names)


def _rebatch(source: Iterator[pa.RecordBatch], rows: int) -> Iterator[pa.Table]:
    held: list[pa.RecordBatch] = []
    count = 0
    for batch in source:
        held.append(batch)
        count += batch.num_rows
        while count >= rows:
            whole = pa.Table.from_batches(held)
            yield whole.slice(0, rows)
            rest = whole.slice(rows)
            held, count = rest.to_batches(), rest.num_rows
    if count:
        yield pa.Table.from_batches(held)


def _chosen(path: str, spec: TableSpec, names: list[str], further: set[str]) -> list[str]:
    """The columns to read, in the file's order; `further` are those of the unnamed that may be read."""
    missing = [name for name in spec.required if name not in names]
    if missing:
        what = "no column " + ", no column ".join(missing)
        raise UserError(f"{path} has {what}; its columns are {', '.join(map(repr, names[:12]))}")
    twice = sorted({name for name in names if names.count(name) > 1 and name in {*spec.kinds, *further}})
    if twice:
        raise UserError(f"{path}: two columns are named {twice[0]}")
    wanted = {*spec.kinds, *(further - spec.reserved - {""})}
    return [name for name in names if name in wanted]


def _read_parquet(path: str, spec: TableSpec, batch_rows: int) -> Iterator[pa.RecordBatch]:
    import pyarrow.parquet as pq

    try:
        with files.open_binary(path) as stream:
            parquet = pq.ParquetFile(stream)
            schema = parquet.schema_arrow
            unnamed = [column for column in schema if column.name not in spec.kinds]
            take_all = spec.further == "all columns"
            further = {column.name for column in unnamed if take_all or is_text(column.type)}
            names = _chosen(path, spec, list(schema.names), further if spec.further != "none" else set())
            yield from parquet.iter_batches(batch_size=min(batch_rows, 1 << 17), columns=names)
    except _UNREADABLE as error:
        raise UserError(f"{path}: not a whole Parquet file ({first_line(error)})") from error


def _read_csv(path: str, spec: TableSpec) -> Iterator[pa.RecordBatch]:
    import pyarrow.csv as pacsv

    header, sample = _peek(path)
    further = set(header) - set(spec.kinds)
    if spec.further == "none":
        further = set()
    elif spec.further == "text columns":
        further = {name for name in further if not all_numbers([row[name] for row in sample if name in row])}
    names = _chosen(path, spec, header, further)
    if not sample:
        return
    try:
        stream = files.open_arrow(path)
        reader = pacsv.open_csv(
            pa.CompressedInputStream(stream, "gzip") if path.endswith(".gz") else stream,
            read_options=pacsv.ReadOptions(block_size=_BLOCK_BYTES, use_threads=False),
            parse_options=pacsv.ParseOptions(newlines_in_values=True),
            # As bytes: the conversion that follows can name the row of a wrong value, pyarrow's can't.
            convert_options=pacsv.ConvertOptions(
                include_columns=names,
                column_types={name: pa.binary() for name in names},
                strings_can_be_null=False,
            ),
        )
        yield from reader
    except _UNREADABLE as error:
        # pyarrow's message about a row of another width quotes it: a listener's data, so not for a log.
        raise UserError(_odd_row(path, len(header)) or _unreadable(path, error)) from error


def _text_lines(path: str) -> io.TextIOWrapper:
    stream = files.open_binary(path)
    unpacked = gzip.GzipFile(fileobj=stream) if path.endswith(".gz") else stream
    return io.TextIOWrapper(unpacked, encoding="utf-8-sig", errors="replace", newline="")  # type: ignore[arg-type]


def _peek(path: str) -> tuple[list[str], list[dict[str, str]]]:
    """The header of a CSV, and its first rows."""
    try:
        with _text_lines(path) as lines:
            rows = csv.reader(lines)
            header = next((row for row in rows if row), None)
            if header is None:
                raise UserError(f"{path}: the file is empty")
            return header, [dict(zip(header, row, strict=False)) for row in islice(rows, _PEEK_ROWS)]
    except _UNREADABLE as error:
        raise UserError(_unreadable(path, error)) from error


def _line(path: str, row: int) -> int:
    """The line of a CSV where data row `row` ends: reads up to there, since blank lines count."""
    with _text_lines(path) as lines:
        rows = csv.reader(lines)
        filled = (None for line in rows if line)
        next(islice(filled, row + 1, None), None)
        return rows.line_num


def _odd_row(path: str, width: int) -> str | None:
    """A message about the first row that has more or fewer values than the header has columns."""
    try:
        with _text_lines(path) as lines:
            rows = csv.reader(lines)
            odd = next((row for row in rows if row and len(row) != width), None)
            where = f"{path}, line {rows.line_num}"
            return f"{where}: {len(odd)} values, but the header has {width} columns" if odd else None
    except _UNREADABLE:
        return None


def _unreadable(path: str, error: Exception) -> str:
    return f"{path}: not readable as CSV ({first_line(error)})"
