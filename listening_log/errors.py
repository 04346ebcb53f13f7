"""Errors that are the user's to mend: one line each, told without a traceback.

A message says what happened, where (file, field, flag), and what to do.
"""


class UserError(Exception):
    """The data or the run failed in a way that the user can mend."""


class UsageError(UserError):
    """A wrong argument, key or value of a command or a configuration."""


def one_line(error: BaseException) -> str:
    """The error's whole text on one line; the name of its type where it has none."""
    return " ".join(str(error).split()) or type(error).__name__


def first_line(error: BaseException) -> str:
    """The first line of the error's text, for libraries that go on with what they read; else its type's name."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def last_line(error: BaseException) -> str:
    """The error's type and its last line, for libraries that say what went wrong after where (Keras, Beam)."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[-1].strip()}" if lines else type(error).__name__
