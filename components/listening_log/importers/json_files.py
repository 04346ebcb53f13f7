"""The JSON files of a download: in a folder, in its sub-folders, or still in the zip as it was downloaded."""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, cast

from components.listening_log import files
from models.errors import UserError

_UNREADABLE = (OSError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error)
# RuntimeError: an encrypted zip; NotImplementedError: a compression that Python doesn't know.


@dataclass(frozen=True)
class JsonFile:
    """A file, and how to open it."""

    path: str
    """As a person finds it: `DIR/my_spotify_data.zip/MyData/endsong_0.json`."""
    parts: tuple[str, ...]
    """Its place below the source: folders (a zip is one, without its ending), then the file's name."""
    _open: Callable[[], BinaryIO]

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The file's bytes. Raises UserError where it can't be opened, or turns out to be damaged."""
        try:
            with self._open() as stream:
                yield stream
        except _UNREADABLE as error:
            raise UserError(f"{self.path}: not readable ({error or type(error).__name__})") from error


def find_json_files(src: str, wanted: Callable[[str], bool]) -> list[JsonFile]:
    """The files below `src` (a folder, a zip, or one file) whose name is `wanted`, in the order of their
    paths, numbers as numbers: `slice.999` before `slice.1000`.

    Hidden folders and files are left out, and what macOS adds to a zip. Raises UserError where `src` is
    missing or a zip is damaged.
    """
    if files.is_dir(src):
        found = list(_in_folder(src, ()))
    elif src.lower().endswith(".zip"):
        found = list(_in_zip(src, ()))
    else:
        found = [_plain(src, (_name(src),))]
        with found[0].open():
            pass
    return sorted((file for file in found if wanted(file.parts[-1])), key=lambda file: _natural(file.parts))


def _in_folder(folder: str, parts: tuple[str, ...]) -> Iterator[JsonFile]:
    for name in files.list_dir(folder):
        path = files.join(folder, name)
        if _hidden(name):
            continue
        if files.is_dir(path):
            yield from _in_folder(path, (*parts, name))
        elif name.lower().endswith(".zip"):
            yield from _in_zip(path, (*parts, name[: -len(".zip")]))
        elif name.lower().endswith(".json"):
            yield _plain(path, (*parts, name))


def _in_zip(path: str, parts: tuple[str, ...]) -> Iterator[JsonFile]:
    try:
        with files.open_binary(path) as stream, zipfile.ZipFile(stream) as archive:
            inner = [info.filename for info in archive.infolist() if not info.is_dir()]
    except _UNREADABLE as error:
        raise UserError(f"{path}: not a whole zip file ({error or type(error).__name__})") from error
    for name in inner:
        below = tuple(name.split("/"))
        if name.lower().endswith(".json") and not any(map(_hidden, below)):
            yield JsonFile(f"{path}/{name}", (*parts, *below), _zip_opener(path, name))


def _plain(path: str, parts: tuple[str, ...]) -> JsonFile:
    return JsonFile(path, parts, lambda: files.open_binary(path))


def _zip_opener(path: str, name: str) -> Callable[[], BinaryIO]:
    # The archive's file closes with the last stream out of it.
    return lambda: cast(BinaryIO, zipfile.ZipFile(files.open_binary(path)).open(name))


def _name(path: str) -> str:
    return path.rstrip("/").rsplit("/", 1)[-1]


def _hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"


def _natural(parts: tuple[str, ...]) -> list[list[tuple[int, str]]]:
    return [
        [(int(run), "") if run.isdigit() else (-1, run) for run in re.split(r"([0-9]+)", part)]
        for part in parts
    ]
