"""Reads the objects of JSON files of any size, some thousand at a time: an array of them, or one a line."""

import codecs
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, Final

from listening_log.importers.reading.block import Block, Ledger, count_empty_file
from listening_log.importers.reading.json_array import EmptyFileError, read_json_array
from listening_log.importers.reading.json_columns import Objects
from listening_log.importers.reading.source import Source

_ODD_ENTRY: Final = {
    "entry": "entries that are no object: dropped",
    "line": "lines that are no JSON object: dropped",
}
_BATCH: Final = 20_000  # entries; some 3 kB each while they are Python's


@dataclass(frozen=True)
class ObjectBlock(Block):
    """Some objects of a file."""

    objects: Objects
    unit: str
    numbers: Sequence[int]
    """The number of the entry or line that holds each object, from 1."""

    def place(self, row: int) -> str:
        return f"{self.path}, {self.unit} {self.numbers[row]}"


def read_objects(source: Source, file: str, log: Ledger, *, lines: bool = False) -> Iterator[ObjectBlock]:
    """Yields the file's objects in order, some thousand at a time.

    An entry of another kind is dropped and counted, and so is a line that is no JSON. An empty file is passed
    over and counted.

    Args:
        source: where the file is.
        file: its name there.
        log: counts what is dropped.
        lines: whether each line holds an object; else the file is one array.

    Raises:
        UserError: the file can't be read, or is no array of JSON.
    """
    path, unit = source.path(file), "line" if lines else "entry"
    with source.open(file) as stream:
        numbered = _numbered_lines(stream, path) if lines else enumerate(read_json_array(stream, path), 1)
        try:
            while batch := list(islice(numbered, _BATCH)):
                objects = {number: value for number, value in batch if isinstance(value, dict)}
                if len(objects) < len(batch):
                    first = next(number for number, value in batch if not isinstance(value, dict))
                    dropped = len(batch) - len(objects)
                    log.count("odd_entry", _ODD_ENTRY[unit], dropped, f"{path}, {unit} {first}")
                if objects:
                    yield ObjectBlock(path, list(objects.values()), unit, list(objects))
        except EmptyFileError:
            count_empty_file(log, path)


def _numbered_lines(stream: BinaryIO, path: str) -> Iterator[tuple[int, object]]:
    """The number and value of each line that isn't blank; None of one that is no JSON."""
    number = 0
    for number, line in enumerate(stream, 1):
        text = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        if text.strip():
            try:
                yield number, json.loads(text)
            except (ValueError, RecursionError):
                yield number, None
    if not number:
        raise EmptyFileError(f"{path}: the file is empty")
