"""How often each policy applied to the rows of a table, and where first: the one ledger of all that is mended."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from listening_log.cleaning.row_numbers import Rows, place_of


@dataclass(frozen=True)
class PolicyCounts:
    """Counts and first rows of policies, by their names; those of parts of a log add up in any order.

    ```
    counts = PolicyCounts.of({"no_time": [False, True]}, row_numbers)
    counts += PolicyCounts.single("repeat", 3, first_row=7)
    counts.places(paths)  # {"no_time": "events.csv, line 3", …}
    ```
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    """Rows that each policy applied to; a policy without any is absent."""
    first_rows: Mapping[str, int] = field(default_factory=dict)
    """Number (`row_numbers`) of the first such row; absent where it must not be told."""
    newest: Mapping[str, int] = field(default_factory=dict)
    """Counts in the newest span's files alone, where spans are told apart."""

    @classmethod
    def of(cls, masks: Mapping[str, npt.NDArray[np.bool_]], rows: Rows) -> "PolicyCounts":
        """Counts the rows of a batch.

        Args:
            masks: which rows [n] each policy applies to.
            rows: numbers [n] of the rows, ascending or not.
        """
        applied = {policy: rows[mask] for policy, mask in masks.items() if mask.any()}
        return cls(
            {policy: len(those) for policy, those in applied.items()},
            {policy: int(those.min()) for policy, those in applied.items()},
        )

    @classmethod
    def single(cls, policy: str, count: int, first_row: int | None = None) -> "PolicyCounts":
        """Counts of one policy; empty where `count` is 0."""
        if not count:
            return cls()
        return cls({policy: count}, {} if first_row is None else {policy: first_row})

    @classmethod
    def merge(cls, parts: Iterable["PolicyCounts"]) -> "PolicyCounts":
        """Counts and first rows of all parts together."""
        counts: Counter[str] = Counter()
        newest: Counter[str] = Counter()
        first_rows: dict[str, int] = {}
        for part in parts:
            counts.update(part.counts)
            newest.update(part.newest)
            for policy, row in part.first_rows.items():
                first_rows[policy] = min(row, first_rows.get(policy, row))
        return cls(dict(counts), first_rows, dict(newest))

    def __add__(self, other: "PolicyCounts") -> "PolicyCounts":
        return self.merge((self, other))

    def as_newest(self) -> "PolicyCounts":
        """These counts, all of them counted for the newest span too."""
        return replace(self, newest=self.counts)

    def places(self, paths: Sequence[str]) -> dict[str, str]:
        """File and row of each policy's first row, as a person finds it; `paths` by the number of the file."""
        return {policy: place_of(row, paths) for policy, row in self.first_rows.items()}

    @property
    def most_frequent(self) -> str | None:
        """The policy that applied most often (of equals the first by name); None where none did."""
        return min(self.counts, key=lambda policy: (-self.counts[policy], policy), default=None)
