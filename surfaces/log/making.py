"""Makes the file of a log's plays by listener, in bounded memory, by the pipeline's own reading and cleaning."""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final
from uuid import uuid4

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from listening_log.cleaning.event_histories import EventHistories
from listening_log.cleaning.event_reader import EventReader
from listening_log.cleaning.forgotten import Forgotten
from listening_log.cleaning.item_tokens import COUNTRY
from listening_log.cleaning.policies import PLAYED, TIMESTAMP
from listening_log.cleaning.users import Users
from listening_log.errors import UserError
from listening_log.storage.atomic import sync
from listening_log.storage.event_store import EventStore, temporary_store
from listening_log.windows.time_facts import TimeFacts
from models import names
from surfaces.common.catalogue import Catalogue
from surfaces.log.popular_items import PopularItems
from surfaces.log.source import LogSource

POPULAR_DAYS: Final = 14
"""Days at the log's end whose plays say what is popular."""

_TABLES: Final = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER);
CREATE TABLE listeners (
    user_id TEXT PRIMARY KEY, items BLOB, times BLOB, outcomes BLOB, ms_played BLOB, tokens TEXT
);
CREATE TABLE popularity (country TEXT PRIMARY KEY, places BLOB, plays BLOB);
"""
_DAY: Final = 86_400


def make_log_file(path: Path, source: LogSource, catalogue: Catalogue) -> None:
    """Reads a log and writes its plays by listener: aside, then renamed, so that nobody reads a half.

    Plays of items that the catalogue lacks are left out.

    Raises:
        UserError: the log can't be read, or the file not written.
    """
    staged = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        staged.unlink(missing_ok=True)
        connection = sqlite3.connect(staged)
        try:
            connection.execute("PRAGMA journal_mode=OFF")
            connection.executescript(_TABLES)
            _write(connection, source, catalogue)
            connection.commit()
        finally:
            connection.close()
        sync(staged)
        staged.replace(path)
        sync(path.parent)
    except (sqlite3.Error, OSError) as error:
        raise UserError(f"{path} can't be written: {error}") from error
    finally:
        staged.unlink(missing_ok=True)


def _write(connection: sqlite3.Connection, source: LogSource, catalogue: Catalogue) -> None:
    forgotten = source.forgotten()
    reader = EventReader.of(
        source.data_dir, source.spans, config=source.config, digest=uuid4().hex, forgotten=forgotten
    )
    users = reader.users()
    ids = reader.catalog().item_ids.to_pylist()
    places = np.array([-1, *(_place(catalogue, item_id) for item_id in ids)], np.int32)
    with temporary_store() as store:
        last = _spill(reader, store)
        times = TimeFacts()
        lately, ever = (PopularItems(catalogue.size, after) for after in (last - POPULAR_DAYS * _DAY, -1))
        for part in store.parts():
            histories, _ = EventHistories.of(part)
            connection.executemany(
                "INSERT INTO listeners VALUES (?, ?, ?, ?, ?, ?)", _rows(histories, places, users)
            )
            countries = _countries(histories, users)
            for popular in (lately, ever):  # which of them counts is known at the end
                popular.add(histories, places, countries)
            times = times.merge(TimeFacts.from_sorted(histories.codes, histories.timestamp))
    if users is not None:
        connection.executemany(
            "INSERT OR IGNORE INTO listeners VALUES (?, x'', x'', x'', x'', ?)", _silent(users, forgotten)
        )
    popular, days = (ever, 0) if times.order_only else (lately, POPULAR_DAYS)
    connection.executemany("INSERT INTO popularity VALUES (?, ?, ?)", popular.rows())
    facts = {"has_times": int(not times.order_only), "popular_days": days}
    connection.executemany("INSERT INTO facts VALUES (?, ?)", facts.items())


def _place(catalogue: Catalogue, item_id: str) -> int:
    place = catalogue.place_of(item_id)
    return -1 if place is None else place


def _spill(reader: EventReader, store: EventStore) -> int:
    """Reads all events into the store; returns the time of the last one."""
    last = 0
    for number in range(len(reader.files.paths)):
        for batch in reader.read(number):
            events = batch.clean.table
            if events.num_rows:
                last = max(last, int(events[TIMESTAMP].to_numpy().max()))
                store.add(events)
    return last


def _rows(
    histories: EventHistories, places: npt.NDArray[np.int32], users: Users | None
) -> Iterator[tuple[str, bytes, bytes, bytes, bytes, str]]:
    item, timestamp, outcome = places[histories.item], histories.timestamp, histories.outcome
    played = histories.table[PLAYED].to_numpy()
    listeners, offsets = histories.listeners, histories.offsets
    tokens: Iterable[list[str] | None] = users.tokens_of(listeners).to_pylist() if users else []
    by_listener = dict(zip(listeners.to_pylist(), tokens, strict=False))
    for number, user_id in enumerate(listeners.to_pylist()):
        own = np.arange(offsets[number], offsets[number + 1])
        own = own[item[own] >= 0]
        yield (
            user_id,
            item[own].tobytes(),
            timestamp[own].tobytes(),
            outcome[own].astype(np.int8).tobytes(),
            played[own].astype(np.int64).tobytes(),
            json.dumps(by_listener.get(user_id) or []),
        )


def _silent(users: Users, forgotten: Forgotten) -> Iterator[tuple[str, str]]:
    for user_id, tokens in zip(users.table[names.USER_ID], users.table["tokens"], strict=True):
        if user_id.as_py() not in forgotten:
            yield user_id.as_py(), json.dumps(tokens.as_py())


def _countries(histories: EventHistories, users: Users | None) -> list[str]:
    """[n] the country of each event: what it says itself, else the listener's, "" for none."""
    of_listeners = [""] * len(histories.listeners)
    if users is not None:
        start = f"{COUNTRY}="
        for number, tokens in enumerate(users.tokens_of(histories.listeners).to_pylist()):
            own = [token.removeprefix(start) for token in tokens or [] if token.startswith(start)]
            of_listeners[number] = own[0] if own else ""
    at_home = pa.array(of_listeners, pa.string()).take(pa.array(histories.codes)).to_pylist()
    if COUNTRY not in histories.context:
        return at_home
    said = histories.context[COUNTRY].to_pylist()
    return [own or home for own, home in zip(said, at_home, strict=True)]
