from pathlib import Path

import pyarrow as pa
import pytest

from models import names
from serving.catalog_asset import CATALOG_FILE, SCHEMA, read_catalog, read_titles, write_catalog
from serving.errors import ServerError
from serving.titles import Title


def table() -> pa.Table:
    tokens = [["kind=track", "creator=Någon", "creator=Another"], []]
    columns = {
        names.ITEM_ID: ["a", "b"],
        names.TITLE: ["Åtta", ""],
        names.DESCRIPTION: ["", ""],
        names.DURATION_MS: [1000, 0],
        names.RELEASE_DAY: [0, names.RELEASE_UNKNOWN],
        names.ITEM_TOKENS: tokens,
    }
    return pa.table(columns, SCHEMA)


def test_a_catalogue_comes_back(tmp_path: Path) -> None:
    write_catalog(tmp_path / "assets.extra", table())
    assert read_catalog(tmp_path / "assets.extra") == table()


def test_titles_have_the_first_creator(tmp_path: Path) -> None:
    write_catalog(tmp_path, table())
    assert read_titles(tmp_path) == {"a": Title("Åtta", "Någon", "track"), "b": Title("", "", "")}


def test_a_model_without_a_catalogue_has_no_titles(tmp_path: Path) -> None:
    assert read_titles(tmp_path) == {}


def test_a_broken_catalogue_is_named(tmp_path: Path) -> None:
    (tmp_path / CATALOG_FILE).write_bytes(b"PAR1")
    with pytest.raises(ServerError, match=CATALOG_FILE):
        read_catalog(tmp_path)
