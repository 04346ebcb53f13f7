"""How the store reads and writes its database, and what it says where that fails."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from surfaces.common.errors import UnavailableError
from surfaces.store.engine import begin_writing, make_engine
from surfaces.store.schema import migrate
from surfaces.store.turns import make_turns


class Database:
    """A database with the newest schema; safe to use from any number of threads and processes.

    Args:
        url: of SQLAlchemy: `sqlite:////path/store.sqlite` or `postgresql+psycopg://…`.

    Raises:
        UserError: at the start, where a newer version of this code wrote it.
        UnavailableError: whenever it can't be reached, is locked or full.
    """

    def __init__(self, url: str) -> None:
        self.engine: Final = make_engine(url)
        self._turns = make_turns(self.engine)
        with self._reported():
            migrate(self.engine)

    @property
    def insert(self) -> Callable[..., Any]:
        """The database's own insert, which knows what to do with a row that is there already."""
        return sqlite.insert if self.engine.dialect.name == "sqlite" else postgresql.insert

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Opens a connection."""
        with self._reported(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Opens a connection in a transaction, which is committed at the end."""
        with self._reported(), self.engine.connect() as connection, self._turns:
            begin_writing(connection)
            yield connection
            connection.commit()

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except SQLAlchemyError as error:
            reason = getattr(error, "orig", None) or error
            raise UnavailableError(f"the store can't be used now: {reason}") from None
