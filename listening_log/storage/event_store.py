"""Keeps a log's events until all of them are read, then gives them back listener by listener."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import numpy as np
import pyarrow as pa

from listening_log.errors import UserError, first_line
from listening_log.storage.bucketed_files import BUCKETS, bucket_ranges, read_spill, write_spill

PART_ROWS: Final = 1_000_000
"""So many events are in memory at a time, or those of one listener who has more."""


class EventStore:
    """A log of at most `part_rows` events stays in memory; a longer one goes to files in a folder."""

    def __init__(self, folder: str, part_rows: int = PART_ROWS) -> None:
        self._folder = folder
        self._part_rows = part_rows
        self._pending: list[pa.Table] = []
        self._paths: list[str] = []
        self._counts = np.zeros(BUCKETS, np.int64)

    def add(self, events: pa.Table) -> None:
        """Adds a batch with a column `user_id`; a column that another batch lacks, as spans may, is null there.

        Raises:
            UserError: a temporary file can't be written.
        """
        if (
            self._pending
            and sum(table.num_rows for table in self._pending) + events.num_rows > self._part_rows
        ):
            self._spill()
        self._pending.append(events)

    def parts(self) -> Iterator[pa.Table]:
        """Yields the events, all of a listener in one part, in the order in which they were added."""
        if self._paths:
            if self._pending:
                self._spill()
            for first, stop in bucket_ranges(self._counts, self._part_rows):
                yield read_spill(self._paths, first, stop)
        elif self._pending:
            yield pa.concat_tables(self._pending, promote=True)

    def _spill(self) -> None:
        path = os.path.join(self._folder, f"{len(self._paths):06}.arrow")
        try:
            self._counts += write_spill(pa.concat_tables(self._pending, promote=True), path)
        except OSError as error:
            what = os.strerror(error.errno) if error.errno else first_line(error)
            raise UserError(
                f"no temporary file can be written in {os.path.dirname(self._folder)} ({what}): "
                "set TMPDIR to a folder with more space"
            ) from error
        self._paths.append(path)
        self._pending = []


@contextmanager
def temporary_store() -> Iterator[EventStore]:
    """A store whose files are gone at the end.

    Raises:
        UserError: there is no temporary folder.
    """
    try:
        folder = tempfile.TemporaryDirectory(prefix="upnext-check-", ignore_cleanup_errors=True)
    except OSError as error:
        raise UserError(f"{error.strerror}: set TMPDIR to a folder that can be written") from None
    with folder as path:
        yield EventStore(path, PART_ROWS)
