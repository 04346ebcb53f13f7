"""The catalogue beside a pushed `upnext`: what the models rank, for whoever shows it to a person."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from models import names
from serving.errors import ServerError
from serving.titles import Title

CATALOG_FILE: Final = "catalog.parquet"
SCHEMA: Final = pa.schema(
    [
        (names.ITEM_ID, pa.string()),
        (names.TITLE, pa.string()),
        (names.DESCRIPTION, pa.string()),
        (names.DURATION_MS, pa.int64()),
        (names.RELEASE_DAY, pa.int64()),
        (names.ITEM_TOKENS, pa.list_(pa.string())),
    ]
)
"""A row an item, in the order of the items' index; "", 0 and `names.RELEASE_UNKNOWN` where nothing is known."""

_SHOWN: Final = ("creator", "kind")


def write_catalog(folder: Path, catalog: pa.Table) -> None:
    """Writes the catalogue, of `SCHEMA`, into a model's folder of extra assets."""
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(catalog.cast(SCHEMA), folder / CATALOG_FILE, compression="zstd")


def read_catalog(folder: Path, columns: list[str] | None = None) -> pa.Table | None:
    """Reads the catalogue, or some of its columns; None where the model was pushed without.

    Raises:
        ServerError: the file is broken.
    """
    path = folder / CATALOG_FILE
    if not path.exists():
        return None
    try:
        return pq.read_table(path, columns=columns)
    except (OSError, pa.ArrowInvalid) as error:
        raise ServerError(f"{path} can't be read: {error}; push the models again") from error


def read_titles(folder: Path) -> Mapping[str, Title]:
    """Reads title, first creator and kind by item id; none where the model was pushed without a catalogue."""
    table = read_catalog(folder, [names.ITEM_ID, names.TITLE, names.ITEM_TOKENS])
    return {} if table is None else titles_of(table)


def titles_of(catalog: pa.Table) -> dict[str, Title]:
    """Takes title, first creator and kind by item id, in the order of the items' index."""
    titles = {}
    columns = (catalog[name].to_pylist() for name in (names.ITEM_ID, names.TITLE, names.ITEM_TOKENS))
    for item_id, title, tokens in zip(*columns, strict=True):
        values: dict[str, str] = {}
        for token in tokens:
            column, _, value = token.partition("=")
            if column in _SHOWN:
                values.setdefault(column, value)
        titles[item_id] = Title(title, values.get("creator", ""), values.get("kind", ""))
    return titles
