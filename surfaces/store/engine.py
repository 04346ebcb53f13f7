"""The connection to the database, SQLite in WAL or PostgreSQL, and how long it may keep a listener."""

from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from listening_log.errors import UserError
from surfaces.common.budget import seconds_left

BUSY_SECONDS: Final = 0.5
"""How long a writer waits for another; less where less is left for the answer."""
LEAST_SECONDS: Final = 0.05
"""How long it waits in any case, for whoever writes now is done in a few milliseconds."""
_CONNECTIONS: Final = {"pool_size": 16, "max_overflow": 64, "pool_timeout": 0.5}
_POSTGRES_OPTIONS: Final = "-c lock_timeout=300 -c statement_timeout=700"


def make_engine(url: str) -> Engine:
    """Makes the engine of a database; nothing is opened yet.

    Args:
        url: of SQLAlchemy: `sqlite:////path/store.sqlite` or `postgresql+psycopg://…`.

    Raises:
        UserError: it is no such URL.
    """
    try:
        kind = make_url(url).get_backend_name()
    except ArgumentError:
        kind = "no database"
    if kind == "postgresql":
        limits = {"connect_timeout": 2, "options": _POSTGRES_OPTIONS}
        return create_engine(url, pool_pre_ping=True, connect_args=limits, **_CONNECTIONS)
    if kind != "sqlite":
        raise UserError(
            f"the store's URL is of {kind}: expected sqlite:////PATH or postgresql+psycopg://USER@HOST/NAME"
        )
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, **_CONNECTIONS)

    @event.listens_for(engine, "connect")
    def _set(connection: Any, _: object) -> None:  # sqlite3's connection
        connection.isolation_level = None  # transactions are begun below, and not by the driver
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA secure_delete=ON")  # who is forgotten is not in the file's unused places

    return engine


def without_password(url: str) -> str:
    """The URL as it may be written down; "" for one that is none."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return ""


def patience(most: float = BUSY_SECONDS) -> float:
    """Seconds for which a writer of this answer may wait for another."""
    return max(LEAST_SECONDS, seconds_left(most))


def begin_writing(connection: Connection, wait: float = BUSY_SECONDS) -> None:
    """Begins a transaction that writes; of SQLite there is one at a time, and others wait for it.

    Args:
        connection: in no transaction yet.
        wait: seconds, or what is left of the answer's time. Who waits longer than a listener would, may also take
            as long as it takes.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA busy_timeout={int(patience(wait) * 1000)}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif wait > BUSY_SECONDS:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout={int(wait * 1000)}")
        allow_long_reading(connection)


def allow_long_reading(connection: Connection) -> None:
    """Lets a transaction read as long as it takes, which nobody waits for."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout=0")
