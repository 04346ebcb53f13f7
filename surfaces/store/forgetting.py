"""Takes a listener out of a store, so that not even the file's unused places name them."""

from sqlalchemy import Engine, delete

from listening_log.errors import UserError
from surfaces.store.engine import begin_writing
from surfaces.store.tables import METADATA

_WAIT_SECONDS = 10.0


def forget_listener(engine: Engine, user_id: str) -> int:
    """Deletes all rows of a listener: plays, impressions, lists, sessions, decisions, controls.

    What was learnt over all listeners stays; it names nobody.

    Returns:
        How many rows were deleted.

    Raises:
        UserError: another process reads the store and doesn't end, so that SQLite's journal still has the rows.
        SQLAlchemyError: the database can't be used.
    """
    own = [table for table in METADATA.sorted_tables if "user_id" in table.c]
    with engine.connect() as connection:
        begin_writing(connection, _WAIT_SECONDS)
        rows = sum(
            connection.execute(delete(table).where(table.c.user_id == user_id)).rowcount for table in own
        )
        connection.commit()
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={int(_WAIT_SECONDS * 1000)}")
            busy, _, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        if busy:
            raise UserError("the store is being read, and its journal still names the listener; run it again")
    return rows
