"""Cuts a made world into spans, as its days would have come."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

_DAY = 86_400


def cut_into_spans(world: Path, out: Path, cuts: Sequence[int]) -> list[Path]:
    """Writes `out/span-1`, `out/span-2`, … and returns them: the world's events, cut before each day of `cuts`.

    Days are counted from the world's first day (UTC), which is 0: cuts 7 and 8 give the first week, the
    eighth day, and the rest. Each span has the world's whole catalogue and listeners; within a span events
    keep the world's order. Spans that are there already are replaced.
    """
    events = pq.read_table(world / "events.parquet")
    times = events["timestamp"].to_numpy()
    day = times // _DAY - times.min() // _DAY
    spans = []
    for number in range(1, len(cuts) + 2):
        span = out / f"span-{number}"
        shutil.rmtree(span, ignore_errors=True)
        span.mkdir(parents=True)
        pq.write_table(
            events.filter(pa.array(np.searchsorted(cuts, day, "right") == number - 1)),
            span / "events.parquet",
        )
        for table in ("catalog.parquet", "users.parquet"):
            shutil.copy(world / table, span / table)
        spans.append(span)
    return spans
