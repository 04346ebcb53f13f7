"""An event as plain features, whose distributions are compared from span to span. No ids are among them."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from listening_log.cleaning import policies
from listening_log.cleaning.event_reader import EventBatch
from listening_log.tables.convert import text_or_empty
from models import names

# Names with a space, so that no context column has them.
OUTCOME: Final = "outcome"
END_REASON: Final = "end_reason"
RATING: Final = "rating"
PLAYED: Final = "ms_played"
KIND: Final = "item kind"
HOUR: Final = "hour (UTC)"
WEEKDAY: Final = "weekday (UTC)"
LOGARITHMIC: Final = frozenset({PLAYED})
"""Features that are log10(1 + value): seconds in place of milliseconds then move all of it."""
_WEEKDAYS: Final = (
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
)  # from 1970-01-01


def event_features(batch: EventBatch, kinds: pa.Array) -> pa.RecordBatch:
    """Features of usable events, each a column of lists of one value, null where the log doesn't say.

    Args:
        batch: the events.
        kinds: `Catalog.kinds` of the catalogue that they were cleaned with.
    """
    raw, table = batch.raw, batch.clean.table
    times = table[policies.TIMESTAMP].to_numpy()
    columns = {
        OUTCOME: _words(names.OUTCOME_NAMES, table[policies.OUTCOME].to_numpy()),
        HOUR: pa.array(times // 3600 % 24),
        WEEKDAY: _words(_WEEKDAYS, times // 86_400 % 7),
        KIND: _text(kinds.take(table[policies.ITEM].combine_chunks())),
    }
    rows = pa.array(batch.rows - batch.first_row)
    if END_REASON in raw.column_names:
        columns[END_REASON] = _text(raw[END_REASON].take(rows))
    if RATING in raw.column_names:
        columns[RATING] = raw[RATING].take(rows).combine_chunks()
    if PLAYED in raw.column_names:
        columns[PLAYED] = _log10(table[policies.PLAYED].to_numpy())
    columns |= {name: _text(table[name]) for name in batch.clean.context}
    return pa.RecordBatch.from_arrays([_as_lists(column) for column in columns.values()], list(columns))


def _words(words: Sequence[str], codes: npt.NDArray[np.integer]) -> pa.Array:
    return pa.array(words).take(pa.array(codes))


def _text(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    text = pc.utf8_trim_whitespace(text_or_empty(column))
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _log10(played: npt.NDArray[np.int64]) -> pa.Array:
    return pa.array(np.log10(1.0 + np.maximum(played, 0)), mask=played < 0)


def _as_lists(column: pa.Array) -> pa.ListArray:
    """A list of one value for each value [n], null for null: the layout that TFDV reads."""
    missing = column.is_null().to_numpy(False)
    offsets = np.r_[np.int32(0), np.cumsum(~missing, dtype=np.int32)]
    return pa.ListArray.from_arrays(pa.array(offsets, mask=np.r_[missing, False]), column.drop_null())
