"""Small logs on disk."""

from collections.abc import Callable
from pathlib import Path

import pytest

WriteLog = Callable[..., str]


@pytest.fixture
def write_log(tmp_path: Path) -> WriteLog:
    """Writes tables as CSV texts into a data directory, and gives its path: `write_log(events="…")`."""

    def write(**tables: str) -> str:
        for table, text in tables.items():
            (tmp_path / f"{table}.csv").write_text(text)
        return str(tmp_path)

    return write
