"""What columns of events that follow from the item say of each item, and how it becomes item data."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from listening_log.cleaning.item_tokens import (
    COUNTRY,
    CREATOR,
    GENRE,
    KIND,
    Pairs,
    split_tokens,
    to_lists,
    whole_tokens,
)
from listening_log.cleaning.policies import ITEM
from listening_log.cleaning.release_day import release_days
from listening_log.tables.convert import text_or_empty
from listening_log.tables.tables import CATALOG, TABLES
from models import names

_MOST_NAMES: Final = 0.5
"""A further column with more different values than this share of its items names items, and makes no tokens."""
_TEXTS: Final = {"title": names.TITLE, "description": names.DESCRIPTION}


@dataclass(frozen=True)
class ItemValues:
    """How often each item came with each value of some columns; those of parts of a log merge in any order.

    Memory grows with the catalogue, not with the log: such a column has one value an item, or few.
    """

    counts: Mapping[str, pa.Table] = field(default_factory=dict)
    """By column: `item` int32, `value` string, `events` int64, each pair once."""

    @classmethod
    def of(cls, events: pa.Table, columns: Collection[str]) -> "ItemValues":
        """Counts cleaned events; a column that they lack has no values."""
        counts = {}
        for name in sorted(set(columns) & set(events.column_names)):
            pairs = pa.table(
                {
                    "item": events[ITEM].cast(pa.int32()),
                    "value": text_or_empty(events[name].cast(pa.string())),
                    "events": np.ones(events.num_rows, np.int64),
                }
            )
            counts[name] = _added(pairs.filter(pc.not_equal(pairs["value"], "")))
        return cls(counts)

    @classmethod
    def merge(cls, parts: Iterable["ItemValues"]) -> "ItemValues":
        """Counts of all parts together."""
        parts = list(parts)
        columns = sorted({name for part in parts for name in part.counts})
        return cls(
            {
                name: _added(pa.concat_tables([part.counts[name] for part in parts if name in part.counts]))
                for name in columns
            }
        )

    def most_frequent(self) -> "ItemData":
        """The value of each item that most of its events have, of equals the first as text."""
        columns = {}
        for name, counts in self.counts.items():
            order = [("item", "ascending"), ("events", "descending"), ("value", "ascending")]
            ordered = counts.sort_by(order)
            items = ordered["item"].to_numpy()
            first = np.flatnonzero(np.diff(items, prepend=-1))
            columns[name] = pa.table({"item": items[first], "value": ordered["value"].take(pa.array(first))})
        return ItemData(columns)


@dataclass(frozen=True)
class ItemData:
    """The value that each item has of some columns."""

    columns: Mapping[str, pa.Table] = field(default_factory=dict)
    """By column: `item` int32, ascending, each once; `value` string."""

    def add_to(self, items: pa.Table, first: int, known: Sequence[str]) -> pa.Table:
        """Adds what the catalogue lacks to some of its items.

        A column of the contract becomes what it is in a catalogue; of the others each value becomes a token
        `column=value`, unless the column has a value of its own for nearly every item.

        Args:
            items: rows of `Catalog.table`.
            first: index of the first of them.
            known: the columns that the catalogue has itself: nothing is added to these.

        Returns:
            The rows with texts, release days and tokens filled in.
        """
        tokens = items[names.ITEM_TOKENS].combine_chunks()
        pairs: list[Pairs] = [(pc.list_parent_indices(tokens).to_numpy().astype(np.int64), tokens.flatten())]
        for name, column in self.columns.items():
            if name in known:
                continue
            place = column["item"].to_numpy().astype(np.int64) - first
            here = (place >= 0) & (place < items.num_rows)
            values = column["value"].combine_chunks().filter(pa.array(here))
            of_items = np.full(items.num_rows, -1)
            of_items[place[here]] = np.arange(len(values))
            texts = text_or_empty(values.take(pa.array(of_items, mask=of_items < 0)))
            if name in _TEXTS:
                items = _replaced(items, _TEXTS[name], texts)
            elif name == "release_date":
                items = _replaced(items, names.RELEASE_DAY, pa.array(release_days(texts)))
            elif name in ("genres", "countries"):
                pairs.append(split_tokens(texts, GENRE if name == "genres" else COUNTRY))
            elif name in (KIND, CREATOR) or (name not in TABLES[CATALOG].kinds and _is_shared(column)):
                pairs.append(whole_tokens(texts, name))
        return _replaced(items, names.ITEM_TOKENS, to_lists(pairs, items.num_rows))


def _is_shared(column: pa.Table) -> bool:
    """Whether items share values."""
    return len(column["value"].unique()) <= _MOST_NAMES * column.num_rows


def _added(pairs: pa.Table) -> pa.Table:
    added = pairs.group_by(["item", "value"]).aggregate([("events", "sum")])
    return added.rename_columns(
        ["events" if name == "events_sum" else name for name in added.column_names]
    ).select(["item", "value", "events"])


def _replaced(items: pa.Table, name: str, column: pa.Array) -> pa.Table:
    return items.set_column(items.column_names.index(name), name, column)
