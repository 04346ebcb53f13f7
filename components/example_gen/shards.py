"""Shards of the log: all events of some listeners, sorted, as arrays. No Beam and no TensorFlow."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from components.listening_log import histories, policies
from components.listening_log.policies import CLEAN_COLUMNS, ITEM, OUTCOME, PLAYED, ROW, TIMESTAMP, USER


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
    context: Mapping[str, pa.DictionaryArray]
    """[n] text of each context column; null or "" = none."""

    @property
    def codes(self) -> npt.NDArray[np.int64]:
        """[n] place of each event's listener."""
        return np.repeat(np.arange(len(self.listeners)), np.diff(self.offsets))


def partition(events: pa.Table, shards: int) -> Iterator[tuple[int, bytes]]:
    """Splits cleaned events by listener: yields (shard, Arrow stream) for each shard that has some.

    Which shard a listener goes to depends on the id alone, so all parts of a log agree.
    """
    import pandas as pd

    users = pc.dictionary_encode(_whole(events[USER]))
    hashes = pd.util.hash_array(users.dictionary.to_numpy(zero_copy_only=False), categorize=False)
    shard = (hashes % np.uint64(shards)).astype(np.int64)[users.indices.to_numpy()]
    order = np.argsort(shard, kind="stable")
    bounds = np.searchsorted(shard[order], np.arange(shards + 1))
    ordered = events.take(pa.array(order))
    for index in np.flatnonzero(np.diff(bounds)):
        yield int(index), to_bytes(ordered.slice(bounds[index], bounds[index + 1] - bounds[index]))


def to_bytes(table: pa.Table) -> bytes:
    """The table as an Arrow stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def sorted_events(parts: Iterable[bytes]) -> pa.Table:
    """All events of a shard by listener, time and row. A context column that a part lacks is null there."""
    tables = [pa.ipc.open_stream(part).read_all() for part in parts]
    table = pa.concat_tables(tables, promote=True)
    users = pc.dictionary_encode(_whole(table[USER]))
    names = users.dictionary.to_numpy(zero_copy_only=False)
    rank = np.empty(len(names), np.int64)
    rank[np.argsort(names)] = np.arange(len(names))
    order = histories.sort_order(
        rank[users.indices.to_numpy()], table[TIMESTAMP].to_numpy(), table[ROW].to_numpy()
    )
    return table.take(pa.array(order))


def without_repeats(events: pa.Table) -> tuple[pa.Table, npt.NDArray[np.int64]]:
    """Sorted events without those told twice, and the rows of those."""
    users = pc.dictionary_encode(_whole(events[USER])).indices.to_numpy()
    keep = policies.drop_repeats(users, *(events[name].to_numpy() for name in (ITEM, TIMESTAMP, PLAYED)))
    return events if keep.all() else events.filter(pa.array(keep)), events[ROW].to_numpy()[~keep]


def as_shard(events: pa.Table) -> Shard:
    """Arrays of events that are sorted by listener, time and row."""
    users = pc.dictionary_encode(_whole(events[USER]))
    offsets = histories.offsets_of(users.indices.to_numpy())
    columns = sorted(set(events.column_names) - set(CLEAN_COLUMNS))
    return Shard(
        # A sorted run meets its listeners in order, and so does the dictionary.
        listeners=users.dictionary.to_pylist(),
        offsets=offsets,
        item=events[ITEM].to_numpy().astype(np.int32, copy=False),
        timestamp=events[TIMESTAMP].to_numpy().astype(np.int64, copy=False),
        outcome=events[OUTCOME].to_numpy().astype(np.int8, copy=False),
        context={name: _whole(events[name]).dictionary_encode() for name in columns},
    )


def _whole(column: pa.ChunkedArray) -> pa.Array:
    """One array of a column, however many chunks it has."""
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
