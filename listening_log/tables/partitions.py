"""Columns in the names of folders, `events/surface=home/0.parquet`, as Hive, Spark, pyarrow and DuckDB have them."""

from typing import Final
from urllib.parse import unquote

from listening_log.tables.no_value import NO_VALUE

_NO_VALUE: Final = {"", "__HIVE_DEFAULT_PARTITION__", *NO_VALUE}


def partition_values(path: str, table: str) -> dict[str, str | None]:
    """What the folders between a table's own one and a file say of all rows of the file.

    Args:
        path: of the file, as `tables.table_files` lists it.
        table: the table, whose folder has its name.

    Returns:
        The value of each column, percent-decoded; None for no value. Of nested folders with one key the inner one
        counts.
    """
    folders = path.split("/")[:-1]
    if table not in folders:
        return {}
    below = folders[len(folders) - folders[::-1].index(table) :]
    pairs = (folder.partition("=") for folder in below if "=" in folder)
    return {unquote(key): _value(unquote(value)) for key, _, value in pairs if key}


def _value(text: str) -> str | None:
    return None if text in _NO_VALUE else text
