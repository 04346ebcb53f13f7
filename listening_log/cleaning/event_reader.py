"""Reads a log's events and cleans them: the one way for example generation, SpanValidator and `data check`."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import pyarrow as pa

from listening_log.cleaning.catalog import Catalog, read_catalog
from listening_log.cleaning.forgotten import Forgotten
from listening_log.cleaning.policies import MENDING, POLICIES, ROW, USER, CleanBatch, clean_events
from listening_log.cleaning.row_numbers import Rows, rows_in_file
from listening_log.cleaning.users import Users, read_users
from listening_log.config import LogConfig
from listening_log.errors import UserError
from listening_log.tables.event_files import EventFiles
from listening_log.tables.reader import read_batches
from listening_log.tables.spans import NO_SPANS, Spans
from listening_log.tables.tables import EVENTS


@dataclass(frozen=True)
class EventBatch:
    """Events that stand one after another in a file."""

    raw: pa.Table
    """All of them, as `read_batches` yields them."""
    first_row: int
    """Row of the file where they begin."""
    clean: CleanBatch
    """The usable ones, and what became of the others."""

    @property
    def rows(self) -> Rows:
        """Rows of the file [n] that the usable events stand in."""
        return rows_in_file(self.clean.table[ROW].to_numpy())


@dataclass(frozen=True)
class EventReader:
    """Which log is read, and by which rules; light enough to travel to a worker.

    A process reads the catalogue and the table of listeners once, and keeps the latest two of each.
    """

    data_dir: str
    files: EventFiles
    spans: Spans
    """The spans whose newest catalogue and table of listeners count."""
    config: LogConfig
    digest: str
    """Digest of the data: what a process keeps of it must not outlive it."""
    now: int
    """The clock that decides which times lie ahead, unix seconds; one for all batches of a run."""
    forgotten: Forgotten = field(default_factory=Forgotten)
    """Listeners whose events are left out."""

    @classmethod
    def of(
        cls,
        data_dir: str,
        spans: Spans = NO_SPANS,
        *,
        config: LogConfig,
        digest: str,
        now: int | None = None,
        forgotten: Forgotten | None = None,
    ) -> "EventReader":
        """The reader of a log's chosen spans; `now` is by default this machine's clock.

        Raises:
            UserError: a span or the table of events is missing.
        """
        files = EventFiles.of(data_dir, spans)
        now = int(time.time()) if now is None else now
        return cls(data_dir, files, spans, config, digest, now, forgotten or Forgotten())

    def catalog(self) -> Catalog:
        """Reads the catalogue.

        Raises:
            UserError: it is missing, unreadable or empty.
        """
        return _catalog(self.data_dir, self.spans, self.digest)

    def users(self) -> Users | None:
        """Reads what is known of listeners; None for a log without the table.

        Raises:
            UserError: the table is unreadable.
        """
        return _users(self.data_dir, self.spans, self.digest)

    def read(self, number: int, batch_rows: int = 1_000_000) -> Iterator[EventBatch]:
        """Reads one file of events.

        Args:
            number: which of `files`.
            batch_rows: how many events are in memory at a time.

        Yields:
            Its events in their order, `batch_rows` at a time.

        Raises:
            UserError: the file is unreadable or a value is of a wrong type; the message names the row.
        """
        path = self.files.paths[number]
        for first_row, raw in read_batches(path, EVENTS, batch_rows=batch_rows):
            clean = clean_events(
                raw,
                self.catalog(),
                file=number,
                first_row=first_row,
                config=self.config,
                now=self.now,
                forgotten=self.forgotten.mask(raw[USER]),
            )
            yield EventBatch(raw, first_row, clean)
            del raw, clean  # before the next batch is read


def no_usable_event(subject: str, counts: Mapping[str, int]) -> UserError:
    """The error that no event is usable, with the policy that dropped most of them.

    Args:
        subject: what was read, as a person calls it: `span 2`.
        counts: how many of its events each policy applied to.
    """
    dropped = {policy: count for policy, count in sorted(counts.items()) if policy not in MENDING}
    if not any(dropped.values()):
        return UserError(f"{subject} has no usable event: its table {EVENTS} has no rows")
    policy = max(dropped, key=lambda name: dropped[name])
    reason = POLICIES[policy].split(":")[0]
    return UserError(
        f"{subject} has no usable event: {dropped[policy]:,} of {sum(dropped.values()):,} have {reason}"
    )


@lru_cache(maxsize=2)
def _catalog(data_dir: str, spans: Spans, digest: str) -> Catalog:
    return read_catalog(data_dir, spans)


@lru_cache(maxsize=2)
def _users(data_dir: str, spans: Spans, digest: str) -> Users | None:
    return read_users(data_dir, spans)
