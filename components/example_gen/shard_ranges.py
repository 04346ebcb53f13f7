"""What travels through Beam in place of events: where they lie on disk, and how many there are. No Beam."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from listening_log.storage.bucketed_files import BUCKETS, bucket_ranges


def _none() -> npt.NDArray[np.int64]:
    return np.zeros(BUCKETS, np.int64)


@dataclass(frozen=True)
class Spills:
    """Files of cleaned events, bucketed by listener; parts of a log merge in any order."""

    paths: tuple[str, ...] = ()
    counts: npt.NDArray[np.int64] = field(default_factory=_none)
    """[BUCKETS] events in each bucket, of all files together."""

    @classmethod
    def merge(cls, parts: Iterable["Spills"]) -> "Spills":
        """All files of all parts."""
        parts = list(parts)
        paths = (path for part in parts for path in part.paths)
        return cls(tuple(paths), sum((part.counts for part in parts), start=_none()))


@dataclass(frozen=True)
class ShardRange:
    """The listeners of one shard: those in the buckets from `first` to before `stop`."""

    index: int
    count: int
    """The number of shards."""
    first: int
    stop: int


@dataclass(frozen=True)
class SortedShard:
    """A shard's events, sorted, in the file `path`."""

    index: int
    count: int
    path: str


def shard_ranges(spills: Spills, events_a_shard: int) -> Iterator[ShardRange]:
    """Shards of about as many events. They follow from the log's events alone, not from how its files are cut."""
    ranges = bucket_ranges(spills.counts, events_a_shard)
    for index, (first, stop) in enumerate(ranges):
        yield ShardRange(index, len(ranges), first, stop)
