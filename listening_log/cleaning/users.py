"""Listener tokens from the table `users`: text as it is, numbers in quantile buckets."""

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from listening_log.cleaning.item_tokens import Pairs, to_lists
from listening_log.tables.convert import text_or_empty
from listening_log.tables.reader import read_batches
from listening_log.tables.spans import NO_SPANS, Spans, log_files
from listening_log.tables.tables import USERS

_BUCKETS: Final = 8
_USER: Final = "user_id"


class Users(Mapping[str, list[str]]):
    """Tokens of each listener, by id; Arrow underneath, so that millions fit in memory."""

    def __init__(self, table: pa.Table, columns: tuple[str, ...] = ()) -> None:
        """`table` has `user_id` string (sorted as bytes, unique) and `tokens` list<string>, a chunk each.

        `columns` are those that the tokens were made of.
        """
        self.table = table
        self.columns = columns
        self._ids: pa.Array = table[_USER].chunk(0)
        self._tokens: pa.ListArray = table["tokens"].chunk(0)

    @property
    def token_columns(self) -> list[str]:
        """The columns that listeners' tokens come from, sorted; one without a value gives none."""
        return sorted({token.split("=", 1)[0] for token in self._tokens.flatten().unique().to_pylist()})

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids.to_pylist())

    def __getitem__(self, user_id: str) -> list[str]:
        wanted = user_id.encode()
        low, high = 0, len(self._ids)
        while low < high:
            middle = (low + high) // 2
            if self._ids[middle].as_py().encode() < wanted:
                low = middle + 1
            else:
                high = middle
        if low == len(self._ids) or self._ids[low].as_py() != user_id:
            raise KeyError(user_id)
        return self._tokens[low].as_py()

    def tokens_of(self, user_ids: pa.Array) -> pa.ListArray:
        """Tokens [n] list<string> of listeners [n] string; null for a listener that the table lacks."""
        return self._tokens.take(pc.index_in(user_ids, value_set=self._ids))


def read_users(data_dir: str, spans: Spans = NO_SPANS) -> Users | None:
    """Reads the table, of spans the newest one; None where it is absent.

    Of a listener's rows the first counts; a row without an id is no listener.

    A column becomes tokens `column=value`, an absent value none. A column of numbers with more than
    8 different values becomes `column=low-high`, buckets with about as many listeners each.
    """
    paths = log_files(data_dir, USERS, spans)
    if not paths:
        return None
    parts = [batch for path in paths for _, batch in read_batches(path, USERS)]
    raw = pa.concat_tables(parts, promote=True) if parts else pa.table({_USER: pa.array([], pa.string())})
    ids = text_or_empty(raw[_USER])
    first = np.sort(np.unique(ids.dictionary_encode().indices.to_numpy(), return_index=True)[1])
    first = first[pc.not_equal(ids.take(pa.array(first)), "").to_numpy(False)]
    first = first[pc.sort_indices(ids.take(pa.array(first))).to_numpy()]
    table = raw.take(pa.array(first)).combine_chunks()
    columns = tuple(name for name in table.column_names if name != _USER)
    tokens = to_lists([_pairs(name, text_or_empty(table[name])) for name in columns], table.num_rows)
    return Users(pa.table({_USER: text_or_empty(table[_USER]), "tokens": tokens}), columns)


def _pairs(name: str, column: pa.Array) -> Pairs:
    values = pc.utf8_trim_whitespace(column)
    filled = pc.not_equal(values, "")
    values = values.filter(filled)
    rows = np.flatnonzero(filled.to_numpy(False))
    try:
        numbers = pc.cast(values, pa.float64()).to_numpy()
    except pa.ArrowInvalid:
        return rows, pc.binary_join_element_wise(f"{name}=", values, "")
    filled_in = ~np.isnan(numbers)
    labels = pa.array(bucket_labels(numbers[filled_in]), pa.string())
    return rows[filled_in], pc.binary_join_element_wise(f"{name}=", labels, "")


def bucket_labels(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.object_]:
    """A label for each number [n]: itself where there are few different ones, else its bucket `low-high`.

    Of whole numbers both ends belong to the bucket (25-34); of others the next bucket begins at `high`.
    """
    values, inverse = np.unique(numbers, return_inverse=True)
    if len(values) <= _BUCKETS:
        return np.array([f"{value:.10g}" for value in values], dtype=object)[inverse]
    shares = np.linspace(0, 1, _BUCKETS + 1)
    edges = np.unique(np.quantile(numbers, shares, method="higher"))
    lows = edges[:-1]
    whole = bool((values == np.floor(values)).all())
    highs = np.r_[edges[1:-1] - 1 if whole else edges[1:-1], edges[-1]]
    labels = np.array(
        [
            f"{low:.10g}" if low == high else f"{low:.10g}-{high:.10g}"
            for low, high in zip(lows, highs, strict=True)
        ],
        dtype=object,
    )
    return labels[np.searchsorted(lows, numbers, side="right") - 1]
