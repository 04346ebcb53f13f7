"""Writes a made world's tables; a reader sees a whole world or none."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from listening_log.errors import UsageError, UserError
from listening_log.storage.atomic import replace_folder
from listening_log.world.events import END_REASONS, Events
from listening_log.world.items import COUNTRIES
from listening_log.world.listeners import PLANS, Listeners
from listening_log.world.sessions import DEVICES, SURFACES
from listening_log.world.truth import TRUTH_FILE

EVENTS_FILE = "events.parquet"
CATALOG_FILE = "catalog.parquet"
USERS_FILE = "users.parquet"
_OWN = {EVENTS_FILE, CATALOG_FILE, USERS_FILE, Path(TRUTH_FILE).parts[0]}

_EVENTS_SCHEMA = pa.schema(
    [
        ("user_id", pa.string()),
        ("item_id", pa.string()),
        ("timestamp", pa.int64()),
        ("ms_played", pa.int64()),
        ("end_reason", pa.string()),
        ("surface", pa.string()),
        ("device", pa.string()),
    ]
)


class EventsWriter:
    """Writes chunks of events as row groups of one Parquet file."""

    def __init__(self, path: Path, item_ids: np.ndarray, start: int):
        # Numbers grow too many for a dictionary, and trying one costs time.
        text = [field.name for field in _EVENTS_SCHEMA if field.type == pa.string()]
        self._writer = pq.ParquetWriter(path, _EVENTS_SCHEMA, use_dictionary=text)
        self._item_ids = pa.array(item_ids.tolist(), pa.string())
        self._start = start

    def close(self) -> None:
        """Completes the file."""
        self._writer.close()

    def write(self, events: Events, user_ids: np.ndarray) -> None:
        """Appends the events of the listeners `user_ids` [n]."""
        columns = [
            _strings(pa.array(user_ids.tolist(), pa.string()), events.listener),
            _strings(self._item_ids, events.item),
            pa.array(events.second + self._start),
            pa.array(events.ms_played),
            _strings(pa.array(END_REASONS), events.end_reason),
            _strings(pa.array(SURFACES), events.surface),
            _strings(pa.array(DEVICES), events.device),
        ]
        self._writer.write_table(
            pa.table(columns, schema=_EVENTS_SCHEMA), row_group_size=len(events.item) or None
        )


def _strings(values: pa.Array, index: np.ndarray) -> pa.Array:
    return values.take(pa.array(index))


def write_catalog(path: Path, table: pa.Table) -> None:
    pq.write_table(table, path)


def write_users(path: Path, listeners: Listeners, user_ids: np.ndarray) -> None:
    """The contract's `users`."""
    table = pa.table(
        {
            "user_id": pa.array(user_ids.tolist(), pa.string()),
            "country": pa.array(np.array(COUNTRIES, object)[listeners.country], pa.string()),
            "age": pa.array(listeners.age, pa.int64()),
            "plan": pa.array(np.array(PLANS, object)[listeners.plan], pa.string()),
        }
    )
    pq.write_table(table, path)


@contextmanager
def whole_directory(out_dir: Path) -> Iterator[Path]:
    """A new folder beside `out_dir` to write in; at a good end it becomes `out_dir`, else it is removed.

    An earlier made world in `out_dir` is replaced.

    Raises:
        UsageError: `out_dir` is not a folder, or holds other files than a made world.
        UserError: the disk says no.
    """
    _refuse_foreign(out_dir)
    try:
        with replace_folder(out_dir) as folder:
            yield folder
    except OSError as error:
        raise UserError(f"{out_dir}: cannot write the world: {error.strerror or error}") from None


def _refuse_foreign(out_dir: Path) -> None:
    if out_dir.parent.exists() and not out_dir.parent.is_dir():
        raise UsageError(f"{out_dir.parent}: is a file; name a folder for the world")
    if not out_dir.exists():
        return
    if not out_dir.is_dir():
        raise UsageError(f"{out_dir}: is a file; name a folder for the world")
    names = {path.name for path in out_dir.iterdir()}
    if names and not (names <= _OWN and (out_dir / TRUTH_FILE).is_file()):
        other = min(names - _OWN, default=min(names))
        raise UsageError(f"{out_dir}: holds other files ({other}); name a new or an empty folder")
