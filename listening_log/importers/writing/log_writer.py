"""Writes the contract's tables while an importer reads, and keeps account of what it repaired or dropped."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final

import pyarrow as pa

from listening_log.cleaning.policy_counts import PolicyCounts
from listening_log.errors import UserError
from listening_log.importers.writing.seen_ids import SeenIds
from listening_log.importers.writing.staging import Staging
from listening_log.importers.writing.table_parts import TableParts
from listening_log.tables.tables import CATALOG, EVENTS, USERS

# The catalogue last: a log without one is no log, so who reads while files appear sees none or all.
_ORDER: Final = (USERS, EVENTS, CATALOG)


@dataclass(frozen=True)
class AppliedPolicy:
    """What an import repaired, dropped or left out."""

    policy: str
    what: str
    """The fault and what became of it, as a person reads it."""
    count: int
    place: str
    """File and line of the first occurrence."""


@dataclass(frozen=True)
class Imported:
    """What an import wrote."""

    out: str
    events: int
    items: int
    users: int
    """Rows of the table `users`; 0 where there is none."""
    files: tuple[str, ...]
    applied: tuple[AppliedPolicy, ...]
    unread: tuple[str, ...] = ()
    """Files of the source that no table was made of."""


class LogWriter:
    """Tables of a log in the folder `out`, which appear there at the end of the `with` block, all or none.

    Memory holds a row group of each table, and 8 bytes for each item and listener described.
    """

    def __init__(self, out: str) -> None:
        """Makes the folder, and takes the place of an import that was killed there.

        Raises:
            UserError: `out` holds tables already or can't be written.
        """
        self._out = out
        self._staging = Staging(Path(out))
        self._parts = {table: TableParts(self._staging.folder, table) for table in _ORDER}
        self._seen = {table: SeenIds() for table in (USERS, CATALOG)}
        self._counts = PolicyCounts()
        self._texts: dict[str, str] = {}
        self._places: list[str] = []  # of first rows; their places here number them in the counts
        self._files: tuple[str, ...] = ()

    @property
    def events_written(self) -> int:
        return self._parts[EVENTS].rows

    @property
    def items_written(self) -> int:
        return self._parts[CATALOG].rows

    def events(self, table: pa.Table) -> None:
        """Appends events: the columns of `tables.TABLES` that there are, further text columns as context.

        Rows keep their order. A column without a value in any row of the log is left out.
        """
        with self._writing():
            self._parts[EVENTS].write(table)

    def items(self, table: pa.Table, kind: str | None = None) -> None:
        """Appends items to the catalogue, all of one `kind` where one is named and the table has none.

        A row without an id, or with one that was written, is skipped.
        """
        if kind and "kind" not in table.column_names:
            table = table.append_column("kind", pa.array([kind] * len(table), pa.string()))
        self._write_new(CATALOG, table, "item_id")

    def users(self, table: pa.Table) -> None:
        """Appends listeners. A row without an id, or with one that was written, is skipped."""
        self._write_new(USERS, table, "user_id")

    def count(self, policy: str, what: str, count: int, place: str) -> None:
        """Adds to a policy's count; `what` and `place` (file and line) of its first time stay."""
        if count and policy not in self._texts:
            self._texts[policy] = what
            self._places.append(place)
        self._counts += PolicyCounts.single(policy, count, len(self._places) - 1)

    def imported(self, unread: Iterable[str] = ()) -> Imported:
        """What was written, after the `with` block; `unread` are files that were not read."""
        return Imported(
            out=self._out,
            events=self.events_written,
            items=self.items_written,
            users=self._parts[USERS].rows,
            files=self._files,
            applied=tuple(
                AppliedPolicy(
                    policy, what, self._counts.counts[policy], self._places[self._counts.first_rows[policy]]
                )
                for policy, what in self._texts.items()
            ),
            unread=tuple(unread),
        )

    def __enter__(self) -> "LogWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                with self._writing():
                    names = [name for table in _ORDER for name in self._parts[table].finish()]
                    self._staging.publish(names)
                    self._files = tuple(sorted(names))
        finally:
            for part in self._parts.values():
                part.abort()
            self._staging.discard()

    def _write_new(self, table: str, rows: pa.Table, key: str) -> None:
        ids = rows[key].combine_chunks() if rows.num_rows else pa.array([], pa.string())
        new = self._seen[table].add(ids.cast(pa.string()))
        with self._writing():
            self._parts[table].write(rows if len(new) == rows.num_rows else rows.take(pa.array(new)))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise UserError(f"{self._out}: cannot be written ({_reason(error)})") from error


def _reason(error: OSError) -> str:
    """The system's own words: Arrow puts them at the end of its own."""
    text = error.strerror or str(error)
    return text.splitlines()[0].rpartition("] ")[2]
