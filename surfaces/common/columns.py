"""Columns of a catalogue, coded: which of its different values each item has."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int32]

NOBODY: Final = -1
"""The code of a creator or a kind where the catalogue doesn't say."""


@dataclass(frozen=True)
class Column:
    """A column with at most one value an item."""

    values: Sequence[str]
    """The different values."""
    codes: Places
    """[N] which of them each item has, NOBODY for none."""

    def value(self, place: int) -> str:
        """The value of an item, "" for none."""
        code = self.codes[place]
        return "" if code == NOBODY else self.values[code]

    @cached_property
    def code_of(self) -> dict[str, int]:
        """The code of each value."""
        return {value: code for code, value in enumerate(self.values)}

    @cached_property
    def matrix(self) -> csr_matrix:
        """[N, values] float64, 1 where an item has a value."""
        filled = np.flatnonzero(self.codes != NOBODY)
        size = (len(self.codes), len(self.values))
        return csr_matrix((np.ones(len(filled)), (filled, self.codes[filled])), size)

    @property
    def shares(self) -> csr_matrix:
        """[N, values] float64, `matrix`: an item has one value."""
        return self.matrix

    def having(self, value: str) -> Bools:
        """[N] whether an item has this value."""
        code = self.code_of.get(value)
        return np.zeros(len(self.codes), bool) if code is None else self.codes == code


@dataclass(frozen=True)
class ManyColumn:
    """A column with any number of values an item."""

    values: Sequence[str]
    """The different values."""
    offsets: npt.NDArray[np.int64]
    """[N + 1] where each item's values begin among `codes`."""
    codes: Places
    """Which values."""

    @cached_property
    def code_of(self) -> dict[str, int]:
        """The code of each value."""
        return {value: code for code, value in enumerate(self.values)}

    @cached_property
    def matrix(self) -> csr_matrix:
        """[N, values] float64, 1 where an item has a value."""
        size = (len(self.offsets) - 1, len(self.values))
        return csr_matrix((np.ones(len(self.codes)), self.codes, self.offsets), size)

    @cached_property
    def shares(self) -> csr_matrix:
        """[N, values] float64, each item's values in equal parts that sum to 1."""
        counts = np.diff(self.offsets)
        return csr_matrix((1 / np.repeat(counts, counts), self.codes, self.offsets), self.matrix.shape)

    def codes_at(self, place: int) -> Places:
        """The codes of an item's values."""
        return self.codes[self.offsets[place] : self.offsets[place + 1]]

    def values_at(self, place: int) -> list[str]:
        """The values of an item."""
        return [self.values[code] for code in self.codes_at(place)]

    def having(self, value: str) -> Bools:
        """[N] whether an item has this value among its own."""
        bearing = np.zeros(len(self.offsets) - 1, bool)
        code = self.code_of.get(value)
        if code is not None:
            bearing[self._rows[self.codes == code]] = True
        return bearing

    @cached_property
    def _rows(self) -> Places:
        """Which item each of `codes` belongs to."""
        return np.repeat(np.arange(len(self.offsets) - 1, dtype=np.int32), np.diff(self.offsets))
