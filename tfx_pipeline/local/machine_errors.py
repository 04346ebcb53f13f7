"""What befalls a machine, in a line: libraries say it in many words, or deep in a traceback."""

import errno
import re
from collections.abc import Iterator
from typing import Final

from tfx_pipeline.home.layout import Home

_DESCRIPTIONS: Final = (
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
        "{metadata} is damaged: move it away, and the next run makes every stage anew",
    ),
    (re.compile(r"input/output error", re.I), "the disk of {home} has an error (input/output)"),
    (re.compile(r"cannot allocate memory|out of memory|MemoryError", re.I), "there is not enough memory"),
)
_ERRNOS: Final = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ENOMEM}


def describe_machine_error(error: BaseException, home: Home) -> str | None:
    """What happened and what to do, if `error` or its cause comes from the machine; else None.

    Args:
        error: as it was caught; TFX, Beam and TensorFlow wrap what the system said.
        home: of the run.
    """
    for cause in _causes(error):
        text = str(cause)
        if isinstance(cause, OSError) and cause.errno in _ERRNOS:
            text = cause.strerror or text
        elif isinstance(cause, MemoryError):
            text = "MemoryError"
        for pattern, description in _DESCRIPTIONS:
            if pattern.search(text):
                return description.format(home=home.path, metadata=home.metadata)
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
