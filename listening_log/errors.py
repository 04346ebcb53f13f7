"""Errors that are the user's to mend: one line each, told without a traceback.

A message says what happened, where (file, field, flag), and what to do.
"""


class UserError(Exception):
    """The data or the run failed in a way that the user can mend."""


class UsageError(UserError):
    """A wrong argument, key or value of a command or a configuration."""
