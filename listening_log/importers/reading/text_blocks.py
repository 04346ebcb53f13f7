"""Reads delimited text of any size in blocks: each a table of text, odd lines and odd bytes counted."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from listening_log.errors import UserError, first_line
from listening_log.importers.reading.block import Block, Ledger, count_empty_file
from listening_log.importers.reading.source import Source
from listening_log.tables.convert import BadValueError, as_kind
from listening_log.tables.no_value import NO_VALUE
from listening_log.tables.times import without_zone

BLOCK_BYTES: Final = 16 << 20
ODD_LINE: Final = "odd_line"
ODD_TEXT: Final = "odd_text"
ZONELESS: Final = "zoneless_time"
_MARK: Final = b"\xef\xbb\xbf"  # some editors put it before UTF-8


@dataclass(frozen=True)
class Layout:
    """How the lines of a file are cut into values."""

    columns: Sequence[str]
    delimiter: str = "\t"
    """One character, or `::`."""
    header: bool = False
    """Whether the first line names the columns; it is left out."""
    quoted: bool = False
    """Whether `"` encloses values, as in CSV; else it is a character like others."""
    types: dict[str, pa.DataType] = field(default_factory=dict)
    """The types of columns that are not text. A value of another type stops the import."""
    times: Sequence[str] = ()
    """Columns of times, which become unix seconds. A value that is no time stops the import."""
    fallback: str = ""
    """The encoding of a block that is not UTF-8; "": its odd bytes are replaced and counted."""

    def by_header(self, names: Mapping[str, str], first_line: str, path: str) -> "Layout":
        """The layout of a file whose columns may stand in another order and beside others.

        Args:
            names: our name of each needed column that the first line names.
            first_line: of the file.
            path: of the file, for messages.

        Raises:
            UserError: a column is missing, or one stands twice.
        """
        header = [name.strip().strip('"') for name in first_line.split(self.delimiter)]
        missing = next((name for name in names if name not in header), None)
        if missing:
            raise UserError(f"{path}, line 1: no column {missing}; expected {','.join(names)}")
        # A name of another column is nobody's: it may be empty, or stand twice.
        columns = [names.get(name, f"column {place}") for place, name in enumerate(header, 1)]
        if len(set(columns)) < len(columns):
            raise UserError(f"{path}, line 1: two columns have one name")
        return replace(self, columns=columns)


@dataclass(frozen=True)
class TextBlock(Block):
    """Whole lines of a file."""

    table: pa.Table
    """A column each of the layout's; text is string, "" where there is none."""
    lines: "_Lines"
    dropped: list[int]
    """The rows of the text, from 0, that are not in the table."""

    def place(self, row: int) -> str:
        kept = np.setdiff1d(np.arange(row + len(self.dropped) + 1), self.dropped, assume_unique=True)
        return f"{self.path}, line {self.lines.number(int(kept[row]))}"

    def column(self, name: str) -> pa.Array:
        """The values of a column [n] in one piece."""
        return self.table[name].combine_chunks()


def read_blocks(
    source: Source, file: str, layout: Layout, log: Ledger, *, block_bytes: int = BLOCK_BYTES
) -> Iterator[TextBlock]:
    """Yields the file's lines, some `block_bytes` at a time, in order.

    A line with more or fewer values than columns is dropped, bytes that are not UTF-8 become `\ufffd`: both
    are counted in `log`, and so is an empty file. A lone carriage return is no end of a line, but a blank. Empty
    lines are passed over.

    Raises:
        UserError: the file can't be read, or a value is not of its column's type.
    """
    path = source.path(file)
    first_line = 0
    with source.open(file) as stream:
        for first_line, text in _whole_lines(stream, block_bytes):
            if first_line == 1:
                text = text.removeprefix(_MARK)
                if layout.header:
                    first_line, text = 2, text.partition(b"\n")[2]
            if layout.fallback:
                text = _utf8(text, layout.fallback)
            if text.strip():
                yield _parse(text, path, first_line, layout, log)
    if not first_line:
        count_empty_file(log, path)


def first_line_of(source: Source, file: str) -> str:
    """The file's first line, without its end.

    Raises:
        UserError: it can't be read.
    """
    with source.open(file) as stream:
        return stream.readline(1 << 20).removeprefix(_MARK).decode("utf-8", "replace").rstrip("\r\n")


def _whole_lines(stream: BinaryIO, block_bytes: int) -> Iterator[tuple[int, bytes]]:
    """Yields the number of the first line, from 1, and whole lines with their ends."""
    line, rest = 1, b""
    while block := stream.read(block_bytes):
        end = block.rfind(b"\n") + 1
        if end:
            text = _one_kind_of_end(rest + block[:end])
            yield line, text
            line += text.count(b"\n")
            rest = block[end:]
        else:
            rest += block
    if rest:
        yield line, _one_kind_of_end(rest + b"\n")


def _one_kind_of_end(text: bytes) -> bytes:
    return text.replace(b"\r\n", b"\n").replace(b"\r", b" ") if b"\r" in text else text


def _utf8(text: bytes, fallback: str) -> bytes:
    try:
        text.decode()
    except UnicodeDecodeError:
        return text.decode(fallback).encode()
    return text


class _Lines:
    """Numbers the rows of a text as an editor does: pyarrow passes over empty lines without counting them."""

    def __init__(self, text: bytes, first: int) -> None:
        self._text = text
        self._first = first

    def number(self, row: int) -> int:
        """The line of row `row`, from 0."""
        ends = np.flatnonzero(np.frombuffer(self._text, np.uint8) == ord("\n"))
        return self._first + int(np.flatnonzero(np.diff(ends, prepend=-1) > 1)[row])


def _parse(text: bytes, path: str, first_line: int, layout: Layout, log: Ledger) -> TextBlock:
    delimiter = layout.delimiter
    if delimiter == "::":
        # pyarrow takes one character; a tab within a value would be cut too.
        text, delimiter = text.replace(b"\t", b" ").replace(b"::", b"\t"), "\t"
    lines = _Lines(text, first_line)
    dropped: list[int] = []
    odd: list[int] = []

    def drop(row: pacsv.InvalidRow) -> str:
        dropped.append(row.number - 1)
        if row.text.strip():
            odd.append(row.number - 1)
        return "skip"

    types = {name: layout.types.get(name, pa.binary()) for name in layout.columns}
    try:
        table = pacsv.read_csv(
            pa.BufferReader(text),
            # In one thread and one piece: only so are rows numbered.
            read_options=pacsv.ReadOptions(
                use_threads=False, block_size=len(text) + 1, column_names=list(layout.columns)
            ),
            parse_options=pacsv.ParseOptions(
                delimiter=delimiter, quote_char='"' if layout.quoted else False, invalid_row_handler=drop
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=types, strings_can_be_null=False, null_values=["", "N/A", *NO_VALUE]
            ),
        )
    except pa.ArrowInvalid as error:
        raise UserError(_wrong_value(error, path, lines, layout)) from error
    if odd:
        what = f"lines that have not {len(layout.columns)} values: dropped"
        log.count(ODD_LINE, what, len(odd), f"{path}, line {lines.number(odd[0])}")
    block = TextBlock(path, table, lines, dropped)
    block = replace(block, table=_as_text(block, log))
    for name in layout.times:
        block = replace(block, table=_with_times(block, name, log))
    return block


def _wrong_value(error: pa.ArrowInvalid, path: str, lines: _Lines, layout: Layout) -> str:
    fault = re.search(r"column #(\d+): Row #(\d+): .*invalid value ('.*')", str(error), re.DOTALL)
    if not fault:
        return f"{path}: {first_line(error)}"
    column = layout.columns[int(fault[1])]
    place = f"{path}, line {lines.number(int(fault[2]) - 1)}, column {column}"
    kind = "a whole number" if pa.types.is_integer(layout.types[column]) else "a number"
    return f"{place}: {fault[3][:60]} is not {kind}"


def _as_text(block: TextBlock, log: Ledger) -> pa.Table:
    columns = {}
    for name, column in zip(block.table.column_names, block.table.columns, strict=True):
        if not pa.types.is_binary(column.type):
            columns[name] = column
            continue
        try:
            columns[name] = pc.cast(column, pa.string())
        except pa.ArrowInvalid:
            values = [value.decode("utf-8", "replace") for value in column.to_pylist()]
            columns[name] = pa.chunked_array([values], pa.string())
            odd = pc.not_equal(pc.cast(columns[name], pa.binary()), column).to_numpy()
            block.count(log, ODD_TEXT, "text that is not UTF-8: its odd bytes are replaced", odd)
    return pa.table(columns)


def _with_times(block: TextBlock, name: str, log: Ledger) -> pa.Table:
    texts = block.column(name)
    try:
        seconds = as_kind(texts, "time")
    except BadValueError as bad:
        raise UserError(f"{block.place(bad.row)}, column {name}: {bad}") from None
    block.count(log, ZONELESS, "times without a zone: read as UTC", without_zone(texts))
    return block.table.set_column(block.table.column_names.index(name), name, seconds)
