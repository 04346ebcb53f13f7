"""Made worlds for benchmarks: how large, and rewritten as a MovieLens release, or skewed, batch by batch.

python -m benchmarks.made_logs ratings|listener|item WORLD OUT
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from shutil import copyfile
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

DAYS: Final = 120
EVENTS_A_DAY: Final = 2.1
"""Events of a made listener; measured: 2.09 over 90 days, 2.11 over 180."""
EVENTS_AN_ITEM: Final = 100
ONE_LISTENERS_EVENTS: Final = 3_000_000
ONE_ITEMS_SHARE: Final = 0.3
_BATCH: Final = 1 << 18
_RATINGS: Final = pa.schema(
    [("userId", pa.int64()), ("movieId", pa.int64()), ("rating", pa.float64()), ("timestamp", pa.int64())]
)
Skew = Callable[[pa.RecordBatch, int, int], pa.RecordBatch]


def world_size(events: int, items: int | None) -> list[str]:
    """Flags of `upnext data make` for a world of about so many events."""
    users = max(2, round(events / (EVENTS_A_DAY * DAYS)))
    items = items or max(100, events // EVENTS_AN_ITEM)
    return ["--users", str(users), "--items", str(items), "--days", str(DAYS)]


def ratings(world: Path, out: Path) -> None:
    """Writes the world's events and items in the layout of MovieLens 20M: each event a rating."""
    out.mkdir(parents=True, exist_ok=True)
    users = pq.read_table(world / "users.parquet", columns=["user_id"])["user_id"].combine_chunks()
    catalog = pq.read_table(world / "catalog.parquet", columns=["item_id", "title", "genres"])
    items = catalog["item_id"].combine_chunks()
    movies = catalog.set_column(0, "movieId", _numbers(items, items))
    pacsv.write_csv(movies, out / "movies.csv")
    with pacsv.CSVWriter(out / "ratings.csv", _RATINGS) as writer:
        for batch in _batches(world):
            stars = np.where(batch.column("end_reason").to_numpy(False) == "done", 5.0, 2.5)
            columns = [
                _numbers(batch.column("user_id"), users),
                _numbers(batch.column("item_id"), items),
                pa.array(stars),
                batch.column("timestamp"),
            ]
            writer.write_table(pa.table(columns, schema=_RATINGS))


def one_listener(batch: pa.RecordBatch, begin: int, events: int) -> pa.RecordBatch:
    """The first 3 million events (of a smaller log half) are all those of one listener."""
    mine = begin + np.arange(batch.num_rows) < min(ONE_LISTENERS_EVENTS, events // 2)
    return _with(batch, "user_id", mine, "everyone")


def one_item(batch: pa.RecordBatch, begin: int, events: int) -> pa.RecordBatch:
    """Three of ten events are plays of one item: the first that is played."""
    del events
    mine = (begin + np.arange(batch.num_rows)) % 10 < 10 * ONE_ITEMS_SHARE
    return _with(batch, "item_id", mine, str(batch.column("item_id")[0]))


def skewed(world: Path, out: Path, skew: Skew) -> None:
    """Writes the world with its events changed."""
    out.mkdir(parents=True, exist_ok=True)
    for name in ("catalog.parquet", "users.parquet"):
        copyfile(world / name, out / name)
    metadata = pq.read_metadata(world / "events.parquet")
    begin = 0
    with pq.ParquetWriter(out / "events.parquet", metadata.schema.to_arrow_schema()) as writer:
        for batch in _batches(world):
            writer.write_batch(skew(batch, begin, metadata.num_rows))
            begin += batch.num_rows


def _batches(world: Path) -> Iterator[pa.RecordBatch]:
    return pq.ParquetFile(world / "events.parquet").iter_batches(_BATCH)


def _numbers(ids: pa.Array, known: pa.Array) -> pa.Array:
    return pc.add(pc.index_in(ids, value_set=known), 1).cast(pa.int64())


def _with(batch: pa.RecordBatch, name: str, where: np.ndarray, value: str) -> pa.RecordBatch:
    place = batch.schema.get_field_index(name)
    columns = list(batch.columns)
    columns[place] = pc.if_else(pa.array(where), value, columns[place])
    return pa.record_batch(columns, schema=batch.schema)


def main(argv: Sequence[str]) -> None:
    """`ratings`, `listener` or `item`, the world, and where to write."""
    kind, world, out = argv[0], Path(argv[1]), Path(argv[2])
    if kind == "ratings":
        ratings(world, out)
    else:
        skewed(world, out, {"listener": one_listener, "item": one_item}[kind])


if __name__ == "__main__":
    main(sys.argv[1:])
