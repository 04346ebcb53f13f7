"""Finds a listener's id in files of any kind that a HOME holds, inside compressed and columnar ones too.

An id is found whole: `listener-003` is not in `listener-0031`. What stands around it decides in text; binary
records (protocol buffers) tell a text's length before it. An id that is short or a plain number would be found
by chance in figures and item ids, so it counts only where the text or the record says that it is a listener.
"""

import gzip
import html
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc
import pyarrow.parquet as pq

from models import names

PLAIN_BELOW: Final = 4
"""An id with fewer characters, like one of digits alone, is too plain to be told from other texts."""

_CHUNK: Final = 1 << 22
_ID: Final = rb"[0-9A-Za-z_-]"  # what may be a further part of an id
_LENGTH: Final = rb"[\x80-\xff]{0,4}[\x00-\x7f]"  # a varint
_WHOSE: Final = rb"(?i:listeners?|users?|user_id)['\"]?\s*[:=]?\s*['\"]?"
_UNREADABLE: Final = (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile, pa.ArrowException)


class IdSearch:
    """Looks for one id.

    Args:
        user_id: the listener's, not empty.
    """

    def __init__(self, user_id: str) -> None:
        self.user_id = user_id
        self.plain = len(user_id) < PLAIN_BELOW or user_id.isdecimal()
        """Whether the id is looked for only where a listener's is told to stand."""
        written = _written(user_id)
        self._written = tuple(written)
        self._longest = max(map(len, written)) + 64  # and what is asked to stand before it
        raw = user_id.encode()
        if self.plain:
            either = b"|".join(re.escape(each) for each in written)
            texts = [_WHOSE + rb"(?:" + either + rb")(?!" + _ID + rb")"]
            key = names.USER_ID.encode()
            field = b"\n" + bytes([len(key)]) + key + b"\x12"
            record = (
                re.escape(field) + _LENGTH + rb"\n" + _LENGTH + rb"\n" + re.escape(_varint(len(raw)) + raw)
            )
        else:
            # what stands before it is asked last: a pattern that starts with plain letters is looked for faster
            escaped = [re.escape(each) for each in written]
            texts = [each + rb"(?!" + _ID + rb")(?<!" + _ID + each + rb")" for each in escaped]
            record = re.escape(_varint(len(raw)) + raw)
        self._texts = [re.compile(text, re.DOTALL) for text in texts]
        self._all = [*self._texts, re.compile(record, re.DOTALL)]

    def in_text(self, text: bytes) -> bool:
        """Whether the id stands in a text, as it is or escaped."""
        return self._may_be_in(text) and any(pattern.search(text) for pattern in self._texts)

    def in_bytes(self, value: bytes) -> bool:
        """Whether the id stands in a text or a binary record."""
        return self._may_be_in(value) and any(pattern.search(value) for pattern in self._all)

    def in_file(self, path: Path) -> bool:
        """Whether the file holds the id; one that is cut short, so that nobody can tell, counts as one."""
        with path.open("rb") as file:
            magic = file.read(8)
        try:
            if magic.startswith(b"PAR1"):
                return any(self._in_table(batch) for batch in pq.ParquetFile(path).iter_batches())
            if magic.startswith(b"ARROW1"):
                with pa.memory_map(str(path)) as source:
                    reader = pa.ipc.open_file(source)
                    return any(self._in_table(reader.get_batch(n)) for n in range(reader.num_record_batches))
            if magic.startswith(b"\x93NUMPY"):
                return self._in_array(np.load(path, mmap_mode="r"))
            if magic.startswith(b"PK\x03\x04"):
                return self._in_zip(path)
            if magic.startswith(b"\x1f\x8b"):
                with gzip.open(path) as file:
                    return self._in_stream(file)
        except _UNREADABLE:
            return True
        with path.open("rb") as file:
            return self._in_stream(file)

    def scrubbed(self, text: bytes, by: bytes | None = None) -> bytes:
        """The text with `by` in each place of the id; None: with as many x, as lengths in records ask for."""
        for pattern in self._all:
            text = pattern.sub(lambda match: self._without(match[0], by), text)
        return text

    def _without(self, text: bytes, by: bytes | None) -> bytes:
        for each in sorted(self._written, key=len, reverse=True):
            text = text.replace(each, b"x" * len(each) if by is None else by)
        return text

    def _in_stream(self, file: BinaryIO | IO[bytes] | gzip.GzipFile) -> bool:
        patterns, kept, whole, chunk = None, b"", True, file.read(_CHUNK)
        while chunk:
            following = file.read(_CHUNK)
            if patterns is None:
                patterns = self._all if b"\0" in chunk else self._texts
            buffer = kept + chunk
            if self._in_buffer(patterns, buffer, first=whole, last=not following):
                return True
            whole = whole and len(buffer) <= self._longest
            kept, chunk = buffer[-self._longest :], following
        return False

    def _in_buffer(self, patterns: list[re.Pattern[bytes]], buffer: bytes, first: bool, last: bool) -> bool:
        if not self._may_be_in(buffer):
            return False
        # at either end what stands around it may be in the buffer before or after this one
        matches = (match for pattern in patterns for match in pattern.finditer(buffer, 0 if first else 1))
        return any(last or match.end() < len(buffer) for match in matches)

    def _may_be_in(self, text: bytes) -> bool:
        return any(each in text for each in self._written)

    def _in_table(self, batch: pa.RecordBatch) -> bool:
        return any(
            self._in_column(column)
            for name, column in zip(batch.schema.names, batch.columns, strict=True)
            if not self.plain or name == names.USER_ID
        )

    def _in_column(self, column: pa.Array) -> bool:
        if pa.types.is_dictionary(column.type):
            column = column.dictionary
        if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
            return self._in_column(column.flatten())
        if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
            return bool(pc.any(pc.equal(column, self.user_id.encode())).as_py())
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            return bool(pc.any(pc.equal(column, self.user_id)).as_py())
        return False

    def _in_array(self, array: np.ndarray) -> bool:
        if array.dtype.kind not in "SU" or self.plain:
            return False
        return bool((array == (self.user_id if array.dtype.kind == "U" else self.user_id.encode())).any())

    def _in_zip(self, path: Path) -> bool:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith(".npy"):
                    with archive.open(name) as member:
                        array = np.lib.format.read_array(member, allow_pickle=False)
                    if self._in_array(array):
                        return True
                else:
                    with archive.open(name) as member:
                        if self._in_stream(member):
                            return True
        return False


def files_below(folder: Path) -> Iterator[Path]:
    """Files in a folder and its folders, sorted; links are not followed. None where there is no folder."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_symlink():
            continue
        if path.is_dir():
            yield from files_below(path)
        elif path.is_file():
            yield path


def _written(user_id: str) -> set[bytes]:
    """The id as texts have it: plain, or escaped by JSON, HTML, protocol buffers or Python."""
    octal = "".join(chr(b) if 32 <= b < 127 else f"\\{b:03o}" for b in user_id.encode())
    escaped = {json.dumps(user_id)[1:-1], html.escape(user_id), octal, repr(user_id)[1:-1], user_id}
    return {each.encode() for each in escaped}


def _varint(number: int) -> bytes:
    return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + _varint(number >> 7)
