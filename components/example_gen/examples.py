"""Builds serialised `tf.train.Example`s: of windows, and of the catalogue's items."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from components.example_gen import example_encoder
from components.example_gen.shards import Shard
from listening_log.windows.histories import Windows
from models import names


class WindowExamples:
    """Builds the examples of one shard's windows.

    Args:
        shard: the listeners' sorted events.
        item_ids: [N] string, ids of the catalogue in the order of their index (item 1 first).
        listener_tokens: [U] tokens of each listener.
        context_columns: which columns fill the slots of `context`, in this order.
        time_features: whether times mean anything; all are 0 if not.
    """

    def __init__(
        self,
        shard: Shard,
        *,
        item_ids: pa.Array,
        listener_tokens: Sequence[Sequence[str]],
        context_columns: Sequence[str],
        time_features: bool,
    ) -> None:
        self._shard = shard
        self._users = [example_encoder.bytes_feature([listener.encode()]) for listener in shard.listeners]
        self._items = example_encoder.BytesColumn(item_ids.cast(pa.binary()), shard.item - 1)
        times = shard.timestamp if time_features else np.zeros_like(shard.timestamp)
        self._times = example_encoder.IntColumn(times)
        self._outcomes = example_encoder.IntColumn(shard.outcome)
        self._tokens = [
            example_encoder.bytes_feature([token.encode() for token in tokens]) for tokens in listener_tokens
        ]
        self._slots = max(1, len(context_columns))
        self._context = _context_tokens(shard, context_columns)

    def serialized(self, windows: Windows) -> Iterator[bytes]:
        """The windows' examples, in their order."""
        begins = self._shard.offsets[windows.listener]
        columns = (
            windows.listener.tolist(),
            windows.start.tolist(),
            (begins + windows.start).tolist(),
            (begins + windows.stop).tolist(),
            (windows.first_target - windows.start).tolist(),
        )
        for listener, start, first, last, history in zip(*columns, strict=True):
            yield example_encoder.example(
                {
                    names.USER_ID: self._users[listener],
                    names.WINDOW_START: example_encoder.int_feature(start),
                    names.ITEM_IDS: self._items.feature(first, last),
                    names.TIMESTAMPS: self._times.feature(first, last),
                    names.OUTCOMES: self._outcomes.feature(first, last),
                    names.TARGETS: example_encoder.flags_feature(history, last - first - history),
                    names.LISTENER: self._tokens[listener],
                    names.CONTEXT: self._context.feature(first * self._slots, last * self._slots),
                }
            )


def catalog_examples(catalog: pa.Table) -> Iterator[bytes]:
    """One example an item, in the table's order."""
    tokens = catalog[names.ITEM_TOKENS].combine_chunks()
    splits = np.concatenate(([0], np.cumsum(tokens.value_lengths().fill_null(0).to_numpy())))
    flat = _encoded(tokens.flatten())
    texts = (_encoded(catalog[name]) for name in (names.ITEM_ID, names.TITLE, names.DESCRIPTION))
    numbers = (catalog[name].to_numpy().tolist() for name in (names.DURATION_MS, names.RELEASE_DAY))
    columns = (*texts, *numbers, splits[:-1], splits[1:])
    for item_id, title, description, duration_ms, release_day, first, last in zip(*columns, strict=True):
        yield example_encoder.example(
            {
                names.ITEM_ID: example_encoder.bytes_feature([item_id]),
                names.TITLE: example_encoder.bytes_feature([title]),
                names.DESCRIPTION: example_encoder.bytes_feature([description]),
                names.ITEM_TOKENS: example_encoder.bytes_feature(flat[first:last].tolist()),
                names.DURATION_MS: example_encoder.int_feature(duration_ms),
                names.RELEASE_DAY: example_encoder.int_feature(release_day),
            }
        )


def _encoded(texts: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.object_]:
    """Each text as UTF-8 bytes: [n]."""
    array = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    return array.cast(pa.binary()).to_numpy(zero_copy_only=False)


def _context_tokens(shard: Shard, columns: Sequence[str]) -> example_encoder.BytesColumn:
    """Tokens of each event, b"" for none: [n * slots], with one empty slot where the log has no context."""
    tokens = [b""]
    places = np.zeros((len(shard.item), max(1, len(columns))), np.int64)
    for slot, column in enumerate(columns):
        if column not in shard.context:
            continue
        encoded = shard.context[column]
        values = encoded.dictionary.to_pylist()
        known = np.where([bool(value) for value in values], len(tokens) + np.arange(len(values)), 0)
        places[:, slot] = np.append(known, 0)[encoded.indices.fill_null(len(values)).to_numpy()]
        tokens += [f"{column}={value}".encode() for value in values]
    return example_encoder.BytesColumn(pa.array(tokens, pa.binary()), places.ravel())
