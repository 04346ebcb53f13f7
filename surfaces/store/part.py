"""What the parts of the store have in common: one database, and of whom nothing is written."""

from typing import Final

from listening_log.cleaning.forgotten import Forgotten
from surfaces.store.database import Database

KEPT_NOTHING_OF: Final = "(nobody)"
"""A listener of whom nothing is kept: who asks to see whether answers come."""


class Part:
    """A part of the store.

    Args:
        url: of SQLAlchemy: `sqlite:////path/store.sqlite` or `postgresql+psycopg://…`.
    """

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        self._forgotten = Forgotten()

    def leave_out(self, forgotten: Forgotten) -> None:
        """From now on nothing is written of these listeners, whatever they play, are shown and wish."""
        self._forgotten = forgotten

    def keeps(self, user_id: str) -> bool:
        """Whether anything is written of a listener."""
        return user_id != KEPT_NOTHING_OF and user_id not in self._forgotten
