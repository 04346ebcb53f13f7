"""`LogFile`: the log's plays by listener in one SQLite file, made once and then opened at once."""

import json
import logging
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Final
from urllib.parse import quote

import numpy as np
import numpy.typing as npt

from listening_log.errors import UserError
from surfaces.common.catalogue import Catalogue
from surfaces.common.errors import UnavailableError
from surfaces.common.plays import Plays
from surfaces.log.log_plays import LogPlays, Popularity
from surfaces.log.making import make_log_file
from surfaces.log.source import LogSource

FORMAT: Final = 1
"""Part of a file's name: one of another form is made anew."""
_COUNTRIES: Final = 32
"""Countries whose popularity stays in memory: [N] int64 each."""
_LOG = logging.getLogger("upnext.surfaces")


class LogFile(LogPlays):
    """The plays of a log, read from a file of `make_log_file`; safe to use from any number of threads.

    Args:
        path: of the file.
        size: the number of items of the catalogue that it was made with, N.

    Raises:
        UserError: there is no such file, or it is broken.
    """

    def __init__(self, path: Path, size: int) -> None:
        self.path = path
        self._size = size
        self._lock = Lock()
        try:
            uri = f"file:{quote(str(path))}?mode=ro&immutable=1"
            self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
            facts = dict(self._rows("SELECT name, value FROM facts"))
            everywhere = self._counts("")
        except sqlite3.Error as error:
            raise UserError(f"{path} can't be read: {error}") from None
        self.has_times = bool(facts["has_times"])
        self.popularity = Popularity(facts["popular_days"], everywhere, _ByCountry(self))

    @classmethod
    def open(cls, folder: Path, source: LogSource, catalogue: Catalogue) -> "LogFile":
        """Opens the file of a log, and makes it first where there is none of this log and catalogue yet.

        Args:
            folder: where such files lie; files of other logs and catalogues there are removed.
            source: the log.
            catalogue: whose places the plays name.

        Raises:
            UserError: the log can't be read, or the file not written.
        """
        path = folder / f"log-{FORMAT}-{source.digest(catalogue)}.sqlite"
        try:
            log = cls(path, catalogue.size)
        except UserError:
            _LOG.info("reading the log of %s into %s", source.data_dir, path)
            make_log_file(path, source, catalogue)
            log = cls(path, catalogue.size)
        for other in folder.glob("log-*.sqlite"):
            if other != path:
                other.unlink(missing_ok=True)
        return log

    def close(self) -> None:
        self._connection.close()

    def plays(self, user_id: str) -> Plays:
        """All plays of a listener in the log, oldest first; none of a stranger.

        Raises:
            UnavailableError: the file can't be read any more.
        """
        row = self._row("SELECT items, times, outcomes, ms_played FROM listeners WHERE user_id = ?", user_id)
        if row is None:
            return Plays()
        items, times, outcomes, ms_played = row
        return Plays(
            np.frombuffer(items, np.int32),
            np.frombuffer(times, np.int64),
            np.frombuffer(outcomes, np.int8),
            np.frombuffer(ms_played, np.int64),
        )

    def tokens(self, user_id: str) -> Sequence[str]:
        """What the log says of the listener, `column=value`.

        Raises:
            UnavailableError: the file can't be read any more.
        """
        row = self._row("SELECT tokens FROM listeners WHERE user_id = ?", user_id)
        return () if row is None else json.loads(row[0])

    def listeners(self) -> Sequence[str]:
        """All listeners who have a play in the log, sorted."""
        rows = self._rows("SELECT user_id FROM listeners WHERE length(items) > 0 ORDER BY user_id")
        return [user_id for (user_id,) in rows]

    def countries(self) -> Sequence[str]:
        """Countries from which something was played in the last days."""
        return [country for (country,) in self._rows("SELECT country FROM popularity WHERE country != ''")]

    def counts_in(self, country: str) -> npt.NDArray[np.int64]:
        """[N] plays of each item in a country in the last days."""
        return self._counts(country)

    def _counts(self, country: str) -> npt.NDArray[np.int64]:
        counts = np.zeros(self._size, np.int64)
        for places, plays in self._rows("SELECT places, plays FROM popularity WHERE country = ?", country):
            counts[np.frombuffer(places, np.int32)] = np.frombuffer(plays, np.int64)
        return counts

    def _row(self, query: str, *values: str) -> tuple[Any, ...] | None:  # SQLite types no columns
        try:
            rows = self._rows(query, *values)
        except sqlite3.Error as error:
            raise UnavailableError(f"the plays of the log can't be read: {error}") from None
        return rows[0] if rows else None

    def _rows(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()


class _ByCountry(Mapping[str, npt.NDArray[np.int64]]):
    """Popularity by country, read as it is needed."""

    def __init__(self, log: LogFile) -> None:
        self._countries = frozenset(log.countries())
        self._read = lru_cache(_COUNTRIES)(log.counts_in)

    def __getitem__(self, country: str) -> npt.NDArray[np.int64]:
        if country not in self._countries:
            raise KeyError(country)
        return self._read(country)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._countries))

    def __len__(self) -> int:
        return len(self._countries)
