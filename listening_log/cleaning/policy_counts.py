"""How often each policy on events was met, and where first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from listening_log.cleaning.policies import ROW_BITS
from listening_log.tables import reader


@dataclass(frozen=True)
class Mended:
    """Counts and first places of policies; those of parts of a log merge in any order."""

    counts: dict[str, int] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    """The first row (file number << ROW_BITS | row) that met each; a policy may tell none."""
    newest: dict[str, int] = field(default_factory=dict)
    """Counts in the newest span's files alone."""

    @classmethod
    def merge(cls, parts: Iterable["Mended"]) -> "Mended":
        """Counts and places of all parts together."""
        counts: dict[str, int] = {}
        places: dict[str, int] = {}
        newest: dict[str, int] = {}
        for part in parts:
            _add(counts, part.counts)
            _add(newest, part.newest)
            for policy, row in part.places.items():
                places[policy] = min(row, places.get(policy, row))
        return cls(counts, places, newest)

    def told_places(self, files: Sequence[str]) -> dict[str, str]:
        """File and row of each policy's first event, as a person finds it."""
        mask = (1 << ROW_BITS) - 1
        return {
            policy: reader.place(files[row >> ROW_BITS], row & mask) for policy, row in self.places.items()
        }


def _add(total: dict[str, int], counts: dict[str, int]) -> None:
    for policy, count in counts.items():
        total[policy] = total.get(policy, 0) + int(count)
