"""Spotify's histories, as tests lay them out and look at them."""

from pathlib import Path

import pytest

from tests.listening_log.importers.conftest import SourceAndLog


class History(SourceAndLog):
    @property
    def items(self) -> dict[str, tuple[str | None, ...]]:
        """Kind, title and creator of each item."""
        columns = ("kind", "title", "creator")
        return {row["item_id"]: tuple(map(row.get, columns)) for row in self.rows("catalog")}


@pytest.fixture
def log(tmp_path: Path) -> History:
    return History(tmp_path, "spotify-history")
