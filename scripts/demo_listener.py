"""Prints a listener of a made world whose history is of the median length."""

import sys
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

events = pq.read_table(Path(sys.argv[1]) / "events.parquet", columns=["user_id"])
counted = pc.value_counts(events["user_id"])
order = pc.sort_indices(counted.field("counts"))
sys.stdout.write(counted.field("values")[order[len(order) // 2].as_py()].as_py() + "\n")
