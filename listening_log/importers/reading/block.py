"""A block of rows that an importer reads, and its account of those that it drops."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Mask = npt.NDArray[np.bool_]


class Ledger(Protocol):
    """Keeps account of what was repaired, dropped or left out: a LogWriter."""

    def count(self, policy: str, what: str, count: int, place: str) -> None:
        """Adds to a policy's count; `what` and `place` (file and line) of its first time stay."""


def count_empty_file(log: Ledger, path: str) -> None:
    """Counts a file without content, which is passed over."""
    log.count("empty_file", "empty files: passed over", 1, path)


@dataclass(frozen=True)
class Block:
    """Rows that were read together, and where they stand."""

    path: str

    def place(self, row: int) -> str:
        """File and line (or entry) of a row."""
        raise NotImplementedError

    def count(self, log: Ledger, policy: str, what: str, rows: Mask) -> None:
        """Counts the rows where the mask [n] is true."""
        if rows.any():
            log.count(policy, what, int(rows.sum()), self.place(int(np.argmax(rows))))

    def usable(self, log: Ledger, *faults: tuple[str, str, Mask | pa.Array | pa.ChunkedArray]) -> Mask:
        """The rows [n] without a fault: each has a policy, what is done, and a mask [n] without nulls.

        A row with several faults counts for the first of them.
        """
        usable = np.ones(len(faults[0][2]), bool)
        for policy, what, faulty in faults:
            rows = np.asarray(faulty)
            self.count(log, policy, what, usable & rows)
            usable &= ~rows
        return usable
