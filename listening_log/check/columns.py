"""How full the columns of a table are, and how many different values they have."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from listening_log.check.report import Column, ValuedColumn
from listening_log.tables.reader import read_batches

MOST_VALUES: Final = 100_000
"""Different values are counted up to here."""


class FilledCounts:
    """Counts how full the columns of a table are, batch after batch."""

    def __init__(self) -> None:
        self._rows = 0
        self._filled: Counter[str] = Counter()

    def add(self, table: pa.Table, columns: Iterable[str]) -> None:
        """Counts `columns` of the rows."""
        self._rows += table.num_rows
        for name in columns:
            self._filled[name] += _filled(table[name])

    def shares(self) -> dict[str, float]:
        """The share of rows with a value by column, in the order in which the columns came."""
        return {name: filled / self._rows if self._rows else 0.0 for name, filled in self._filled.items()}


class ValueCounts(FilledCounts):
    """Counts different values of text columns too. Its memory is bounded by MOST_VALUES a column."""

    def __init__(self) -> None:
        super().__init__()
        self._values: dict[str, pa.Array] = {}

    def add(self, table: pa.Table, columns: Iterable[str]) -> None:
        """Counts `columns` of the rows."""
        columns = list(columns)
        super().add(table, columns)
        for name in columns:
            known = self._values.setdefault(name, pa.array([], pa.string()))
            if len(known) < MOST_VALUES:
                values = table[name].unique()
                new = pc.and_(pc.not_equal(values, ""), pc.invert(pc.is_in(values, value_set=known)))
                self._values[name] = pa.concat_arrays([known, values.filter(new)])[:MOST_VALUES]

    def columns(self) -> dict[str, ValuedColumn]:
        """The columns by name."""
        return {
            name: ValuedColumn(filled, len(self._values[name]), len(self._values[name]) == MOST_VALUES)
            for name, filled in self.shares().items()
        }


def count_columns(paths: Iterable[str], table: str, key: str) -> dict[str, Column]:
    """The columns of a table's files by name, its key `key` apart."""
    counts = FilledCounts()
    for path in paths:
        for _, batch in read_batches(path, table):
            counts.add(batch, [name for name in batch.column_names if name != key])
    return {name: Column(filled) for name, filled in counts.shares().items()}


def _filled(column: pa.ChunkedArray) -> int:
    present = len(column) - column.null_count
    if pa.types.is_string(column.type):
        present -= pc.sum(pc.equal(column, "")).as_py() or 0
    return int(present)
