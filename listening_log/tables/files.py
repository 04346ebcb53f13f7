"""Files on disk, or wherever `tf.io.gfile` reaches (`gs://`): list them, open them, tell their size.

TensorFlow is imported for a remote path alone: it costs seconds, and a local log needs none of it.
"""

import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, BinaryIO, cast

import pyarrow as pa

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


def is_remote(path: str) -> bool:
    """Whether the path has a scheme (`gs://…`)."""
    return "://" in path


def _gfile() -> ModuleType:
    import tensorflow as tf

    return cast(ModuleType, tf.io.gfile)


def is_dir(path: str) -> bool:
    """Whether the path is a directory."""
    return bool(_gfile().isdir(path)) if is_remote(path) else os.path.isdir(path)


def is_file(path: str) -> bool:
    """Whether the path is a file; on an object store, whether there is anything at it."""
    return bool(_gfile().exists(path)) if is_remote(path) else os.path.isfile(path)


def list_dir(path: str) -> list[str]:
    """Sorted names in a directory, without the slashes that object stores append."""
    names = _gfile().listdir(path) if is_remote(path) else os.listdir(path)
    return sorted(name.rstrip("/") for name in names)


def join(directory: str, name: str) -> str:
    """The path of `name` in `directory`."""
    return f"{directory.rstrip('/')}/{name}" if is_remote(directory) else os.path.join(directory, name)


def size(path: str) -> int:
    """Counts the bytes in a file.

    Raises:
        OSError: there is no such file.
    """
    return int(_gfile().stat(path).length) if is_remote(path) else os.path.getsize(path)


def open_binary(path: str) -> BinaryIO:
    """Opens a file for reading, seekable.

    Raises:
        OSError: it can't be read.
    """
    if is_remote(path):
        return cast(BinaryIO, io.BufferedReader(_Remote(path), buffer_size=1 << 20))
    return Path(path).open("rb")


def write_bytes(path: str, content: bytes) -> None:
    """Writes a file, and makes its folder if there is none.

    Raises:
        OSError: it can't be written.
    """
    if is_remote(path):
        _gfile().makedirs(path.rpartition("/")[0])
        with _gfile().GFile(path, "wb") as file:
            file.write(content)
        return
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(content)


def open_arrow(path: str) -> pa.NativeFile:
    """Opens a file for Arrow to read in threads of its own; it closes with its last reader.

    A local one is Arrow's own: such a thread may still read ahead when Python ends after an error, and a file
    of Python's would then abort the process.

    Raises:
        OSError: it can't be read.
    """
    return pa.PythonFile(open_binary(path), mode="r") if is_remote(path) else pa.OSFile(path)


@contextlib.contextmanager
def create_arrow(path: str) -> Iterator[pa.NativeFile]:
    """Opens a new file for Arrow to write; a remote one stays in memory until it ends."""
    if is_remote(path):
        buffer = pa.BufferOutputStream()
        yield buffer
        with _gfile().GFile(path, "wb") as file:
            file.write(buffer.getvalue().to_pybytes())
        return
    with pa.OSFile(path, "wb") as stream:
        yield stream


class _Remote(io.RawIOBase):
    """A `tf.io.gfile` file with the whole interface of Python's own, which pyarrow asks for."""

    def __init__(self, path: str) -> None:
        self._file = _gfile().GFile(path, "rb")
        self._size = size(path)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer).cast("B")
        data = self._file.read(len(view))
        view[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self.tell(), os.SEEK_END: self._size}[whence]
        self._file.seek(base + offset)
        return base + offset

    def tell(self) -> int:
        return int(self._file.tell())

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()
