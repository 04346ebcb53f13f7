"""The JSON files of a download: in a folder, in its sub-folders, or still in the zips as they came."""

import os
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO

from listening_log.errors import UserError
from listening_log.importers.reading.source import Source, open_source

_ZIP = ".zip"


@dataclass(frozen=True)
class JsonFile:
    """One file of a source."""

    parts: tuple[str, ...]
    """Its place below SRC: folders (a zip counts as one, without its ending), then the file's name."""
    source: Source
    name: str
    """In `source`."""

    @property
    def path(self) -> str:
        """How a person finds it."""
        return self.source.path(self.name)

    def open(self) -> AbstractContextManager[BinaryIO]:
        """Its bytes. Raises UserError where it can't be read."""
        return self.source.open(self.name)


def find_json_files(src: str, wanted: Callable[[str], bool]) -> list[JsonFile]:
    """The files of `src` (a folder, a zip, or one file) and of zips in it whose name is `wanted`.

    They come in the order of their paths, numbers as numbers: `slice.999` before `slice.1000`. Raises
    UserError where `src` is missing, or something in it can't be read.
    """
    found = [file for file in _all(_open(src), ()) if wanted(file.parts[-1])]
    return sorted(found, key=lambda file: _natural(file.parts))


def _all(source: Source, above: tuple[str, ...]) -> Iterator[JsonFile]:
    for name in source.files:
        parts = (*above, *name.split("/"))
        if not source.zipped and name.lower().endswith(_ZIP):
            yield from _all(_open(source.path(name)), (*parts[:-1], parts[-1][: -len(_ZIP)]))
        else:
            yield JsonFile(parts, source, name)


def _open(src: str) -> Source:
    if src.lower().endswith(_ZIP) and os.path.isfile(src) and not zipfile.is_zipfile(src):
        raise UserError(f"{src}: not a whole zip file; download it again")
    try:
        return open_source(src)
    except zipfile.BadZipFile as error:
        raise UserError(f"{src}: not a whole zip file ({error})") from error


def _natural(parts: tuple[str, ...]) -> list[list[tuple[int, str]]]:
    return [
        [(int(run), "") if run.isdigit() else (-1, run) for run in re.split(r"([0-9]+)", part)]
        for part in parts
    ]
