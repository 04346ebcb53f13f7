"""What becomes of each event of a log: its outcome, what is repaired, what is dropped and counted."""

import time
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from listening_log.cleaning.catalog import Catalog
from listening_log.cleaning.policy_counts import PolicyCounts
from listening_log.cleaning.row_numbers import number_rows
from listening_log.config import LogConfig
from listening_log.tables.convert import text_or_empty, to_numpy
from listening_log.tables.reader import is_empty_file, times_without_zone
from listening_log.tables.tables import EVENTS, TABLES
from models import names
from models.unix_time import FINER_THAN_SECONDS, to_seconds

FORGOTTEN: Final = "forgotten"
EMPTY_ID: Final = "empty_id"
UNKNOWN_ITEM: Final = "unknown_item"
NO_TIME: Final = "no_time"
NEGATIVE_TIME: Final = "negative_time"
FUTURE_TIME: Final = "future_time"
TIME_IN_MS: Final = "time_in_ms"
TIME_WITHOUT_ZONE: Final = "time_without_zone"
EMPTY_FILE: Final = "empty_file"
NEGATIVE_PLAYED: Final = "negative_played"
REPEAT: Final = "repeat"

POLICIES: Final = {
    FORGOTTEN: "a listener who asked to be forgotten: left out",
    EMPTY_ID: "no user_id or no item_id: dropped",
    UNKNOWN_ITEM: "an item_id that the catalogue lacks: dropped",
    NO_TIME: "no timestamp: dropped",
    NEGATIVE_TIME: "timestamp below 0: dropped",
    FUTURE_TIME: "timestamp more than a day ahead of now: dropped",
    TIME_IN_MS: "timestamp in milliseconds or finer: divided to seconds",
    TIME_WITHOUT_ZONE: "timestamp as a date and time without a zone: taken as UTC",
    NEGATIVE_PLAYED: "ms_played below 0: taken as unknown",
    EMPTY_FILE: "a file of 0 bytes: passed over",
    REPEAT: "the same user_id, item_id, timestamp and ms_played again, an exact duplicate: dropped",
}
"""Every policy on events, and what it does, as a person reads it."""
MENDING: Final = frozenset({TIME_IN_MS, TIME_WITHOUT_ZONE, NEGATIVE_PLAYED, EMPTY_FILE})
"""Policies that drop no event; all others do."""

USER: Final = "user_id"
ITEM: Final = "item"
TIMESTAMP: Final = "timestamp"
OUTCOME: Final = "outcome"
PLAYED: Final = "ms_played"
ROW: Final = "row"
CLEAN_COLUMNS: Final = (USER, ITEM, TIMESTAMP, OUTCOME, PLAYED, ROW)
"""Columns of `CleanBatch.table`; those after them are context."""

UNKNOWN_PLAYED: Final = -1

_DAY = 86_400
_DONE = ("done", "trackdone", "completed", "complete", "finished", "finish", "ended")
_SKIP = ("skip", "skipped", "fwdbtn", "backbtn", "forward", "next", "previous")


@dataclass(frozen=True)
class CleanBatch:
    """Usable events of one batch, in the file's order."""

    table: pa.Table
    """`user_id` string, `item` int32 (1..N), `timestamp` int64 (seconds), `outcome` int8, `ms_played` int64
    (UNKNOWN_PLAYED if unknown), `row` int64 (`row_numbers`), context columns string ("" = none)."""
    policies: PolicyCounts = field(default_factory=PolicyCounts)
    """How often each of `POLICIES` applied, and where first; nothing points at a listener to forget."""

    @property
    def context(self) -> list[str]:
        """Names of the context columns."""
        return self.table.column_names[len(CLEAN_COLUMNS) :]


def outcomes(
    table: pa.Table, duration_ms: npt.NDArray[np.int64] | None = None, config: LogConfig | None = None
) -> npt.NDArray[np.int8]:
    """Outcome [n] of each event, from `end_reason`, `ms_played` and its item's `duration_ms` (0 = unknown).

    The first line that fits decides:

    1. the reason says done, or `complete_share` of the item was heard: completed;
    2. the reason says skip: skipped; but partial if `partial_share` of the item was heard or, where its
       duration is unknown, at least `skip_ms`;
    3. another reason is given (a pause, a lost connection): partial;
    4. no reason: skipped if less than `skip_ms` was heard, else partial;
    5. neither reason nor played time: unknown (so are ratings).
    """
    config = config or LogConfig()
    size = table.num_rows
    played = _played(table)
    duration = np.zeros(size, np.int64) if duration_ms is None else duration_ms
    reasons = _reasons(table)
    done, skip, has_reason = (
        _is_in(reasons, _DONE),
        _is_in(reasons, _SKIP),
        pc.not_equal(reasons, "").to_numpy(False),
    )
    share = np.where((played >= 0) & (duration > 0), played / np.maximum(duration, 1), 0.0)
    heard = np.where(duration > 0, share >= config.partial_share, played >= config.skip_ms)
    return np.select(
        [
            done | (share >= config.complete_share),
            skip & ~heard,
            has_reason,
            played < 0,
            played < config.skip_ms,
        ],
        [names.COMPLETED, names.SKIPPED, names.PARTIAL, names.UNKNOWN, names.SKIPPED],
        names.PARTIAL,
    ).astype(np.int8)


def clean_events(
    table: pa.Table,
    catalog: Catalog,
    *,
    file: int,
    first_row: int,
    config: LogConfig | None = None,
    now: int | None = None,
    forgotten: npt.NDArray[np.bool_] | None = None,
) -> CleanBatch:
    """Applies `POLICIES` (repeats apart: `drop_repeats`) to a batch of `read_batches`, and counts each.

    `file` is the number of the file among the table's, `first_row` what `read_batches` gave; `now` is the
    clock in unix seconds (default: this machine's; a run passes one value to all its batches); `forgotten` [n]
    marks events of listeners who are left out. An event that meets several dropping policies counts for the
    first, in the order of `POLICIES`.
    """
    rows = number_rows(file, first_row, table.num_rows)
    users, items = text_or_empty(table[USER]), text_or_empty(table["item_id"])
    index = catalog.index_of(items)
    times = to_numpy(table[TIMESTAMP], -1)
    fine = times >= FINER_THAN_SECONDS
    times = to_seconds(times)
    limit = (int(time.time()) if now is None else now) + _DAY
    no_time = table[TIMESTAMP].is_null().to_numpy()

    dropping = {
        FORGOTTEN: np.zeros(table.num_rows, bool) if forgotten is None else forgotten,
        EMPTY_ID: (pc.equal(users, "").to_numpy(False) | pc.equal(items, "").to_numpy(False)),
        UNKNOWN_ITEM: index == 0,
        NO_TIME: no_time,
        NEGATIVE_TIME: times < 0,
        FUTURE_TIME: times > limit,
    }
    keep = np.ones(table.num_rows, bool)
    masks: dict[str, npt.NDArray[np.bool_]] = {}
    for policy, mask in dropping.items():
        masks[policy] = keep & mask
        keep = keep & ~mask
    masks[TIME_IN_MS] = keep & fine
    if PLAYED in table.column_names:
        masks[NEGATIVE_PLAYED] = keep & (to_numpy(table[PLAYED], 0) < 0)

    columns = {
        USER: users,
        ITEM: index,
        TIMESTAMP: times,
        OUTCOME: outcomes(table, catalog.durations[index], config),
        PLAYED: _played(table),
        ROW: rows,
    }
    named = TABLES[EVENTS].kinds
    columns |= {name: text_or_empty(table[name]) for name in table.column_names if name not in named}
    cleaned = pa.table(columns)
    cleaned = cleaned if keep.all() else cleaned.filter(pa.array(keep))
    left_out = masks.pop(FORGOTTEN)  # a place would point at the one who is to be forgotten
    counts = PolicyCounts.of(masks, rows) + PolicyCounts.single(FORGOTTEN, int(left_out.sum()))
    if is_empty_file(table):
        counts += PolicyCounts.single(EMPTY_FILE, 1, int(number_rows(file, 0, 1)[0]))
    naive, first = times_without_zone(table)
    counts += PolicyCounts.single(TIME_WITHOUT_ZONE, naive, int(number_rows(file, first_row + first, 1)[0]))
    return CleanBatch(cleaned, counts)


def drop_repeats(
    user_codes: npt.NDArray[np.integer],
    item: npt.NDArray[np.integer],
    timestamp: npt.NDArray[np.integer],
    played: npt.NDArray[np.integer] | None = None,
) -> npt.NDArray[np.bool_]:
    """Keep mask [n] of events sorted by listener, time and row; of an event that stands twice the first stays.

    The same event is the same listener, item, time and played time. Within one second nobody plays an item
    twice, but with times that are cut to the minute or the day, or are all one, they may: so where all of a
    listener's times are such and different events share one of them, an event repeats only if its played
    time, to the millisecond, does too.
    """
    size = len(item)
    played = np.full(size, UNKNOWN_PLAYED) if played is None else played
    order = np.lexsort((played, item, timestamp, user_codes))
    same_time = np.zeros(size, bool)
    same_time[1:] = _as_before(user_codes, order) & _as_before(timestamp, order)
    same_event = same_time.copy()
    same_event[1:] &= _as_before(item, order) & _as_before(played, order)
    if not same_event.any():
        return np.ones(size, bool)

    codes = np.unique(user_codes[order], return_inverse=True)[1]
    starts = np.flatnonzero(np.diff(codes, prepend=-1))
    times = timestamp[order]
    one_time = np.minimum.reduceat(times, starts) == np.maximum.reduceat(times, starts)
    to_minute = np.logical_and.reduceat(times % 60 == 0, starts)
    shared = np.logical_or.reduceat(same_time & ~same_event, starts)
    unsure = ((one_time | to_minute) & shared)[codes] & (played[order] <= 0)
    keep = np.ones(size, bool)
    keep[order] = ~same_event | unsure
    return keep


def _as_before(values: npt.NDArray[np.integer], order: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
    ordered = values[order]
    return ordered[1:] == ordered[:-1]


def _played(table: pa.Table) -> npt.NDArray[np.int64]:
    if PLAYED not in table.column_names:
        return np.full(table.num_rows, UNKNOWN_PLAYED, np.int64)
    return np.maximum(to_numpy(table[PLAYED], UNKNOWN_PLAYED), UNKNOWN_PLAYED)


def _reasons(table: pa.Table) -> pa.Array:
    if "end_reason" not in table.column_names:
        return pa.array([""], pa.string()).take(pa.array(np.zeros(table.num_rows, np.int64)))
    return pc.utf8_lower(pc.utf8_trim_whitespace(text_or_empty(table["end_reason"])))


def _is_in(reasons: pa.Array, words: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    return pc.is_in(reasons, value_set=pa.array(words)).to_numpy(False)
