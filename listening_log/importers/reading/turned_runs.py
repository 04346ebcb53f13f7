"""Turns around the order of rows that belong together, where a file lists them newest first."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc


class TurnedRuns:
    """Turns each run of rows with equal keys around, over the ends of blocks too."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Runs have one value of each column `keys`."""
        self._keys = keys
        self._last: pa.Table | None = None

    def turn(self, rows: pa.Table) -> pa.Table:
        """The rows so far whose runs are complete, each run turned around."""
        rows = pa.concat_tables([self._last, rows]) if self._last is not None else rows
        starts = self._starts(rows)
        last = int(starts[-1]) if len(starts) else 0
        self._last = rows.slice(last)
        return _turned(rows.slice(0, last), starts[:-1])

    def take_pending(self, schema: pa.Schema) -> pa.Table:
        """The rows of the last run as they came, which are then no longer held back."""
        rows, self._last = self._last, None
        return schema.empty_table() if rows is None else rows

    def finish(self) -> pa.Table | None:
        """The last run, turned around; None where there were no rows."""
        return None if self._last is None else _turned(self._last, self._starts(self._last))

    def _starts(self, rows: pa.Table) -> npt.NDArray[np.int64]:
        changes = np.zeros(max(len(rows) - 1, 0), bool)
        for key in self._keys:
            values = rows[key].combine_chunks()
            changes |= pc.not_equal(values[1:], values[:-1]).to_numpy(False)
        return np.flatnonzero(np.r_[[True] * bool(len(rows)), changes])


def _turned(rows: pa.Table, starts: npt.NDArray[np.int64]) -> pa.Table:
    lengths = np.diff(np.r_[starts, rows.num_rows])
    if not (lengths > 1).any():
        return rows
    order = np.repeat(2 * starts + lengths - 1, lengths) - np.arange(rows.num_rows)
    return rows.take(pa.array(order))
