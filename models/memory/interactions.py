"""The plays of listeners, one history after the other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp


@dataclass(frozen=True)
class Interactions:
    """Sequences of plays: listener `u` holds `items[offsets[u]:offsets[u + 1]]`, oldest first."""

    items: npt.NDArray[np.int32]
    """[E] item indices 1..N."""
    offsets: npt.NDArray[np.int64]
    """[U + 1]."""
    n_items: int

    @classmethod
    def from_sequences(cls, sequences: Sequence[Sequence[int]], n_items: int) -> "Interactions":
        """Puts sequences of item indices one after the other.

        Raises:
            ValueError: an index is outside 1..N.
        """
        arrays = [np.asarray(sequence, np.int32) for sequence in sequences]
        lengths = [len(array) for array in arrays]
        flat = np.concatenate([np.zeros(0, np.int32), *arrays])
        if len(flat) and not 1 <= flat.min() <= flat.max() <= n_items:
            raise ValueError(f"items must be in 1..{n_items}, found {flat.min()}..{flat.max()}")
        return cls(flat, np.append(0, np.cumsum(lengths)).astype(np.int64), n_items)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def rows(self) -> npt.NDArray[np.int64]:
        """Returns the listener of each play: int64 [E]."""
        return np.repeat(np.arange(len(self)), np.diff(self.offsets))

    def slice(self, begin: int, end: int) -> "Interactions":
        """Returns the listeners `begin` to `end`."""
        offsets = self.offsets[begin : end + 1]
        return Interactions(self.items[offsets[0] : offsets[-1]], offsets - offsets[0], self.n_items)

    def matrix(self, decay: float = 1.0) -> sp.csr_matrix:
        """Sums `decay` to the power of how many plays ago each play was (0 for the last): float32 [U, N + 1]."""
        age = self.offsets[1:][self.rows()] - 1 - np.arange(len(self.items))
        weights = np.power(decay, age, dtype=np.float32)
        shape = (len(self), self.n_items + 1)
        return sp.csr_matrix((weights, (self.rows(), self.items)), shape=shape, dtype=np.float32)

    def seen(self) -> sp.csr_matrix:
        """Marks what each listener has played: float32 [U, N + 1], 0 or 1."""
        matrix = self.matrix()
        matrix.data[:] = 1.0
        return matrix


def popularity_of(interactions: Interactions) -> npt.NDArray[np.float32]:
    """Counts the plays of each item: float32 [N + 1]."""
    return np.bincount(interactions.items, minlength=interactions.n_items + 1).astype(np.float32)
