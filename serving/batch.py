"""`upnext batch`: ranks a file of histories with the pushed model, in this process, in constant memory."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TextIO

import numpy as np

from models import names
from models.unix_time import to_seconds
from serving.client import Ranking, top_rankings
from serving.errors import FlagError, ServerError, ServingError
from serving.loaded_model import LoadedModel, load_model
from serving.request import build_request

BLOCK_LINES = 8192  # lines read, sorted by length and ranked at a time
MAX_PLACES = 1 << 17  # rows times the longest history of one call, which bounds memory


@dataclass(frozen=True)
class BatchSummary:
    """What was ranked: rows written, rows with fewer than k answers, seconds without loading the model."""

    rows: int
    short: int
    seconds: float


@dataclass(frozen=True)
class _Listener:
    user_id: str
    item_ids: list[str]
    timestamps: list[int] | None


def rank_file(
    model_dir: Path,
    in_path: Path,
    out: BinaryIO,
    *,
    k: int = 10,
    exclude_history: bool = False,
    batch_size: int = 256,
) -> BatchSummary:
    """Ranks each line's history, in the order of the lines.

    Args:
        model_dir: a version of the `upnext` SavedModel.
        in_path: lines of `{"user_id", "item_ids"[, "timestamps"]}`, oldest first; times in seconds or milliseconds.
        out: gets lines of `{"user_id", "item_ids", "scores"}`, best first; the caller sees to it that what is
            written before an error is thrown away.
        k: items a line, at most 100.
        exclude_history: answers only items that the line's history lacks.
        batch_size: most rows of one call.

    Raises:
        FlagError: `k` or `batch_size` out of range.
        ServerError: a file that can't be read, or a line that is wrong (file:line and field).
        OSError: the output can't be written.
    """
    if not 1 <= k <= names.ANSWERS:
        raise FlagError(f"-k {k}: must be from 1 to {names.ANSWERS}")
    if batch_size < 1:
        raise FlagError(f"batch size {batch_size}: must be 1 or more")
    with _open(in_path) as lines:
        block, end = _read(lines, in_path, 0)  # a wrong first block is refused before the model is loaded
        model = load_model(model_dir)
        start = time.monotonic()
        rows = short = 0
        while block:
            rankings = _rank_block(model, block, k, exclude_history, batch_size)
            for listener, ranking in zip(block, rankings, strict=True):
                out.write(_line(listener, ranking))
                short += len(ranking.ids) < k
            rows += len(block)
            block, end = _read(lines, in_path, end)
    return BatchSummary(rows, short, time.monotonic() - start)


def _rank_block(
    model: LoadedModel, block: Sequence[_Listener], k: int, exclude_history: bool, batch_size: int
) -> list[Ranking]:
    """Ranks a block; rows of like length are asked together, so that little is padding."""
    order = sorted(range(len(block)), key=lambda place: len(block[place].item_ids))
    rankings: dict[int, Ranking] = {}
    for places in _batches(order, block, batch_size):
        answer = _ask(model, [block[place] for place in places], exclude_history)
        rankings.update(zip(places, top_rankings(answer, k), strict=True))
    return [rankings[place] for place in range(len(block))]


def _batches(order: Sequence[int], block: Sequence[_Listener], batch_size: int) -> Iterator[list[int]]:
    batch: list[int] = []
    for place in order:
        longest = 1 + len(block[place].item_ids)
        if batch and (len(batch) == batch_size or longest * (len(batch) + 1) > MAX_PLACES):
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def _ask(model: LoadedModel, listeners: Sequence[_Listener], exclude_history: bool) -> dict[str, np.ndarray]:
    histories = [listener.item_ids for listener in listeners]
    timed = any(listener.timestamps is not None for listener in listeners)
    signature, inputs = build_request(
        histories,
        timestamps=[x.timestamps or [0] * len(x.item_ids) for x in listeners] if timed else None,
        exclude=histories if exclude_history else None,
    )
    try:
        return model.predict(signature, inputs)
    except ServingError as error:
        raise ServerError(f"{model.path}: {error.message}") from None


def _read(lines: TextIO, path: Path, read: int) -> tuple[list[_Listener], int]:
    """Reads the next block of listeners, passing over blank lines.

    Args:
        lines: the open file.
        path: its name.
        read: how many of its lines were read before.

    Returns:
        The listeners, none at the file's end, and how many lines were read by now.
    """
    block: list[_Listener] = []
    while not block:
        try:
            chunk = list(islice(lines, BLOCK_LINES))
        except UnicodeDecodeError:
            raise ServerError(f"{path}: after line {read}: not UTF-8 text") from None
        if not chunk:
            break
        block = [_parse(line, f"{path}:{read + n}") for n, line in enumerate(chunk, start=1) if line.strip()]
        read += len(chunk)
    return block, read


def _parse(line: str, where: str) -> _Listener:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise ServerError(f"{where}: not a line of JSON") from None
    if not isinstance(row, dict):
        raise ServerError(f"{where}: not a JSON object")
    user_id, item_ids, timestamps = (
        row.get(key) for key in (names.USER_ID, names.ITEM_IDS, names.TIMESTAMPS)
    )
    if not isinstance(user_id, str):
        raise ServerError(f"{where}: {names.USER_ID}: a string is needed")
    if not isinstance(item_ids, list) or not set(map(type, item_ids)) <= {str}:
        raise ServerError(f"{where}: {names.ITEM_IDS}: a list of strings is needed")
    if timestamps is not None:
        whole = isinstance(timestamps, list) and set(map(type, timestamps)) <= {int}
        if not whole or len(timestamps) != len(item_ids) or any(abs(t) >= 1 << 63 for t in timestamps):
            raise ServerError(f"{where}: {names.TIMESTAMPS}: a list of whole seconds, one an item, is needed")
        timestamps = to_seconds(np.array(timestamps, np.int64)).tolist()
    return _Listener(user_id, item_ids, timestamps)


def _line(listener: _Listener, ranking: Ranking) -> bytes:
    row = {names.USER_ID: listener.user_id, names.ITEM_IDS: ranking.ids, names.SCORES: ranking.scores}
    # half of a surrogate pair, which JSON can hold and UTF-8 can't, is written as JSON's own escape
    return f"{json.dumps(row, ensure_ascii=False)}\n".encode("utf-8", "backslashreplace")


def _open(path: Path) -> TextIO:
    try:
        return path.open(encoding="utf-8-sig")  # passes over a byte order mark
    except OSError as error:
        raise ServerError(f"{path}: {error.strerror}") from None
