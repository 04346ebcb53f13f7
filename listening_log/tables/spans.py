"""Spans: the parts of a log that follow each other, a folder each (`span-1/`, `span-2/`, …), as days do.

A span's folder holds the same tables as a log of its own. The events of the chosen spans are one log; of the
catalogue and of the listeners' table the newest one counts, so a day without news may leave them out. Tables
that stand in the data directory itself are span 1 where it has no folder `span-1/`: a log that was in use
before becomes the first span without being moved.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from listening_log.errors import UsageError, UserError
from listening_log.tables import files
from listening_log.tables.tables import CATALOG, EVENTS, USERS, spec_of, table_files, unread_files

_FOLDER: Final = re.compile(r"span-0*([1-9]\d*)")
_TEXT: Final = re.compile(r"(?:([1-9]\d*)-)?([1-9]\d*)")
_SNAPSHOTS: Final = (CATALOG, USERS)
"""Tables of which the newest one counts, alone."""


@dataclass(frozen=True)
class Spans:
    """The spans of a log that are read: `first` to `last`, both included."""

    first: int | None = None
    """None: from the first one that there is."""
    last: int | None = None
    """None: a log without spans, the whole data directory."""

    @classmethod
    def parse(cls, text: str) -> "Spans":
        """Reads `1-3`; `3`, the spans up to that one; "", a log without spans.

        Raises:
            UsageError: the text is none of these.
        """
        if not text:
            return cls()
        ends = _TEXT.fullmatch(text)
        if not ends:
            raise UsageError(f"spans {text!r}: expected a number, as in 2, or a range, as in 1-2")
        first, last = int(ends[1]) if ends[1] else None, int(ends[2])
        if first and first > last:
            raise UsageError(f"spans {text!r}: the range runs backwards")
        return cls(first, last)

    def __bool__(self) -> bool:
        return self.last is not None

    def __str__(self) -> str:
        """The text that `parse` reads."""
        if self.last is None:
            return ""
        return str(self.last) if self.first is None else f"{self.first}-{self.last}"

    @property
    def newest(self) -> int:
        """The last of them, 1 for a log without."""
        return self.last or 1


NO_SPANS: Final = Spans()
"""The whole data directory is one log."""


def log_files(data_dir: str, table: str, spans: Spans = NO_SPANS) -> list[str]:
    """Paths of the table's files in the chosen spans: the spans in order, within each sorted.

    Args:
        data_dir: the data directory.
        table: one of `tables.TABLES`.
        spans: those that are read.

    Raises:
        UserError: a span or a needed table is missing, a file is empty, or the directory holds spans and
            none is chosen.
    """
    folders = dict(_folders(data_dir, spans))
    if table in _SNAPSHOTS:
        for span in sorted(folders, reverse=True):
            if _has(folders[span], table):
                return table_files(folders[span], table)
        newest = folders[max(folders)]
        return table_files(newest, table) if spec_of(table).needed else []
    return [path for span in sorted(folders) for path in table_files(folders[span], table)]


def unread_log_files(data_dir: str, table: str, spans: Spans = NO_SPANS) -> list[str]:
    """Paths of files in the chosen spans that look like the table's and are not read (`unread_files`)."""
    return [path for _, folder in sorted(_folders(data_dir, spans)) for path in unread_files(folder, table)]


def span_of(data_dir: str, path: str) -> int:
    """The span that a path of `log_files` belongs to; 1 for the files of a log without spans."""
    top = path[len(data_dir) :].lstrip("/").split("/", 1)[0]
    folder = _FOLDER.fullmatch(top)
    return int(folder[1]) if folder else 1


def _folders(data_dir: str, spans: Spans) -> Iterator[tuple[int, str]]:
    if not files.is_dir(data_dir):
        raise UserError(f"no such data directory: {data_dir}")
    names = files.list_dir(data_dir)
    folders = {
        int(span[1]): files.join(data_dir, name) for name in names if (span := _FOLDER.fullmatch(name))
    }
    if spans.last is None:
        if folders:
            raise UserError(f"{data_dir} holds spans ({_listed(folders)}): choose with --span or --spans")
        yield 1, data_dir
        return
    if 1 not in folders and _has(data_dir, EVENTS):
        folders[1] = data_dir
    verb = "is" if len(folders) < 2 else "are"
    for end in (spans.first, spans.last):
        if end is not None and end not in folders:
            raise UserError(f"{data_dir} has no span {end}; there {verb} {_listed(folders) or 'none'}")
    yield from ((span, path) for span, path in folders.items() if (spans.first or 1) <= span <= spans.last)


def _has(folder: str, table: str) -> bool:
    try:
        return bool(table_files(folder, table))
    except UserError:
        # a missing table is no fault here; one with an empty file is, and reading it tells
        return any(name == table or name.startswith(f"{table}.") for name in files.list_dir(folder))


def _listed(folders: dict[int, str]) -> str:
    return ", ".join(map(str, sorted(folders)))
