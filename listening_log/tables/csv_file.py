"""Reads a CSV as bytes, whatever it holds, so that who converts the values can name the row of a wrong one."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

import pyarrow as pa

from listening_log.errors import UserError, first_line
from listening_log.tables import files

_BLOCK_BYTES: Final = 8 << 20  # of text in memory at a time
_PEEK_ROWS: Final = 1000
_LONGEST_VALUE: Final = 2**31 - 1
UNREADABLE: Final = (pa.ArrowException, OSError, EOFError, zlib.error, csv.Error)


@dataclass(frozen=True)
class CsvHead:
    """The beginning of a CSV."""

    columns: list[str]
    rows: list[list[str]]
    """The first data rows."""

    def values(self, column: str) -> list[str]:
        """The values of a column in the first rows."""
        place = self.columns.index(column)
        return [row[place] for row in self.rows if place < len(row)]


def read_head(path: str) -> CsvHead | None:
    """Reads the header and the first rows; None for a file without content.

    Raises:
        UserError: the file can't be read, or is no text.
    """
    try:
        with _text_lines(path) as lines:
            rows = csv.reader(lines)
            header = next((row for row in rows if row), None)
            return (
                None if header is None else CsvHead(header, [row for row in islice(rows, _PEEK_ROWS) if row])
            )
    except UNREADABLE as error:
        raise UserError(_unreadable(path, error)) from error


def read_columns(path: str, columns: list[str], width: int) -> Iterator[pa.RecordBatch]:
    """Yields the columns as bytes, a block of text at a time.

    Args:
        path: the file, plain or packed with gzip (`.gz`).
        columns: names in the header.
        width: number of columns that the header has.

    Raises:
        UserError: a row has too many or too few values, or the file is cut off or can't be read.
    """
    import pyarrow.csv as pacsv

    try:
        stream = files.open_arrow(path)
        yield from pacsv.open_csv(
            pa.CompressedInputStream(stream, "gzip") if path.endswith(".gz") else stream,
            read_options=pacsv.ReadOptions(block_size=_BLOCK_BYTES, use_threads=False),
            parse_options=pacsv.ParseOptions(newlines_in_values=True),
            convert_options=pacsv.ConvertOptions(
                include_columns=columns,
                column_types={name: pa.binary() for name in columns},
                strings_can_be_null=False,
            ),
        )
    except UNREADABLE as error:
        # pyarrow's message about a row of another width quotes it: a listener's data, so not for a log.
        raise UserError(_odd_row(path, width) or _unreadable(path, error)) from error


def line_of(path: str, row: int) -> int:
    """The line where data row `row` (from 0) ends: reads up to there, since blank lines count."""
    with _text_lines(path) as lines:
        rows = csv.reader(lines)
        filled = (None for line in rows if line)
        next(islice(filled, row + 1, None), None)
        return rows.line_num


def _text_lines(path: str) -> io.TextIOWrapper:
    csv.field_size_limit(_LONGEST_VALUE)  # Python's own is 128 KiB
    stream = files.open_binary(path)
    unpacked = gzip.GzipFile(fileobj=stream) if path.endswith(".gz") else stream
    return io.TextIOWrapper(unpacked, encoding="utf-8-sig", errors="replace", newline="")  # type: ignore[arg-type]


def _odd_row(path: str, width: int) -> str | None:
    """A message about the first row that has more or fewer values than the header has columns."""
    try:
        with _text_lines(path) as lines:
            rows = csv.reader(lines)
            odd = next((row for row in rows if row and len(row) != width), None)
            where = f"{path}, line {rows.line_num}"
            return f"{where}: {len(odd)} values, but the header has {width} columns" if odd else None
    except UNREADABLE:
        return None


def _unreadable(path: str, error: Exception) -> str:
    return f"{path}: not readable as CSV ({first_line(error)})"
