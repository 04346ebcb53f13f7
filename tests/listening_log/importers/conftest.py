"""Imported tables, as tests look at them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typing_extensions import Self

from listening_log.importers import Imported, import_log

Columns = dict[str, list[Any]]
ImportOf = Callable[..., Imported]
Tables = Callable[[str], Columns]


class CountingLog:
    """Stands in for a LogWriter: what was counted."""

    def __init__(self) -> None:
        self.counts: list[tuple[str, str, int, str]] = []

    def count(self, *count) -> None:
        self.counts.append(count)


@pytest.fixture
def counting_log() -> CountingLog:
    """A log that only counts."""
    return CountingLog()


class SourceAndLog:
    """A source under a temporary folder, and the log that is imported from it."""

    def __init__(self, folder: Path, format_: str = "") -> None:
        self.format = format_
        self.src = folder / "src"
        self.out = folder / "out"
        self.imported: Imported | None = None

    def file(self, name: str, *entries: object) -> Self:
        """Writes a JSON array of the entries."""
        return self.text(name, json.dumps(entries))

    def text(self, name: str, text: str) -> Self:
        """Writes a file."""
        path = self.src / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return self

    def run(self, src: str = "") -> Self:
        """Imports the source, or what is named in it."""
        self.imported = import_log(self.format, str(self.src / src), str(self.out))
        return self

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The rows of a table of the log."""
        return pq.read_table(self.out / f"{table}.parquet").to_pylist()

    @property
    def events(self) -> list[dict[str, Any]]:
        """The rows of the table of events."""
        return self.rows("events")

    @property
    def counts(self) -> dict[str, tuple[int, str]]:
        """Count and first place of each policy that was applied."""
        assert self.imported is not None
        return {policy.policy: (policy.count, policy.place) for policy in self.imported.applied}


@pytest.fixture
def src(tmp_path: Path) -> Path:
    """An empty folder to lay a source out in."""
    folder = tmp_path / "src"
    folder.mkdir()
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder that isn't there yet."""
    return tmp_path / "out"


@pytest.fixture
def import_of(src: Path, out: Path) -> ImportOf:
    """Imports `src`, or what is named, to `out`: `import_of("movielens")`."""

    def run(format_: str, named: Path | None = None) -> Imported:
        return import_log(format_, str(named or src), str(out))

    return run


@pytest.fixture
def written(out: Path) -> Tables:
    """A table in `out` as lists of its columns: `written("events")`."""

    def read(table: str) -> Columns:
        return pq.read_table(out / f"{table}.parquet").to_pydict()

    return read
