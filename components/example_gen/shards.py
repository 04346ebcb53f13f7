"""Shards of the log: all events of some listeners, sorted, as arrays. No Beam and no TensorFlow."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import feather

from listening_log.cleaning import policies
from listening_log.cleaning.policies import (
    CLEAN_COLUMNS,
    ITEM,
    OUTCOME,
    PLAYED,
    ROW,
    TIMESTAMP,
    USER,
)
from listening_log.cleaning.row_numbers import files_of
from listening_log.tables import files
from listening_log.windows import histories


@dataclass(frozen=True)
class Shard:
    """Histories of some listeners, in the order of their ids; the events of each are oldest first."""

    listeners: list[str]
    """[U], sorted."""
    offsets: npt.NDArray[np.int64]
    """[U + 1] where each listener's events begin."""
    item: npt.NDArray[np.int32]
    """[n] index in the sorted catalogue, from 1."""
    timestamp: npt.NDArray[np.int64]
    """[n] unix seconds."""
    outcome: npt.NDArray[np.int8]
    """[n] codes of models/names.py."""
    file: npt.NDArray[np.int64]
    """[n] number of the file that each event came from."""
    context: Mapping[str, pa.DictionaryArray]
    """[n] text of each context column; null or "" = none."""

    @property
    def codes(self) -> npt.NDArray[np.int64]:
        """[n] place of each event's listener."""
        return np.repeat(np.arange(len(self.listeners)), np.diff(self.offsets))


def sorted_events(table: pa.Table) -> pa.Table:
    """Cleaned events of some listeners by listener, time and row."""
    users = pc.dictionary_encode(_whole(table[USER]))
    names = users.dictionary.to_numpy(zero_copy_only=False)
    rank = np.empty(len(names), np.int64)
    rank[np.argsort(names)] = np.arange(len(names))
    order = histories.sort_order(
        rank[users.indices.to_numpy()], table[TIMESTAMP].to_numpy(), table[ROW].to_numpy()
    )
    return table.take(pa.array(order))


def write_sorted(events: pa.Table, path: str) -> None:
    """Writes sorted events to a file for `read_sorted`."""
    with files.create_arrow(path) as stream:
        feather.write_feather(events, stream, compression="lz4")


def read_sorted(path: str) -> pa.Table:
    """The events that `write_sorted` wrote."""
    with files.open_arrow(path) as stream:
        return feather.read_table(stream, memory_map=False)


def without_repeats(events: pa.Table) -> tuple[pa.Table, npt.NDArray[np.int64]]:
    """Sorted events without those told twice, and the rows of those."""
    users = pc.dictionary_encode(_whole(events[USER])).indices.to_numpy()
    keep = policies.drop_repeats(users, *(events[name].to_numpy() for name in (ITEM, TIMESTAMP, PLAYED)))
    return events if keep.all() else events.filter(pa.array(keep)), events[ROW].to_numpy()[~keep]


def context_columns(events: pa.Table) -> list[str]:
    """Names of the columns that say where and how an item was played, sorted."""
    return sorted(set(events.column_names) - set(CLEAN_COLUMNS))


def as_shard(events: pa.Table) -> Shard:
    """Arrays of events that are sorted by listener, time and row."""
    users = pc.dictionary_encode(_whole(events[USER]))
    offsets = histories.offsets_of(users.indices.to_numpy())
    return Shard(
        # A sorted run meets its listeners in order, and so does the dictionary.
        listeners=users.dictionary.to_pylist(),
        offsets=offsets,
        item=events[ITEM].to_numpy().astype(np.int32, copy=False),
        timestamp=events[TIMESTAMP].to_numpy().astype(np.int64, copy=False),
        outcome=events[OUTCOME].to_numpy().astype(np.int8, copy=False),
        file=files_of(events[ROW].to_numpy()),
        context={name: _whole(events[name]).dictionary_encode() for name in context_columns(events)},
    )


def _whole(column: pa.ChunkedArray) -> pa.Array:
    """One array of a column, however many chunks it has."""
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
