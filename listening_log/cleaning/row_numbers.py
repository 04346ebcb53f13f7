"""Numbers the rows of a table over all its files: file number and row of the file in one int64."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from listening_log.tables.reader import place

_ROW_BITS: Final = 40
_ROW_MASK: Final = (1 << _ROW_BITS) - 1

Rows = npt.NDArray[np.int64]


def number_rows(file: int, first_row: int, count: int) -> Rows:
    """Numbers [count] of the rows from `first_row` on (from 0) of the file with this number."""
    return (np.int64(file) << _ROW_BITS) | (first_row + np.arange(count, dtype=np.int64))


def files_of(rows: Rows) -> Rows:
    """The number [n] of the file of each row [n]."""
    return rows >> _ROW_BITS


def rows_in_file(rows: Rows) -> Rows:
    """The place [n] of each row [n] in its file, from 0."""
    return rows & _ROW_MASK


def place_of(row: int, paths: Sequence[str]) -> str:
    """File and line (or row) of a row, as a person finds it."""
    return place(paths[row >> _ROW_BITS], row & _ROW_MASK)
