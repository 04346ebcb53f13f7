"""The catalogue as one Arrow table: an item its index, its tokens, its texts and figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from listening_log.cleaning.item_tokens import KIND, item_tokens
from listening_log.cleaning.policy_counts import PolicyCounts
from listening_log.cleaning.release_day import release_days
from listening_log.cleaning.row_numbers import Rows, number_rows
from listening_log.errors import UserError
from listening_log.tables.convert import text_or_empty, to_numpy
from listening_log.tables.reader import read_batches
from listening_log.tables.spans import NO_SPANS, Spans, log_files
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
    counts: Mapping[str, int] = field(default_factory=dict)
    """How often each of CATALOG_POLICIES applied."""
    places: Mapping[str, str] = field(default_factory=dict)
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

    @cached_property
    def kinds(self) -> pa.Array:
        """[N + 1] string: the kind of each item by its index, "" where the catalogue doesn't say."""
        tokens = self.table[names.ITEM_TOKENS].combine_chunks()
        flat, items = tokens.flatten(), pc.list_parent_indices(tokens)
        is_kind = pc.starts_with(flat, f"{KIND}=")
        kinds = np.full(self.size + 1, "", object)
        values = pc.replace_substring(flat.filter(is_kind), f"{KIND}=", "", max_replacements=1)
        kinds[items.filter(is_kind).to_numpy() + 1] = values.to_numpy(False)
        return pa.array(kinds, pa.string())

    def index_of(self, item_ids: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.int32]:
        """Index [n] of each item id [n] string; 0 = unknown."""
        if isinstance(item_ids, pa.ChunkedArray):
            item_ids = item_ids.combine_chunks()
        places = pc.index_in(item_ids, value_set=self.item_ids)
        return (to_numpy(places, -1) + 1).astype(np.int32)


def read_catalog(data_dir: str, spans: Spans = NO_SPANS) -> Catalog:
    """Reads the catalogue, of spans the newest one.

    Raises:
        UserError: it is missing, unreadable or empty.
    """
    paths = log_files(data_dir, CATALOG, spans)
    parts: list[pa.Table] = []
    numbers: list[Rows] = []
    for file, path in enumerate(paths):
        for first_row, batch in read_batches(path, CATALOG):
            parts.append(batch)
            numbers.append(number_rows(file, first_row, batch.num_rows))
    raw = _concat(parts)
    if raw is None:
        raise UserError(f"the catalogue is empty: {paths[0]} has no items")
    rows = np.concatenate(numbers)

    ids = text_or_empty(raw[names.ITEM_ID])
    empty = pc.equal(ids, "").to_numpy(False)
    _, first = np.unique(ids.dictionary_encode().indices.to_numpy(), return_index=True)
    chosen = np.zeros(len(ids), bool)
    chosen[first] = True
    counts = PolicyCounts.of({EMPTY_ITEM: empty, DUPLICATE_ITEM: ~chosen & ~empty}, rows)
    chosen &= ~empty
    if not chosen.any():
        raise UserError(f"the catalogue is empty: no row of {paths[0]} has an item_id")

    order = np.flatnonzero(chosen)
    order = order[pc.sort_indices(ids.take(pa.array(order))).to_numpy()]
    items = raw.take(pa.array(order)).combine_chunks()
    durations = _durations(items)
    dates = _text(items, "release_date")
    days = release_days(dates)
    undated = pc.not_equal(pc.utf8_trim_whitespace(dates), "").to_numpy(False) & (
        days == names.RELEASE_UNKNOWN
    )
    counts += PolicyCounts.of({UNREADABLE_DATE: undated, NEGATIVE_DURATION: durations < 0}, rows[order])
    table = pa.table(
        {
            names.ITEM_ID: text_or_empty(items[names.ITEM_ID]),
            names.TITLE: _text(items, "title"),
            names.DESCRIPTION: _text(items, "description"),
            names.DURATION_MS: np.maximum(durations, 0),
            names.RELEASE_DAY: days,
            names.ITEM_TOKENS: item_tokens(items),
        }
    )
    return Catalog(table, tuple(raw.column_names), counts.counts, counts.places(paths))


def _concat(parts: list[pa.Table]) -> pa.Table | None:
    """One table of all the columns that any part has; None where there is no row."""
    whole = pa.concat_tables(parts, promote=True) if parts else None
    return whole if whole is not None and whole.num_rows else None


def _text(items: pa.Table, column: str) -> pa.Array:
    if column in items.column_names:
        return text_or_empty(items[column])
    return pa.array([""] * items.num_rows, pa.string())


def _durations(items: pa.Table) -> npt.NDArray[np.int64]:
    """Durations [n] as they stand in the files, 0 for none."""
    if names.DURATION_MS not in items.column_names:
        return np.zeros(items.num_rows, np.int64)
    return to_numpy(items[names.DURATION_MS], 0)
