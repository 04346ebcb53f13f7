"""Cleaned events of some listeners as sorted histories, exact duplicates dropped."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import feather

from listening_log.cleaning.policies import (
    CLEAN_COLUMNS,
    ITEM,
    OUTCOME,
    PLAYED,
    ROW,
    TIMESTAMP,
    USER,
    drop_repeats,
)
from listening_log.cleaning.row_numbers import Rows, files_of
from listening_log.tables import files
from listening_log.windows import histories


@dataclass(frozen=True)
class EventHistories:
    """Histories of some listeners, in the order of their ids; the events of each are oldest first."""

    table: pa.Table
    """The events [n], with the columns of `CleanBatch.table`; all text is encoded as dictionaries."""

    @classmethod
    def of(cls, events: pa.Table) -> tuple["EventHistories", Rows]:
        """Sorts all cleaned events of some listeners by listener, time and row.

        Args:
            events: with the columns of `CleanBatch.table`, from however many batches.

        Returns:
            The histories, and the rows of the exact duplicates that were dropped.
        """
        columns = {name: _encoded(events[name]) for name in events.column_names}
        users = columns[USER]
        names = users.dictionary.to_numpy(zero_copy_only=False)
        by_name = np.argsort(names)
        rank = np.empty(len(names), np.int32)
        rank[by_name] = np.arange(len(names), dtype=np.int32)
        codes = rank[users.indices.to_numpy()]
        columns[USER] = pa.DictionaryArray.from_arrays(codes, users.dictionary.take(pa.array(by_name)))
        item, timestamp, played, row = (columns[name].to_numpy() for name in (ITEM, TIMESTAMP, PLAYED, ROW))
        order = histories.sort_order(codes, timestamp, row)
        keep = drop_repeats(codes[order], item[order], timestamp[order], played[order])
        return cls(pa.table(columns).take(pa.array(order[keep]))), row[order[~keep]]

    @classmethod
    def read(cls, path: str) -> "EventHistories":
        """Reads the histories that `write` wrote."""
        with files.open_arrow(path) as stream:
            return cls(feather.read_table(stream, memory_map=False))

    def write(self, path: str) -> None:
        """Writes the histories to a new file."""
        with files.create_arrow(path) as stream:
            feather.write_feather(
                self.table, stream, compression="lz4", chunksize=max(1, self.table.num_rows)
            )

    @property
    def listeners(self) -> pa.Array:
        """[U] string, sorted."""
        return _encoded(self.table[USER]).dictionary

    @property
    def codes(self) -> npt.NDArray[np.int32]:
        """[n] place of each event's listener."""
        codes: npt.NDArray[np.int32] = _encoded(self.table[USER]).indices.to_numpy()
        return codes

    @property
    def offsets(self) -> npt.NDArray[np.int64]:
        """[U + 1] where each listener's events begin."""
        return histories.offsets_of(self.codes)

    @property
    def item(self) -> npt.NDArray[np.int32]:
        """[n] index in the sorted catalogue, from 1."""
        item: npt.NDArray[np.int32] = self.table[ITEM].to_numpy()
        return item

    @property
    def timestamp(self) -> npt.NDArray[np.int64]:
        """[n] unix seconds."""
        timestamp: npt.NDArray[np.int64] = self.table[TIMESTAMP].to_numpy()
        return timestamp

    @property
    def outcome(self) -> npt.NDArray[np.int8]:
        """[n] codes of `models.names`."""
        outcome: npt.NDArray[np.int8] = self.table[OUTCOME].to_numpy()
        return outcome

    @property
    def file(self) -> npt.NDArray[np.int64]:
        """[n] number of the file that each event came from."""
        return files_of(self.table[ROW].to_numpy())

    @property
    def context(self) -> Mapping[str, pa.DictionaryArray]:
        """[n] text of each context column; null or "" for none."""
        columns = sorted(set(self.table.column_names) - set(CLEAN_COLUMNS))
        return {name: _encoded(self.table[name]) for name in columns}


def _encoded(column: pa.ChunkedArray) -> pa.Array:
    """One array of a column, however many chunks it has; text as a dictionary."""
    whole = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    return whole.dictionary_encode() if pa.types.is_string(whole.type) else whole
