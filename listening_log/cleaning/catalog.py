"""The catalogue as one Arrow table: an item its index, its tokens, its texts and figures."""

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from listening_log.cleaning.item_tokens import item_tokens
from listening_log.cleaning.release_day import release_days
from listening_log.errors import UserError
from listening_log.tables.convert import text_or_empty, to_numpy
from listening_log.tables.reader import place, read_batches
from listening_log.tables.spans import NO_SPANS, log_files
from listening_log.tables.tables import CATALOG
from models import names

EMPTY_ITEM: Final = "empty_item"
DUPLICATE_ITEM: Final = "duplicate_item"
UNREADABLE_DATE: Final = "unreadable_date"
NEGATIVE_DURATION: Final = "negative_duration"

CATALOG_POLICIES: Final = {
    EMPTY_ITEM: "catalogue row without item_id: dropped",
    DUPLICATE_ITEM: "an item_id that the catalogue has already: the first one stays",
    UNREADABLE_DATE: "release_date that is neither a year nor an ISO date: taken as unknown",
    NEGATIVE_DURATION: "duration_ms below 0: taken as unknown",
}


@dataclass(frozen=True)
class Catalog:
    """The items 1..N in the order of their ids sorted as bytes; item `i` is row `i - 1` of the table."""

    table: pa.Table
    """`item_id`, `title`, `description` string ("" = none), `duration_ms` int64 (0 = unknown), `release_day`
    int64 (names.RELEASE_UNKNOWN = unknown), `item_tokens` list<string>."""
    columns: tuple[str, ...] = ()
    """The columns that the files have."""
    counts: Counter[str] = field(default_factory=Counter)
    """How often each of CATALOG_POLICIES was met."""
    places: dict[str, str] = field(default_factory=dict)
    """File and row of the first time."""

    @property
    def size(self) -> int:
        """Number of items, N."""
        return self.table.num_rows

    @property
    def item_ids(self) -> pa.Array:
        """[N] string, sorted as bytes, unique."""
        return self.table[names.ITEM_ID].chunk(0)

    @cached_property
    def durations(self) -> npt.NDArray[np.int64]:
        """[N + 1] duration in ms by item index, 0 = unknown."""
        return np.r_[np.int64(0), self.table[names.DURATION_MS].to_numpy()]

    def index_of(self, item_ids: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.int32]:
        """Index [n] of each item id [n] string; 0 = unknown."""
        if isinstance(item_ids, pa.ChunkedArray):
            item_ids = item_ids.combine_chunks()
        found = pc.index_in(item_ids, value_set=self.item_ids)
        return (to_numpy(found, -1) + 1).astype(np.int32)


def read_catalog(data_dir: str, spans: str = NO_SPANS) -> Catalog:
    """Reads the catalogue, of spans the newest one. Raises UserError where it is missing, unreadable or empty."""
    parts: list[pa.Table] = []
    rows: list[tuple[str, int]] = []  # (file, rows of it in `parts`)
    for path in log_files(data_dir, CATALOG, spans):
        count = 0
        for _, batch in read_batches(path, CATALOG):
            parts.append(batch)
            count += batch.num_rows
        rows.append((path, count))
    raw = _concat(parts)
    if raw is None:
        raise UserError(f"the catalogue is empty: {rows[0][0]} has no items")
    policies = _Policies(rows)

    ids = text_or_empty(raw[names.ITEM_ID])
    empty = pc.equal(ids, "").to_numpy(False)
    policies.count(EMPTY_ITEM, empty)
    _, first = np.unique(ids.dictionary_encode().indices.to_numpy(), return_index=True)
    chosen = np.zeros(len(ids), bool)
    chosen[first] = True
    policies.count(DUPLICATE_ITEM, ~chosen & ~empty)
    chosen &= ~empty
    if not chosen.any():
        raise UserError(f"the catalogue is empty: no row of {rows[0][0]} has an item_id")

    take = np.flatnonzero(chosen)
    take = take[pc.sort_indices(ids.take(pa.array(take))).to_numpy()]
    items = raw.take(pa.array(take)).combine_chunks()
    table = pa.table(
        {
            names.ITEM_ID: text_or_empty(items[names.ITEM_ID]),
            names.TITLE: _text(items, "title"),
            names.DESCRIPTION: _text(items, "description"),
            names.DURATION_MS: _durations(items, policies, take),
            names.RELEASE_DAY: _release_days(items, policies, take),
            names.ITEM_TOKENS: item_tokens(items),
        }
    )
    return Catalog(table, tuple(raw.column_names), policies.counts, policies.places)


def _concat(parts: list[pa.Table]) -> pa.Table | None:
    """One table of all the columns that any part has; None where there is no row."""
    whole = pa.concat_tables(parts, promote=True) if parts else None
    return whole if whole is not None and whole.num_rows else None


class _Policies:
    """Counts what policies meet, and finds file and row of the first one."""

    def __init__(self, rows: list[tuple[str, int]]) -> None:
        self._rows = rows
        self.counts: Counter[str] = Counter()
        self.places: dict[str, str] = {}

    def count(self, policy: str, met: npt.NDArray[np.bool_], at: npt.NDArray[np.int64] | None = None) -> None:
        """Counts `met` [n]; `at` [n] are the raw rows it speaks of, where they are not 0..n-1."""
        where = np.flatnonzero(met)
        if not len(where):
            return
        self.counts[policy] = len(where)
        row = int(where[0] if at is None else at[where].min())
        for path, count in self._rows:
            if row < count:
                self.places[policy] = place(path, row)
                return
            row -= count


def _text(items: pa.Table, column: str) -> pa.Array:
    if column in items.column_names:
        return text_or_empty(items[column])
    return pa.array([""] * items.num_rows, pa.string())


def _durations(items: pa.Table, policies: _Policies, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    if names.DURATION_MS not in items.column_names:
        return np.zeros(items.num_rows, np.int64)
    durations = to_numpy(items[names.DURATION_MS], 0)
    policies.count(NEGATIVE_DURATION, durations < 0, rows)
    return np.maximum(durations, 0)


def _release_days(items: pa.Table, policies: _Policies, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    dates = _text(items, "release_date")
    days = release_days(dates)
    filled = pc.not_equal(pc.utf8_trim_whitespace(dates), "").to_numpy(False)
    policies.count(UNREADABLE_DATE, filled & (days == names.RELEASE_UNKNOWN), rows)
    return days
