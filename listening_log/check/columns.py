"""How full the columns of a table are, and how many different values they have."""

from collections.abc import Iterable
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from listening_log.check.report import Column
from listening_log.tables.reader import read_batches

MOST_VALUES: Final = 100_000
"""Different values are counted up to here."""


class ColumnCounts:
    """Counts the columns of a table, batch after batch. Its memory is bounded by MOST_VALUES a column."""

    def __init__(self, *, with_values: bool = False) -> None:
        self._with_values = with_values
        self._rows = 0
        self._filled: dict[str, int] = {}
        self._values: dict[str, pa.Array] = {}

    def add(self, table: pa.Table, columns: Iterable[str]) -> None:
        """Counts `columns` of the rows; with values, they are text."""
        self._rows += table.num_rows
        for name in columns:
            column = table[name]
            filled = _filled(column)
            self._filled[name] = self._filled.get(name, 0) + filled
            if self._with_values:
                self._meet(name, column)

    def _meet(self, name: str, column: pa.ChunkedArray) -> None:
        known = self._values.setdefault(name, pa.array([], pa.string()))
        if len(known) < MOST_VALUES:
            met = column.unique()
            new = pc.and_(pc.not_equal(met, ""), pc.invert(pc.is_in(met, value_set=known)))
            self._values[name] = pa.concat_arrays([known, met.filter(new)])[:MOST_VALUES]

    def columns(self) -> list[Column]:
        """What was counted, in the order in which the columns came."""
        return [
            Column(
                name,
                filled / self._rows if self._rows else 0.0,
                len(self._values[name]) if self._with_values else None,
            )
            for name, filled in self._filled.items()
        ]


def count_columns(paths: Iterable[str], table: str, key: str) -> list[Column]:
    """The columns of a table's files, its key `key` apart."""
    counts = ColumnCounts()
    for path in paths:
        for _, batch in read_batches(path, table):
            counts.add(batch, [name for name in batch.column_names if name != key])
    return counts.columns()


def _filled(column: pa.ChunkedArray) -> int:
    present = len(column) - column.null_count
    if pa.types.is_string(column.type):
        present -= pc.sum(pc.equal(column, "")).as_py() or 0
    return int(present)
