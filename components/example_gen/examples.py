"""Builds serialised `tf.train.Example`s: of windows, and of the catalogue's items."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from tensorflow.core.example import example_pb2, feature_pb2

from components.example_gen.shards import Shard
from components.listening_log.histories import Windows
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
        encoded = np.concatenate(([b""], _encoded(item_ids)))
        self._shard = shard
        self._items = encoded[shard.item]
        self._times = shard.timestamp if time_features else np.zeros_like(shard.timestamp)
        self._listener_tokens = listener_tokens
        self._context = _context_tokens(shard, context_columns)

    def serialized(self, windows: Windows) -> Iterator[bytes]:
        """The windows' examples, in their order."""
        shard, context = self._shard, self._context
        begins = shard.offsets[windows.listener]
        columns = (
            windows.listener.tolist(),
            windows.start.tolist(),
            (begins + windows.start).tolist(),
            (begins + windows.stop).tolist(),
            (windows.first_target - windows.start).tolist(),
        )
        for listener, start, first, last, history in zip(*columns, strict=True):
            length = last - first
            yield _serialize(
                {
                    names.USER_ID: _bytes([shard.listeners[listener].encode()]),
                    names.WINDOW_START: _ints([start]),
                    names.ITEM_IDS: _bytes(self._items[first:last].tolist()),
                    names.TIMESTAMPS: _ints(self._times[first:last].tolist()),
                    names.OUTCOMES: _ints(shard.outcome[first:last].tolist()),
                    names.TARGETS: _ints([0] * history + [1] * (length - history)),
                    names.LISTENER: _bytes([token.encode() for token in self._listener_tokens[listener]]),
                    names.CONTEXT: _bytes(context[first:last].ravel().tolist()),
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
        yield _serialize(
            {
                names.ITEM_ID: _bytes([item_id]),
                names.TITLE: _bytes([title]),
                names.DESCRIPTION: _bytes([description]),
                names.ITEM_TOKENS: _bytes(flat[first:last].tolist()),
                names.DURATION_MS: _ints([duration_ms]),
                names.RELEASE_DAY: _ints([release_day]),
            }
        )


def _encoded(texts: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.object_]:
    """Each text as UTF-8 bytes: [n]."""
    array = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    return array.cast(pa.binary()).to_numpy(zero_copy_only=False)


def _context_tokens(shard: Shard, columns: Sequence[str]) -> npt.NDArray[np.object_]:
    """Tokens of each event, b"" for none: [n, slots], with one empty slot where the log has no context."""
    tokens = np.full((len(shard.item), max(1, len(columns))), b"", dtype=object)
    for slot, column in enumerate(columns):
        if column not in shard.context:
            continue
        encoded = shard.context[column]
        values = [f"{column}={value}".encode() if value else b"" for value in encoded.dictionary.to_pylist()]
        place = encoded.indices.fill_null(len(values)).to_numpy()
        tokens[:, slot] = np.array([*values, b""], dtype=object)[place]
    return tokens


def _serialize(features: dict[str, feature_pb2.Feature]) -> bytes:
    example = example_pb2.Example(features=feature_pb2.Features(feature=features))
    return example.SerializeToString(deterministic=True)


def _ints(values: list[int]) -> feature_pb2.Feature:
    return feature_pb2.Feature(int64_list=feature_pb2.Int64List(value=values))


def _bytes(values: list[bytes]) -> feature_pb2.Feature:
    return feature_pb2.Feature(bytes_list=feature_pb2.BytesList(value=values))
