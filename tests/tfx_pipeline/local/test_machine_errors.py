"""What happened to the machine is told in a line, however deep it lies."""

import errno
import os

import pytest

from tfx_pipeline.home.layout import Home
from tfx_pipeline.local.machine_errors import describe_machine_error

HOME = Home("home")


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
    description = describe_machine_error(error, HOME)
    assert description is not None
    assert description.startswith(says)


def test_the_cause_of_an_error_is_read_too() -> None:
    error = ValueError("stage failed")
    error.__cause__ = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    description = describe_machine_error(error, HOME)
    assert description is not None
    assert description.startswith("the disk of home is full")


def test_another_error_is_no_describe_machine_error() -> None:
    assert describe_machine_error(ValueError("no such item"), HOME) is None
