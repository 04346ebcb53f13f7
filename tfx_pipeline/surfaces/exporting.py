"""`upnext surfaces export`: what the destinations' listeners played and saw, as a span of the log."""

import fcntl
from pathlib import Path

import pyarrow.parquet as pq
from sqlalchemy.exc import SQLAlchemyError

from listening_log.errors import UserError
from listening_log.tables.reader import read_batches
from listening_log.tables.spans import Spans, log_files
from listening_log.tables.tables import EVENTS
from surfaces.common.catalogue import Catalogue
from surfaces.store.exports import Exported, Exports
from tfx_pipeline.home.layout import Home
from tfx_pipeline.surfaces.home_application import log_source, open_store, pushed_catalogue, store_url


def lost_columns(home: Home, folder: Path) -> list[str]:
    """Columns that the events of the log have and an exported span lacks, for no play of it says anything of them.

    A run over the span stops at them unless `spans.may_lack` names them.

    Args:
        home: whose last run read the log.
        folder: of the exported span.

    Raises:
        UserError: the log can't be read.
    """
    source = log_source(home)
    newest = log_files(source.data_dir, EVENTS, source.spans or Spans(last=1))[-1]
    _, first_rows = next(read_batches(newest, EVENTS, batch_rows=1))
    return sorted({*first_rows.column_names} - {*pq.read_schema(folder / f"{EVENTS}.parquet").names})


def export(home: Home, url: str, span: int, out: Path | None) -> Exported:
    """Writes what was played and shown since the last export.

    Args:
        home: of the destinations.
        url: of the store; "": the file under HOME.
        span: the number of the new span.
        out: the data directory that gets it; None: the one that the last run read.

    Raises:
        UserError: the span is there, nothing was played, another export is under way, or something can't be
          written.
    """
    source = log_source(home)
    data_dir = Path(source.data_dir) if out is None else out
    if "://" in str(data_dir):
        raise UserError(f"a span can't be written to {data_dir}: give a mounted folder to --out, and copy it")
    if not url and not home.store_file.exists():
        raise UserError(f"{home} holds no store: `upnext surfaces --home {home}` begins one")
    catalogue = Catalogue.read(pushed_catalogue(home).extra)
    store = open_store(store_url(home, url))
    try:
        home.surfaces.mkdir(parents=True, exist_ok=True)
        with (home.surfaces / ".export.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise UserError(f"another export is under way in {home}") from None
            return Exports(store.engine, catalogue, source.config).write(data_dir, span)
    except SQLAlchemyError as error:
        raise UserError(f"the store can't be used now: {getattr(error, 'orig', None) or error}") from None
    except OSError as error:
        raise UserError(f"{error.filename or data_dir} can't be written: {error.strerror or error}") from None
    finally:
        store.close()
