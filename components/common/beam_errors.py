"""Finds the user's error in what Beam makes of it."""

import re

from listening_log.errors import UsageError, UserError

_USER_ERROR = re.compile(r"listening_log\.errors\.(UserError|UsageError): (.+)")
_STEP = re.compile(r"( \[while running '[^\n]*'\])+$")


def user_error_in(error: BaseException) -> UserError | None:
    """The UserError that a Beam pipeline failed with, or None.

    Runners wrap an error once or more, add the step's name to its message, or (from another process) hand
    over only the text of its traceback.
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, UserError):
            return type(cause)(_STEP.sub("", str(cause)))
        matches = _USER_ERROR.findall(str(cause))
        if matches:
            kind, message = matches[-1]
            return (UsageError if kind == "UsageError" else UserError)(_STEP.sub("", message))
        cause = cause.__cause__ or cause.__context__
    return None
