"""Takes a listener out of what the destinations keep: their store, and the log's plays by listener."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from listening_log.errors import UserError
from surfaces.common.errors import UnavailableError
from surfaces.store.forgetting import forget_listener
from surfaces.store.store import Store
from tfx_pipeline.home.layout import Home


def plays_files(home: Home) -> Iterator[Path]:
    """Files of the log's plays by listener, which the destinations make again."""
    yield from home.surfaces.glob("log-*.sqlite")
    yield from home.surfaces.glob(".log-*.partial")


def forget_in_stores(home: Home, user: str, url: str) -> int:
    """Deletes the listener's rows from the store under HOME, and from the one that is named.

    Returns:
        How many rows were deleted.

    Raises:
        UserError: a store can't be used, or the destinations had one elsewhere and it isn't named.
    """
    urls = [f"sqlite:///{home.store_file.resolve()}"] if home.store_file.exists() else []
    rows = sum(_forget(each, user) for each in [*urls, *([url] if url else [])])
    if not url and home.other_store_file.exists():
        other = home.other_store_file.read_text(encoding="utf-8").strip()
        raise UserError(f"the destinations kept plays in {other}, too: run it again with --store {other}")
    return rows


def _forget(url: str, user: str) -> int:
    try:
        store = Store(url)
        try:
            return forget_listener(store.engine, user)
        finally:
            store.close()
    except (SQLAlchemyError, UnavailableError) as error:
        raise UserError(f"the store can't be used now: {getattr(error, 'orig', None) or error}") from None
