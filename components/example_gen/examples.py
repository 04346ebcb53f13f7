"""Builds serialised `tf.train.Example`s: of windows, and of the catalogue's items."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from tfx_bsl.coders.example_coder import RecordBatchToExamplesEncoder

from listening_log.cleaning.event_histories import EventHistories
from listening_log.windows.histories import Ints, Windows
from models import names

_WINDOWS_AT_ONCE: Final = 4096
"""So many windows are in memory with all of their events."""


def window_examples(
    shard: EventHistories,
    windows: Windows,
    *,
    item_ids: pa.Array,
    listener_tokens: pa.ListArray,
    context_columns: Sequence[str],
    time_features: bool,
    begins: tuple[Ints, Ints] | None = None,
) -> Iterator[bytes]:
    """Yields the examples of windows, in their order.

    Args:
        shard: the listeners' sorted events.
        windows: what is cut out of them.
        item_ids: [N] string, ids of the catalogue in the order of their index (item 1 first).
        listener_tokens: [U] list<string>, tokens of each listener; null for one without.
        context_columns: which columns fill the slots of `context`, in this order.
        time_features: whether times mean anything; all are 0 if not.
        begins: places of each listener's history where `eval` and `test` begin, each [U], where a target is to bear
            the code of its split (`names.TARGET_OF`); None where all targets are of one split and bear 1.
    """
    users, items, listener_tokens = _bytes(shard.listeners), _bytes(item_ids), _filled(listener_tokens)
    context, context_places = _context_tokens(shard, context_columns)
    slots = context_places.shape[1]
    item, outcome, offsets = shard.item, shard.outcome.astype(np.int64), shard.offsets
    times = shard.timestamp if time_features else np.zeros(len(item), np.int64)
    for first in range(0, len(windows), _WINDOWS_AT_ONCE):
        listener, start, stop, first_target = (
            column[first : first + _WINDOWS_AT_ONCE]
            for column in (windows.listener, windows.start, windows.stop, windows.first_target)
        )
        lengths = stop - start
        bounds = np.concatenate(([0], np.cumsum(lengths)))
        place = np.arange(bounds[-1]) - np.repeat(bounds[:-1] - start, lengths)  # within the history
        event = np.repeat(offsets[listener], lengths) + place
        targets = (place >= np.repeat(first_target, lengths)).astype(np.int64)
        if begins:
            targets *= 1 + sum(place >= np.repeat(begin[listener], lengths) for begin in begins)
        yield from _serialized(
            {
                names.USER_ID: _one_each(users.take(pa.array(listener))),
                names.WINDOW_START: _one_each(pa.array(start)),
                names.ITEM_IDS: _lists(items.take(pa.array(item[event] - 1)), bounds),
                names.TIMESTAMPS: _lists(pa.array(times[event]), bounds),
                names.OUTCOMES: _lists(pa.array(outcome[event]), bounds),
                names.TARGETS: _lists(pa.array(targets), bounds),
                names.LISTENER: listener_tokens.take(pa.array(listener)),
                names.CONTEXT: _lists(context.take(pa.array(context_places[event].ravel())), bounds * slots),
            }
        )


def catalog_examples(catalog: pa.Table) -> Iterator[bytes]:
    """Yields one example an item, in the table's order."""
    single = (names.ITEM_ID, names.TITLE, names.DESCRIPTION, names.DURATION_MS, names.RELEASE_DAY)
    features = {name: _one_each(_bytes(catalog[name].combine_chunks())) for name in single}
    features[names.ITEM_TOKENS] = _filled(catalog[names.ITEM_TOKENS].combine_chunks())
    yield from _serialized(features)


def _serialized(features: Mapping[str, pa.ListArray]) -> Iterator[bytes]:
    """Serialises an example for each list [n] of all features [n].

    The encoder orders features by chance. So each is encoded alone: protobuf messages one after another are
    one message, and the same examples are the same bytes in every process.
    """
    encoder = RecordBatchToExamplesEncoder()
    parts = (
        encoder.encode(pa.RecordBatch.from_arrays([features[name]], [name])) for name in sorted(features)
    )
    return map(b"".join, zip(*parts, strict=True))


def _lists(values: pa.Array, offsets: npt.NDArray[np.int64]) -> pa.LargeListArray:
    return pa.LargeListArray.from_arrays(pa.array(offsets), values)


def _one_each(values: pa.Array) -> pa.LargeListArray:
    return _lists(values, np.arange(len(values) + 1))


def _filled(lists: pa.ListArray) -> pa.LargeListArray:
    """Lists [n] of text as bytes, an empty one for null: an absent list would be an absent feature."""
    lengths = lists.value_lengths().fill_null(0).to_numpy()
    return _lists(_bytes(lists.flatten()), np.concatenate(([0], np.cumsum(lengths, dtype=np.int64))))


def _bytes(column: pa.Array) -> pa.Array:
    return column.cast(pa.binary()) if pa.types.is_string(column.type) else column


def _context_tokens(shard: EventHistories, columns: Sequence[str]) -> tuple[pa.Array, npt.NDArray[np.int64]]:
    """Tokens, b"" first, and the place among them of each event's: [n, slots], one slot at least."""
    tokens = [b""]
    places = np.zeros((len(shard.item), max(1, len(columns))), np.int64)
    for slot, column in enumerate(columns):
        if column not in shard.context:
            continue
        encoded = shard.context[column]
        values = encoded.dictionary.to_pylist()
        filled = np.where([bool(value) for value in values], len(tokens) + np.arange(len(values)), 0)
        places[:, slot] = np.append(filled, 0)[encoded.indices.fill_null(len(values)).to_numpy()]
        tokens += [f"{column}={value}".encode() for value in values]
    return pa.array(tokens, pa.binary()), places
