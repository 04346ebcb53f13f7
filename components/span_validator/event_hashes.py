"""A number for each event that is the same wherever its row stands: to see that a span came before."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from listening_log.tables.convert import text_or_empty, to_numpy

Hashes = npt.NDArray[np.uint64]
_NO_TIME: Final = -1
_USER_SALT: Final = np.uint64(0x9E3779B97F4A7C15)


def text_hashes(column: pa.ChunkedArray) -> Hashes:
    """A hash [n] of each text [n]; each distinct one is hashed once."""
    encoded = text_or_empty(column).dictionary_encode()
    distinct = np.array(encoded.dictionary.to_pylist(), object)
    return pd.util.hash_array(distinct, categorize=False)[encoded.indices.to_numpy()]


def event_hashes(table: pa.Table, users: Hashes) -> Hashes:
    """A hash [n] of listener, item and time of each event [n] of `read_batches`; `users` as `text_hashes`."""
    times = to_numpy(table["timestamp"], _NO_TIME).view(np.uint64)
    return _mixed(_mixed(users ^ _USER_SALT) ^ text_hashes(table["item_id"])) ^ _mixed(times)


def _mixed(bits: Hashes) -> Hashes:
    """The finaliser of SplitMix64: every bit of a number moves every bit of the result."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
