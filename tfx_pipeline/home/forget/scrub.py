"""Takes a listener's id out of what stays: lines of logs, and records of TFX's metadata."""

import contextlib
import json
import os
import sqlite3
from pathlib import Path
from typing import Final

from tfx_pipeline.home.forget.id_search import IdSearch

LINE: Final = b"[a line that named a listener who was forgotten]\n"
WORD: Final = b"[forgotten]"
_VALUES: Final = ("string_value", "byte_value", "proto_value")


def log(path: Path, search: IdSearch) -> int:
    """Replaces the lines of a log that hold the id; returns how many there were.

    In place: a server that runs keeps the file open and goes on writing at its end.
    """
    lines = path.read_bytes().splitlines(keepends=True)
    kept = [LINE if search.in_text(line) else line for line in lines]
    found = sum(search.in_text(line) for line in lines)
    if found:
        with path.open("r+b") as file:
            file.writelines(kept)
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
    return found


def record(path: Path, search: IdSearch) -> None:
    """Takes the id out of how the last run ended, in `run.json`; the rest are settings and paths."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        ended = told["ended"].encode()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return
    if search.in_text(ended):
        staged = path.with_name(f".{path.name}.partial")
        told["ended"] = search.scrubbed(ended, WORD).decode()
        staged.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
        staged.replace(path)


def metadata(path: Path, search: IdSearch) -> int:
    """Takes the id out of the values that executions and artifacts have; returns how many values held it.

    They hold settings and error messages, never what an artifact is found by. What SQLite keeps of old values
    is overwritten.
    """
    if not path.exists():
        return 0
    found = 0
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.create_function("holds", 1, lambda value: _holds(value, search))
        database.create_function("scrubbed", 1, lambda value: _scrubbed(value, search))
        database.execute("PRAGMA secure_delete = ON")
        for table, column in _columns(database):
            changed = database.execute(
                f"UPDATE {table} SET {column} = scrubbed({column}) WHERE {column} IS NOT NULL AND holds({column})"
            )
            found += changed.rowcount
        database.commit()
        if found or search.in_file(path):
            database.execute("VACUUM")
    return found


def _columns(database: sqlite3.Connection) -> list[tuple[str, str]]:
    """Tables and columns that hold values of properties."""
    tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%Property'")
    found = []
    for (table,) in tables.fetchall():
        names = {row[1] for row in database.execute(f"PRAGMA table_info({table})")}
        found += [(table, column) for column in _VALUES if column in names]
    return found


def _holds(value: str | bytes, search: IdSearch) -> bool:
    return search.in_text(_bytes(value)) if isinstance(value, str) else search.in_bytes(value)


def _scrubbed(value: str | bytes, search: IdSearch) -> str | bytes:
    if isinstance(value, str):
        return search.scrubbed(_bytes(value), WORD).decode("utf-8", "surrogateescape")
    return search.scrubbed(value)


def _bytes(value: str) -> bytes:
    return value.encode("utf-8", "surrogateescape")
