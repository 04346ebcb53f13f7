"""Brings a store's tables to the form that this code reads, whichever version wrote them."""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from listening_log.errors import UserError
from surfaces.store.engine import begin_writing

NEWEST: Final = "0003"
"""The revision of `surfaces.store.tables`."""
_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_WAIT_SECONDS: Final = 30.0
"""How long a process waits for another one that migrates."""
_LOCK: Final = 7_269_846_533_001
"""The advisory lock of PostgreSQL that a migration holds; any number of ours."""


def migrate(engine: Engine) -> None:
    """Migrates a store that is empty or older; of processes that start at once, one does and the others wait.

    Raises:
        UserError: a newer version of this code wrote it.
        SQLAlchemyError: the database can't be used.
    """
    if _revision(engine) == NEWEST:
        return
    with engine.connect() as connection:
        begin_writing(connection, _WAIT_SECONDS)
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        _upgrade(connection)
        connection.commit()


def _revision(engine: Engine) -> str | None:
    """The revision of the store, None where it has none: it is empty, or can't be read."""
    try:
        with engine.connect() as connection:
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except SQLAlchemyError:
        return None


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise UserError(
            f"the store was written by a newer version of Upnext ({error}): use that one, or another --store"
        ) from None
