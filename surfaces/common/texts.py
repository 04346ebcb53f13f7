"""Texts that a request may have: their lengths, and no character that a database can't keep."""

from typing import Annotated, Final, TypeAlias

from pydantic import StringConstraints

_NO_NUL: Final = r"^[^\x00]*$"

Id: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=_NO_NUL)]
"""An id of a listener, an item or a request, whatever it looks like."""
Word: TypeAlias = Annotated[str, StringConstraints(max_length=64, pattern=_NO_NUL)]
"""A value of context, "" for none."""
