"""How a command ends, in numbers."""

from typing import Final

from listening_log.errors import UsageError
from serving.errors import FlagError

DONE: Final = 0
FAILED: Final = 1
"""The data or the run failed."""
WRONG_USAGE: Final = 2
"""A wrong flag, key or value."""
REFUSED: Final = 3
"""The run finished, and a gate said no."""


def exit_code_of(error: BaseException) -> int:
    """The exit code of a command that ended with `error`."""
    return WRONG_USAGE if isinstance(error, UsageError | FlagError) else FAILED
