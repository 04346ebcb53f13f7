"""Events of a log on disk between two passes: each batch in a file of its own, in it a listener in one place.

A log that doesn't fit in memory is read in batches, and each batch spilled. Then all events of some listeners
are read back from all of the files, whatever batches they came in, without reading the rest:

```
counts = sum(write_spill(batch, path) for batch, path in …)
for first, stop in bucket_ranges(counts, 400_000):
    events = read_spill(paths, first, stop)  # every event of these listeners, and of no other
```
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from listening_log.tables import files

BUCKETS: Final = 1024
"""A listener's events go to one of so many buckets. A log of 400 million events still has small ones."""
_KEY: Final = b"upnext.buckets"


def write_spill(
    table: pa.Table, path: str, buckets: int = BUCKETS, *, by: str = "user_id"
) -> npt.NDArray[np.int64]:
    """Writes a table's rows, bucket by bucket, each in the table's order.

    Args:
        table: any columns; `by` is a string column without nulls.
        path: the new file, local or remote; its folder is there.
        buckets: their number, the same for all files that are read together.
        by: the column that decides the bucket, by its value alone.

    Returns:
        [buckets] number of rows in each.
    """
    bucket = _bucket(table[by], buckets)
    counts = np.bincount(bucket, minlength=buckets)
    filled = np.flatnonzero(counts)
    ordered = table.take(pa.array(np.argsort(bucket, kind="stable"))).combine_chunks()
    schema = table.schema.with_metadata({_KEY: filled.astype("<i4").tobytes()})
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with files.create_arrow(path) as stream, pa.ipc.new_file(stream, schema, options=options) as writer:
        begin = 0
        for count in counts[filled].tolist():
            writer.write_table(ordered.slice(begin, count))
            begin += count
    return counts


def read_spill(paths: Sequence[str], first: int = 0, stop: int = BUCKETS) -> pa.Table:
    """Reads the rows of buckets `first` to `stop` (which is not among them) out of all files.

    The rows of a listener come in the order of `paths`, and within each in its table's. A column that a file
    lacks is null there. At least one path.
    """
    return pa.concat_tables((_read(path, first, stop) for path in paths), promote=True)


def bucket_ranges(counts: npt.NDArray[np.int64], rows: int) -> list[tuple[int, int]]:
    """Cuts the buckets into ranges (first, stop) of about `rows` rows each, which together hold all.

    Args:
        counts: [buckets] rows in each, of all files together.
        rows: how many a range holds at most, the rest of its last bucket apart.
    """
    filled = np.flatnonzero(counts)
    ends = np.cumsum(counts[filled])
    part = (ends - counts[filled]) // rows
    firsts = filled[np.flatnonzero(np.diff(part, prepend=-1))]
    return list(pairwise([*firsts.tolist(), len(counts)]))


def _read(path: str, first: int, stop: int) -> pa.Table:
    with files.open_arrow(path) as stream, pa.ipc.open_file(stream) as reader:
        filled = np.frombuffer(reader.schema.metadata[_KEY], "<i4")
        begin, end = np.searchsorted(filled, (first, stop)).tolist()
        batches = [reader.get_batch(place) for place in range(begin, end)]
        return pa.Table.from_batches(batches, reader.schema.remove_metadata())


def _bucket(ids: pa.ChunkedArray, buckets: int) -> npt.NDArray[np.int64]:
    """The bucket [n] of each id [n]; what pandas hashes has no seed, so all processes and machines agree."""
    import pandas as pd

    encoded = ids.combine_chunks().dictionary_encode()
    hashes = pd.util.hash_array(encoded.dictionary.to_numpy(zero_copy_only=False), categorize=False)
    return (hashes % np.uint64(buckets)).astype(np.int64)[encoded.indices.to_numpy()]
