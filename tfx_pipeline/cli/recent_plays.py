"""A listener's plays, read from the log itself: a pushed model holds nobody's history."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from listening_log.cleaning.catalog import read_catalog
from listening_log.cleaning.forgotten import Forgotten
from listening_log.cleaning.policies import clean_events
from listening_log.errors import UserError
from listening_log.tables.reader import read_batches
from listening_log.tables.spans import NO_SPANS, Spans, log_files
from listening_log.tables.tables import EVENTS


def recent_plays(
    data_dir: str | Path,
    user_id: str,
    most: int = 1000,
    *,
    spans: Spans = NO_SPANS,
    forgotten: str | Path | None = None,
) -> list[str]:
    """Item ids that the listener played, oldest first, the `most` newest; ties keep the file's order.

    Args:
        data_dir: folder of the log.
        user_id: the listener's.
        most: how many plays to return.
        spans: those of the log that are read.
        forgotten: file of the listeners whose plays are not to be read, whatever the log still has.

    Raises:
        UserError: the log can't be read, has no usable event of this listener, or they are forgotten.
    """
    if user_id in Forgotten.load(str(forgotten) if forgotten else None):
        raise UserError(f"listener {user_id!r} is forgotten here (`upnext forget`): their plays are not read")
    catalog = read_catalog(str(data_dir), spans)
    batches = []
    for number, path in enumerate(log_files(str(data_dir), EVENTS, spans)):
        for first_row, batch in read_batches(path, EVENTS):
            own = batch.filter(pc.equal(batch["user_id"], user_id))
            if own.num_rows:
                cleaned = clean_events(own, catalog, file=number, first_row=first_row)
                batches.append(cleaned.table.select(["item", "timestamp"]))
    plays = pa.concat_tables(batches) if batches else None
    if plays is None or not plays.num_rows:
        raise UserError(f"{data_dir} has no usable event of listener {user_id!r}")
    order = plays["timestamp"].to_numpy().argsort(kind="stable")
    rows = plays["item"].to_numpy()[order][-most:] - 1  # items are numbered from 1
    return catalog.item_ids.take(pa.array(rows)).to_pylist()
