"""`Store`: plays, impressions, frozen lists, sessions, learnt states and controls, in SQLite or PostgreSQL."""

from sqlalchemy import Engine

from surfaces.store.learning import Learning
from surfaces.store.listening import Listening
from surfaces.store.lists import Lists


class Store(Listening, Lists, Learning):
    """What the destinations remember; safe to use from any number of threads and processes.

    Args:
        url: of SQLAlchemy: `sqlite:////path/store.sqlite` or `postgresql+psycopg://…`.

    Raises:
        UserError: at the start, where a newer version of this code wrote the store.
        UnavailableError: by every method, where the database can't be reached, is locked or full.
    """

    @property
    def engine(self) -> Engine:
        """The connections, for work that is no listener's: an export, a forgetting."""
        return self._database.engine

    def close(self) -> None:
        """Closes the connections."""
        self._database.engine.dispose()
