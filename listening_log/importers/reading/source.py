"""Where an importer reads from: a folder, a zip as it was downloaded, or one file."""

import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, cast

from listening_log.errors import UserError

_DEPTH: Final = 3  # folders below the one that is named: archives unpack into folders of their own
_PACKED: Final = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar", ".gz", ".7z", ".rar", ".bz2")
_NOT_OPENED: Final = (zipfile.BadZipFile, NotImplementedError, RuntimeError)  # the last: it has a password
_CUT_OFF: Final = (zipfile.BadZipFile, zlib.error, EOFError)


@dataclass(frozen=True)
class Source:
    """The files of a source; names of theirs are paths with `/` within it."""

    src: str
    files: tuple[str, ...]
    """Sorted, the shallowest first; hidden ones and what an archiver of macOS adds are left out."""
    zipped: bool = False

    @property
    def names(self) -> dict[str, str]:
        """The file of each last part of a name; of files that share it, the shallowest first one."""
        return {file.rsplit("/", 1)[-1]: file for file in reversed(self.files)}

    def path(self, file: str) -> str:
        """How a person finds the file."""
        if self.zipped or os.path.isdir(self.src):
            return os.path.join(self.src, file)
        return self.src

    @contextmanager
    def open(self, file: str) -> Iterator[BinaryIO]:
        """The file opened for reading from its start. Raises UserError where it can't be read."""
        try:
            if not self.zipped:
                with Path(self.path(file)).open("rb") as stream:
                    yield stream
                return
            with zipfile.ZipFile(self.src) as archive, self._member(archive, file) as member:
                yield member
        except OSError as error:
            reason = error.strerror or str(error) or type(error).__name__
            raise UserError(f"{self.path(file)}: cannot be read ({reason})") from error
        except _CUT_OFF as error:
            raise UserError(f"{self.path(file)}: cannot be read ({error})") from error

    def _member(self, archive: zipfile.ZipFile, file: str) -> BinaryIO:
        try:
            return cast(BinaryIO, archive.open(file))
        except _NOT_OPENED as error:
            raise UserError(f"{self.path(file)}: cannot be read ({error})") from error

    def found(self) -> str:
        """What is there, for a message: some names."""
        if not self.files:
            return "no file"
        more = f" and {len(self.files) - 5} more" if len(self.files) > 5 else ""
        return ", ".join(self.files[:5]) + more


def open_source(src: str) -> Source:
    """Lists what there is. Raises UserError where `src` is missing, or an archive of another kind than zip."""
    if os.path.isdir(src):
        return Source(src, _sorted(_walk(src)))
    if not os.path.exists(src):
        raise UserError(f"{src}: no such file or folder")
    if zipfile.is_zipfile(src):
        with zipfile.ZipFile(src) as archive:
            names = [info.filename for info in archive.infolist() if not info.is_dir()]
        return Source(src, _sorted(name for name in names if _shown(name)), zipped=True)
    if src.lower().endswith((*_PACKED, ".zip")):
        raise UserError(f"{src}: unpack it first, and name the folder")
    return Source(src, (os.path.basename(src),))


def _sorted(names: Iterator[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=lambda name: (name.count("/"), name)))


def _shown(name: str) -> bool:
    return not any(part.startswith((".", "__MACOSX")) for part in name.split("/"))


def _walk(folder: str, below: str = "", depth: int = _DEPTH) -> Iterator[str]:
    for entry in os.scandir(os.path.join(folder, below)):
        name = f"{below}{entry.name}"
        if not _shown(entry.name):
            continue
        if entry.is_file():
            yield name
        elif depth and entry.is_dir():
            yield from _walk(folder, f"{name}/", depth - 1)
