"""Errors that are the user's to mend: one line each, told without a traceback.

A message says what happened, where (file, field, flag), and what to do.
"""


class UserError(Exception):
    """The data or the run failed in a way that the user can mend. Exit code 1."""

    exit_code = 1


class UsageError(UserError):
    """A wrong flag, key or value in a command or a configuration. Exit code 2."""

    exit_code = 2
