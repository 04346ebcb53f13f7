"""What happened to the machine is told in a line, however deep it lies."""

import errno
import os
from pathlib import Path

import pytest

from tfx_pipeline.local.machine_errors import accident

HOME = Path("home")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "file"), "the disk of home is full"),
        (RuntimeError("... : No space left on device; [while running 'Write']"), "the disk of home is full"),
        (RuntimeError("mysql_query failed: database or disk is full"), "the disk of home is full"),
        (OSError(errno.EROFS, os.strerror(errno.EROFS)), "home can't be written any more: it is read-only"),
        (RuntimeError("attempt to write a readonly database"), "home can't be written any more"),
        (RuntimeError("database disk image is malformed"), "home/metadata.db is damaged"),
        (MemoryError(), "there is not enough memory"),
    ],
)
def test_an_accident_is_told(error: Exception, says: str) -> None:
    told = accident(error, HOME)
    assert told is not None
    assert told.startswith(says)


def test_the_cause_of_an_error_is_read_too() -> None:
    error = ValueError("stage failed")
    error.__cause__ = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    told = accident(error, HOME)
    assert told is not None
    assert told.startswith("the disk of home is full")


def test_another_error_is_no_accident() -> None:
    assert accident(ValueError("no such item"), HOME) is None
