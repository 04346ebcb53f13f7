"""Versions of a model on disk: sub-folders whose names are whole numbers, as TF Serving reads them."""

import os
from pathlib import Path

MAX_VERSION = (1 << 63) - 1


def versions(base_path: Path) -> list[int]:
    """Lists the versions under `base_path`, lowest first; none where the folder is missing or empty."""
    try:
        with os.scandir(base_path) as entries:
            return sorted(int(entry.name) for entry in entries if is_version(entry.name) and entry.is_dir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def is_version(name: str) -> bool:
    """Says whether a folder's name is a version; the names of staged and hidden folders are not.

    As in TF Serving a version is an int64, and a larger number is no version.
    """
    return name.isascii() and name.isdigit() and len(name) < 64 and int(name) <= MAX_VERSION


def version_path(base_path: Path, version: int) -> Path:
    """Returns the folder of a version, also where its name has leading zeros."""
    plain = base_path / str(version)
    if plain.is_dir():
        return plain
    padded = (p for p in base_path.iterdir() if is_version(p.name) and int(p.name) == version)
    return next(padded, plain)


def stamp_of(path: Path) -> frozenset[object]:
    """Returns what changes when any of a version's files is written, replaced or removed."""
    files = set()
    for folder, _, names in os.walk(path):
        for name in names:
            try:
                status = os.stat(os.path.join(folder, name))
            except OSError:  # removed meanwhile
                continue
            files.add((folder, name, status.st_mtime_ns, status.st_size, status.st_ino))
    return frozenset(files)
