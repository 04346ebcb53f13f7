"""A request to the served models, built from plain lists; the client and the batch ranker share it.

Each row starts with "" (and each row of times with 0), also where nothing is wished: TF Serving's batching pads
shorter rows with the tensor's own first element and refuses a batch in which a tensor has none; empty strings are
ignored wherever they stand.
"""

from collections.abc import Sequence
from itertools import chain
from typing import TypedDict

import numpy as np

from models import names
from serving.errors import ServerError

Rows = Sequence[Sequence[str]]
Inputs = dict[str, np.ndarray]
"""Tensors by name; strings are object arrays of bytes."""


class Wishes(TypedDict, total=False):
    """What `build_request` takes beside histories and candidates."""

    timestamps: Sequence[Sequence[int]] | None
    request_time: int | Sequence[int] | None
    context: Rows | None
    exclude: Rows | None
    only: Rows | None
    without: Rows | None


def build_request(
    histories: Rows,
    *,
    timestamps: Sequence[Sequence[int]] | None = None,
    request_time: int | Sequence[int] | None = None,
    context: Rows | None = None,
    exclude: Rows | None = None,
    only: Rows | None = None,
    without: Rows | None = None,
    candidates: Rows | None = None,
) -> tuple[str, Inputs]:
    """Builds a request for B listeners: the signature to ask, and its inputs.

    Args:
        histories: item ids of each listener, oldest first.
        timestamps: unix seconds of each event, as long as the histories; 0 = unknown.
        request_time: unix seconds of the request, for all rows or for each; 0 = unknown.
        context: tokens `column=value` of each listener and request.
        exclude: item ids that must not be answered, a row each.
        only: item tokens of which an answer must have one, a row each.
        without: item tokens of which an answer must have none, a row each.
        candidates: item ids to rank, for `ranker` alone.

    Returns:
        `serving_default` where nothing contextual is asked, else `contextual` with neutral values for
        the rest: strings [B, ...] of bytes, timestamps int64 [B, L], request_time int64 [B].

    Raises:
        ServerError: an argument has another number of rows, or times don't match a history.
    """
    rows = len(histories)
    wishes = {names.CONTEXT: context, names.EXCLUDE_IDS: exclude, names.ONLY: only, names.WITHOUT: without}
    inputs = {names.ITEM_IDS: _pad_strings(names.ITEM_IDS, histories, rows)}
    if candidates is not None:
        inputs[names.CANDIDATE_IDS] = _pad_strings(names.CANDIDATE_IDS, candidates, rows)
    if timestamps is None and request_time is None and all(wish is None for wish in wishes.values()):
        return names.SERVING_DEFAULT, inputs
    inputs[names.TIMESTAMPS] = _pad_times(histories, timestamps)
    inputs[names.REQUEST_TIME] = _request_times(request_time, rows)
    for name, wish in wishes.items():
        inputs[name] = _pad_strings(name, [[]] * rows if wish is None else wish, rows)
    return names.CONTEXTUAL, inputs


def _pad_strings(name: str, values: Rows, rows: int) -> np.ndarray:
    if len(values) != rows:
        raise ServerError(f"{name}: {len(values)} rows, but {rows} histories")
    lengths = np.fromiter(map(len, values), np.int64, rows)
    padded = np.full((rows, 1 + int(lengths.max(initial=0))), b"", object)
    flat = [value.encode("utf-8", "surrogatepass") for value in chain.from_iterable(values)]
    padded[_value_places(lengths, padded.shape[1])] = flat
    return padded


def _pad_times(histories: Rows, timestamps: Sequence[Sequence[int]] | None) -> np.ndarray:
    lengths = np.fromiter(map(len, histories), np.int64, len(histories))
    times = np.zeros((len(histories), 1 + int(lengths.max(initial=0))), np.int64)
    if timestamps is not None:
        if list(map(len, timestamps)) != lengths.tolist():
            raise ServerError("timestamps: one for each item of each history is needed")
        flat = np.fromiter(chain.from_iterable(timestamps), np.int64, int(lengths.sum()))
        times[_value_places(lengths, times.shape[1])] = flat
    return times


def _request_times(request_time: int | Sequence[int] | None, rows: int) -> np.ndarray:
    if request_time is None or isinstance(request_time, int):
        return np.full(rows, request_time or 0, np.int64)
    if len(request_time) != rows:
        raise ServerError(f"request_time: {len(request_time)} values, but {rows} histories")
    return np.asarray(request_time, np.int64)


def _value_places(lengths: np.ndarray, width: int) -> np.ndarray:
    """Returns bool [B, width]: where each row's values stand, after the place that stays empty."""
    place = np.arange(width)
    return (place >= 1) & (place <= lengths[:, None])
