"""Imported tables, as tests look at them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

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
