"""Item tokens: what is known of an item, as strings `column=value` that a request may filter by."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from listening_log.tables.convert import text_or_empty

KIND: Final = "kind"
CREATOR: Final = "creator"
GENRE: Final = "genre"
EXPLICIT: Final = "explicit"
COUNTRY: Final = "country"

Pairs = tuple[npt.NDArray[np.int64], pa.Array]
"""(row [n], token [n] string)"""


def item_tokens(items: pa.Table) -> pa.ListArray:
    """Tokens of each row of a catalogue table, list<string>: kind, creator, genres, explicit, countries.

    No token stands twice in a list. In a catalogue that has `countries`, an item without any is allowed
    everywhere: it gets every country that the catalogue has.
    """
    pairs: list[Pairs] = []
    for column, name in ((KIND, KIND), (CREATOR, CREATOR)):
        if column in items.column_names:
            pairs.append(whole_tokens(items[column], name))
    if "genres" in items.column_names:
        pairs.append(split_tokens(items["genres"], GENRE))
    if EXPLICIT in items.column_names:
        pairs.append(whole_tokens(pc.cast(pc.cast(items[EXPLICIT], pa.int8()), pa.string()), EXPLICIT))
    if "countries" in items.column_names:
        pairs.append(_everywhere(split_tokens(items["countries"], COUNTRY), items.num_rows))
    return to_lists(pairs, items.num_rows)


def to_lists(pairs: list[Pairs], size: int) -> pa.ListArray:
    """Lists [size] of the tokens of each row, in the order of `pairs`, each token once."""
    rows = np.concatenate([np.zeros(0, np.int64), *(row for row, _ in pairs)])
    tokens = pa.concat_arrays([pa.array([], pa.string()), *(token for _, token in pairs)])
    codes = tokens.dictionary_encode().indices.to_numpy().astype(np.int64)
    _, first = np.unique(rows * (len(tokens) + 1) + codes, return_index=True)
    first.sort()
    order = first[np.argsort(rows[first], kind="stable")]
    offsets = np.searchsorted(rows[order], np.arange(size + 1)).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), tokens.take(pa.array(order)))


def whole_tokens(column: pa.Array | pa.ChunkedArray, name: str) -> Pairs:
    """A token `name=value` of each row that has a value."""
    return _named(np.arange(len(column)), text_or_empty(column), name)


def split_tokens(column: pa.Array | pa.ChunkedArray, name: str) -> Pairs:
    """A token `name=value` of each of a row's values, which `|` parts."""
    lists = pc.split_pattern(text_or_empty(column), "|")
    return _named(pc.list_parent_indices(lists).to_numpy(), pc.list_flatten(lists), name)


def _named(rows: npt.NDArray[np.int64], values: pa.Array, name: str) -> Pairs:
    values = pc.utf8_trim_whitespace(values)
    filled = pc.not_equal(values, "")
    tokens = pc.binary_join_element_wise(f"{name}=", values.filter(filled), "")
    return rows[filled.to_numpy(False)].astype(np.int64), tokens


def _everywhere(pairs: Pairs, size: int) -> Pairs:
    rows, tokens = pairs
    free = np.setdiff1d(np.arange(size), rows)
    countries = tokens.unique()
    added = countries.take(pa.array(np.tile(np.arange(len(countries)), len(free))))
    return np.r_[rows, np.repeat(free, len(countries))], pa.concat_arrays([tokens, added])
