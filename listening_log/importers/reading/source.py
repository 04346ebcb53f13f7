"""Where an importer reads from: a folder, a zip as it was downloaded, or one file."""

import gzip
import os
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final, cast

from listening_log.errors import UserError

_DEPTH: Final = 3  # folders below the one that is named: archives unpack into folders of their own
_GZIP: Final = (".csv.gz", ".jsonl.gz")  # files that data sets are published as, one by one
_PACKED: Final = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar", ".gz", ".7z", ".rar", ".bz2", ".zip")
_COPY: Final = re.compile(r" \(\d+\)(?=\.\w+$)")  # what a browser puts into the name of a second download
_NOT_OPENED: Final = (zipfile.BadZipFile, NotImplementedError, RuntimeError)  # the last: it has a password
_CUT_OFF: Final = (zipfile.BadZipFile, zlib.error, EOFError)


@dataclass(frozen=True)
class Source:
    """The files of a source; their names are paths with `/` within it."""

    src: str
    files: tuple[str, ...]
    """Sorted, the shallowest first; hidden ones and what an archiver of macOS adds are left out."""
    zips: Mapping[str, str] = field(default_factory=dict)
    """Where the zip lies whose members' names begin with this: `""` if the source is a zip itself."""
    opened: set[str] = field(default_factory=set)
    """Files that were read."""

    @property
    def names(self) -> dict[str, str]:
        """The file of each last part of a name; of files that share it, the shallowest first one."""
        return {file.rsplit("/", 1)[-1]: file for file in reversed(self.files)}

    @property
    def unread(self) -> tuple[str, ...]:
        """Files that were not read."""
        return tuple(file for file in self.files if file not in self.opened)

    def find(self, pattern: re.Pattern[str]) -> list[str]:
        """The files whose last part matches, numbers in their paths in order: `s.999` before `s.1000`.

        A copy, such as `s (1).json`, is left out where its original is there.
        """
        originals = {file: _COPY.sub("", file) for file in self.files}
        return sorted(
            (
                file
                for file, original in originals.items()
                if pattern.fullmatch(original.rsplit("/", 1)[-1])
                and (original == file or original not in originals)
            ),
            key=_natural,
        )

    def path(self, file: str) -> str:
        """How a person finds the file."""
        return os.path.join(self.src, file) if self.zips or os.path.isdir(self.src) else self.src

    @contextmanager
    def open(self, file: str) -> Iterator[BinaryIO]:
        """The file opened for reading from its start; what is packed by gzip is unpacked.

        Raises:
            UserError: it can't be read.
        """
        self.opened.add(file)
        try:
            with self._stored(file) as stored:
                if not file.lower().endswith(_GZIP):
                    yield stored
                    return
                with gzip.open(stored) as unpacked:
                    yield cast(BinaryIO, unpacked)
        except OSError as error:
            reason = error.strerror or str(error) or type(error).__name__
            raise UserError(f"{self.path(file)}: cannot be read ({reason})") from error
        except _CUT_OFF as error:
            raise UserError(f"{self.path(file)}: cannot be read ({error})") from error

    @contextmanager
    def _stored(self, file: str) -> Iterator[BinaryIO]:
        prefix = max((prefix for prefix in self.zips if file.startswith(prefix)), key=len, default=None)
        if prefix is None:
            with Path(self.path(file)).open("rb") as stream:
                yield stream
            return
        with zipfile.ZipFile(self.zips[prefix]) as archive, self._member(archive, file, prefix) as member:
            yield member

    def _member(self, archive: zipfile.ZipFile, file: str, prefix: str) -> BinaryIO:
        try:
            return cast(BinaryIO, archive.open(file.removeprefix(prefix)))
        except _NOT_OPENED as error:
            raise UserError(f"{self.path(file)}: cannot be read ({error})") from error

    def summary(self) -> str:
        """Some names of what is there, for a message."""
        return some_names(self.files) or "no file"


def open_source(src: str, *, look_into_zips: bool = False) -> Source:
    """Lists what there is.

    Args:
        src: a folder, a zip, or one file.
        look_into_zips: whether zips in the folder are looked into too.

    Raises:
        UserError: `src` is missing, or an archive of another kind than zip.
    """
    if os.path.isdir(src):
        files = list(_walk(src))
        zips = [file for file in files if file.lower().endswith(".zip")] if look_into_zips else []
        members = [f"{file}/{member}" for file in zips for member in _members(os.path.join(src, file))]
        return Source(
            src,
            _sorted([*(file for file in files if file not in zips), *members]),
            {f"{file}/": os.path.join(src, file) for file in zips},
        )
    if not os.path.exists(src):
        raise UserError(f"{src}: no such file or folder")
    if zipfile.is_zipfile(src):
        return Source(src, _sorted(_members(src)), {"": src})
    if src.lower().endswith(_PACKED) and not src.lower().endswith(_GZIP):
        if look_into_zips and src.lower().endswith(".zip"):
            raise UserError(f"{src}: not a whole zip file; download it again")
        raise UserError(f"{src}: unpack it first, and name the folder")
    return Source(src, (os.path.basename(src),))


def some_names(names: Iterable[str], most: int = 5) -> str:
    """Some of the names, and how many more there are."""
    names = list(names)
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _members(path: str) -> list[str]:
    """The files of a zip, hidden ones left out."""
    if not zipfile.is_zipfile(path):
        raise UserError(f"{path}: not a whole zip file; download it again")
    try:
        with zipfile.ZipFile(path) as archive:
            names = [info.filename for info in archive.infolist() if not info.is_dir()]
    except zipfile.BadZipFile as error:
        raise UserError(f"{path}: not a whole zip file ({error})") from error
    return [name for name in names if all(_is_shown(part) for part in name.split("/"))]


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=lambda name: (name.count("/"), name)))


def _is_shown(part: str) -> bool:
    return not part.startswith((".", "__MACOSX"))


def _walk(folder: str, below: str = "", depth: int = _DEPTH) -> Iterator[str]:
    for entry in os.scandir(os.path.join(folder, below)):
        name = f"{below}{entry.name}"
        if not _is_shown(entry.name):
            continue
        if entry.is_file():
            yield name
        elif depth and entry.is_dir():
            yield from _walk(folder, f"{name}/", depth - 1)


def _natural(name: str) -> list[list[tuple[int, str]]]:
    return [
        [(int(run), "") if run.isdigit() else (-1, run) for run in re.split(r"([0-9]+)", part)]
        for part in name.split("/")
    ]
