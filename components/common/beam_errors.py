"""Finds the user's error in what Beam makes of it."""

import re

from listening_log.errors import UsageError, UserError

_TOLD = re.compile(r"listening_log\.errors\.(UserError|UsageError): (.+)")
_STEP = re.compile(r"( \[while running '[^\n]*'\])+$")


def user_error_in(error: BaseException) -> UserError | None:
    """The UserError that a Beam pipeline failed with, or None.

    Runners wrap an error once or more, add the step's name to its message, or (from another process) hand
    over only the text of its traceback.
    """
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, UserError):
            return type(seen)(_STEP.sub("", str(seen)))
        told = _TOLD.findall(str(seen))
        if told:
            kind, message = told[-1]
            return (UsageError if kind == "UsageError" else UserError)(_STEP.sub("", message))
        seen = seen.__cause__ or seen.__context__
    return None
