"""Where the versions of a model lie: a folder, or an address in a file system that TensorFlow knows (`gs://…`).

An address is read by TensorFlow itself, which has `gs://` built in. A version is copied before it is loaded, so
that whatever loads it knows folders alone.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from serving import versions
from serving.errors import ServerError, first_line

_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_NOT_FOUND: Final = 5  # tensorflow.error.Code
_UNIMPLEMENTED: Final = 12


class Address(str):
    """A place in a file system of TensorFlow's, with its scheme and without a slash at its end."""


def place_of(text: str) -> Path | Address:
    """Reads a base path as flags and config files name it."""
    return Address(text.rstrip("/")) if _ADDRESS.match(text) else Path(text)


def list_versions(base: Path | Address) -> list[int]:
    """Lists the versions under a base path, lowest first; none where it is missing or empty.

    Raises:
        ServerError: an address that can't be read.
    """
    if isinstance(base, Path):
        return versions.versions(base)
    from tensorflow.python.lib.io import file_io

    names = _names(base)
    return sorted(int(name) for name in names if file_io.is_directory_v2(f"{base}/{name}"))


def version_place(base: Path | Address, version: int) -> Path | Address:
    """Returns where a version lies, also where its name has leading zeros."""
    if isinstance(base, Path):
        return versions.version_path(base, version)
    return Address(f"{base}/{next((name for name in _names(base) if int(name) == version), version)}")


def stamp_of(place: Path | Address) -> frozenset[object]:
    """Returns what changes when any of a version's files is written, replaced or removed."""
    if isinstance(place, Path):
        return versions.stamp_of(place)
    from tensorflow.python.lib.io import file_io

    stats = ((path, file_io.stat_v2(path)) for path in _files(place))
    return frozenset((path, stat.mtime_nsec, stat.length) for path, stat in stats)


@contextmanager
def fetched(place: Path | Address) -> Iterator[Path]:
    """Yields a folder with a version's files: itself, or a copy that is removed afterwards."""
    if isinstance(place, Path):
        yield place
        return
    from tensorflow.python.lib.io import file_io

    with tempfile.TemporaryDirectory() as name:
        for path in _files(place):
            copy = os.path.join(name, os.path.relpath(path, place))
            os.makedirs(os.path.dirname(copy), exist_ok=True)
            file_io.copy_v2(path, copy)
        yield Path(name)


def _names(base: Address) -> list[str]:
    """Lists the names under an address that are versions."""
    from tensorflow.python.framework.errors_impl import OpError
    from tensorflow.python.lib.io import file_io

    try:
        if not file_io.is_directory_v2(base):
            file_io.stat_v2(base)  # says why
        names = [name.rstrip("/") for name in file_io.list_directory_v2(base)]
    except OpError as error:
        if error.error_code == _NOT_FOUND:
            return []
        cure = "; mount it, and give the folder" if error.error_code == _UNIMPLEMENTED else ""
        raise ServerError(f"base path {base}: {first_line(error)}{cure}") from None
    return [name for name in names if versions.is_version(name)]


def _files(place: Address) -> Iterator[str]:
    from tensorflow.python.lib.io import file_io

    for folder, _, names in file_io.walk_v2(place):
        yield from (f"{folder.rstrip('/')}/{name}" for name in names)
