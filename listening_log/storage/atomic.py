"""Writes local files and folders so that a reader finds the old content or the new one, never a half.

What is written is staged beside its place as `.<name>.<process>.partial`: a hidden name that readers of a log, of
HOME and TF Serving pass over. It is written through to the disk, then renamed; if anything fails it is removed.
Errors are OSErrors that name the place asked for, not the staged one.
"""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final, Literal, TextIO, cast, overload

_NO_SYNC: Final = {errno.EINVAL, errno.EBADF, errno.ENOTSUP}  # of a folder, on some network file systems


def write_text(path: str | Path, text: str) -> None:
    """Replaces the content of a file, in UTF-8.

    Args:
        path: in a folder that exists.
        text: the new content.

    Raises:
        OSError: it can't be written; the old content stays.
    """
    with replace_file(path) as file:
        file.write(text)


@overload
def replace_file(path: str | Path, mode: Literal["w"] = "w") -> AbstractContextManager[TextIO]: ...


@overload
def replace_file(path: str | Path, mode: Literal["wb"]) -> AbstractContextManager[BinaryIO]: ...


def replace_file(
    path: str | Path, mode: Literal["w", "wb"] = "w"
) -> AbstractContextManager[TextIO | BinaryIO]:
    """Opens a staged file that becomes `path` at a good end of the block, and is removed at any other.

    Args:
        path: in a folder that exists; of a symbolic link, the file that it names is replaced.
        mode: "w" for text in UTF-8, "wb" for bytes.

    Returns:
        The context of the open file.

    Raises:
        OSError: it can't be written; the old file stays.
    """
    return _replaced_file(Path(path), mode)


@contextmanager
def _replaced_file(path: Path, mode: Literal["w", "wb"]) -> Iterator[TextIO | BinaryIO]:
    target = Path(os.path.realpath(path))
    staged = _staged(target)
    try:
        with staged.open("wb") if mode == "wb" else staged.open("w", encoding="utf-8") as file:
            yield cast(TextIO | BinaryIO, file)
            file.flush()
            os.fsync(file.fileno())
        staged.replace(target)
        sync(target.parent)
    except OSError as error:
        _name_place(error, staged, path)
        raise
    finally:
        with suppress(OSError):
            staged.unlink(missing_ok=True)


@contextmanager
def replace_folder(folder: str | Path) -> Iterator[Path]:
    """Makes a staged folder that becomes `folder` at a good end of the block, and is removed at any other.

    Args:
        folder: its parents are made if need be; of a symbolic link, the folder that it names is replaced.

    Yields:
        The staged folder, empty.

    Raises:
        OSError: it can't be written; the old folder stays.
    """
    target = Path(os.path.realpath(folder))
    staged, replaced = _staged(target), _staged(target, "replaced")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(staged, ignore_errors=True)
        staged.mkdir()
        yield staged
        sync_tree(staged)
        if target.exists():
            target.rename(replaced)
        try:
            staged.rename(target)
        except BaseException:
            if replaced.exists():
                replaced.rename(target)
            raise
        sync(target.parent)
    except OSError as error:
        _name_place(error, staged, Path(folder))
        raise
    finally:
        shutil.rmtree(staged, ignore_errors=True)
        shutil.rmtree(replaced, ignore_errors=True)


def sync(path: str | Path) -> None:
    """Writes a file, or a folder's list of names, through to the disk.

    Raises:
        OSError: the disk says no.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if not (error.errno in _NO_SYNC and os.path.isdir(path)):
            raise
    finally:
        os.close(descriptor)


def sync_tree(folder: str | Path) -> None:
    """Writes a folder with all in it through to the disk.

    Raises:
        OSError: the disk says no.
    """
    for parent, _, names in os.walk(folder):
        for name in names:
            sync(os.path.join(parent, name))
        sync(parent)


def _staged(target: Path, kind: str = "partial") -> Path:
    return target.with_name(f".{target.name}.{os.getpid()}.{kind}")


def _name_place(error: OSError, staged: Path, path: Path) -> None:
    """Puts the place asked for into an error that names the staged one."""
    if str(error.filename).startswith(str(staged)):
        error.filename = str(path)
