"""Takes a listener's rows out of tables of the log: CSV, also compressed, and Parquet."""

import csv
import gzip
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from listening_log.storage.atomic import replace_file
from models import names


def remove_rows(folder: Path, user: str) -> int:
    """Rewrites the tables below a folder without the rows of a listener.

    Args:
        folder: of tables, or of folders with tables; it may be absent. Files without a column `user_id`,
          those that do not have the listener, and what links lead to, stay as they are.
        user: the listener's id.

    Returns:
        How many rows were removed.

    Raises:
        OSError: a table can't be rewritten; it is as it was.
    """
    rows = 0
    for path in [] if folder.is_symlink() else sorted(folder.rglob("*")):
        if path.is_symlink():
            continue
        if path.suffix == ".parquet":
            rows += _remove_from_parquet(path, user)
        elif path.name.endswith((".csv", ".csv.gz")):
            rows += _remove_from_csv(path, user)
    return rows


def _remove_from_parquet(path: Path, user: str) -> int:
    with pq.ParquetFile(path) as file:
        if names.USER_ID not in file.schema_arrow.names:
            return 0
        batches = file.iter_batches(columns=[names.USER_ID])
        rows = sum(pc.sum(_is_user(batch, user)).as_py() or 0 for batch in batches)
        if rows:
            with replace_file(path, "wb") as out, pq.ParquetWriter(out, file.schema_arrow) as writer:
                for batch in file.iter_batches():
                    writer.write_batch(batch.filter(pc.invert(_is_user(batch, user))))
    return rows


def _is_user(batch: pa.RecordBatch, user: str) -> pa.BooleanArray:
    column = batch.column(names.USER_ID)
    return pc.fill_null(pc.equal(column.cast(pa.string()), user), False)


def _remove_from_csv(path: Path, user: str) -> int:
    csv.field_size_limit(sys.maxsize)
    with _open_csv(path) as file:
        rows = sum(is_users for is_users, _ in _rows(file, user))
    if rows:
        with _open_csv(path) as file, replace_file(path, "wb") as out:
            kept = ("".join(lines) for is_users, lines in _rows(file, user) if not is_users)
            if path.suffix == ".gz":
                with gzip.GzipFile(path.stem, "wb", fileobj=out, mtime=0) as packed:
                    packed.writelines(map(_encoded, kept))
            else:
                out.writelines(map(_encoded, kept))
    return rows


def _open_csv(path: Path) -> TextIO:
    opener = gzip.open if path.suffix == ".gz" else open
    return opener(path, "rt", encoding="utf-8", errors="surrogateescape", newline="")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _rows(file: Iterable[str], user: str) -> Iterator[tuple[bool, list[str]]]:
    """Whether each row is the listener's, and its lines as they stand in the file; the header is nobody's."""
    lines: list[str] = []

    def read_line() -> Iterator[str]:
        for line in file:
            lines.append(line)
            yield line

    reader = csv.reader(read_line())
    header = [name.lstrip("\ufeff").strip() for name in next(reader, [])]
    yield False, list(lines)
    column = header.index(names.USER_ID) if names.USER_ID in header else len(header)
    while True:
        lines.clear()
        row = next(reader, None)
        if row is None:
            return
        yield column < len(row) and row[column] == user, list(lines)
