"""What happens to a machine, told in a line: libraries tell it in many words, or deep in a traceback."""

import errno
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_SAYS: Final = (
    (
        re.compile(r"no space left on device|database or disk is full|disk quota exceeded", re.I),
        "the disk of {home} is full: free some space and run again, finished stages are kept",
    ),
    (
        re.compile(r"read-only file system|attempt to write a readonly database", re.I),
        "{home} can't be written any more: it is read-only",
    ),
    (
        re.compile(r"database disk image is malformed|file is not a database", re.I),
        "{home}/metadata.db is damaged: move it away, and the next run makes every stage anew",
    ),
    (re.compile(r"input/output error", re.I), "the disk of {home} has an error (input/output)"),
    (re.compile(r"cannot allocate memory|out of memory|MemoryError", re.I), "there is not enough memory"),
)
_ERRNOS: Final = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ENOMEM}


def accident(error: BaseException, home: Path) -> str | None:
    """What happened and what to do, if `error` or what caused it tells of an accident; else None.

    Args:
        error: as it was caught; TFX, Beam and TensorFlow wrap what the system said.
        home: of the run.
    """
    for cause in _chain(error):
        texts = [str(cause)]
        if isinstance(cause, OSError) and cause.errno in _ERRNOS:
            texts = [cause.strerror or str(cause)]
        elif isinstance(cause, MemoryError):
            texts = ["MemoryError"]
        for pattern, says in _SAYS:
            if any(pattern.search(text) for text in texts):
                return says.format(home=home)
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
