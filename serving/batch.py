"""`upnext batch`: ranks a file of histories with the pushed model, in this process, in constant memory."""

import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

from models import names
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
    out_path: Path,
    *,
    k: int = 10,
    exclude_history: bool = False,
    batch_size: int = 256,
) -> BatchSummary:
    """Ranks each line's history, in the order of the lines.

    Args:
        model_dir: a version of the `upnext` SavedModel.
        in_path: lines of `{"user_id", "item_ids"[, "timestamps"]}`, oldest first.
        out_path: lines of `{"user_id", "item_ids", "scores"}`, best first; appears whole or not at all.
        k: items a line, at most 100.
        exclude_history: answers only items that the line's history lacks.
        batch_size: most rows of one call.

    Raises:
        FlagError: `k` or `batch_size` out of range.
        ServerError: a file that can't be read or written, or a line that is wrong (file:line and field).
    """
    if not 1 <= k <= names.ANSWERS:
        raise FlagError(f"-k {k}: must be from 1 to {names.ANSWERS}.")
    if batch_size < 1:
        raise FlagError(f"batch size {batch_size}: must be 1 or more.")
    in_path, out_path = Path(in_path), Path(out_path)
    staged = out_path.with_name(f".{out_path.name}.{os.getpid()}")
    try:
        with _open(in_path, "r") as lines, _open(staged, "w", out_path) as out:
            first = _read(lines, in_path, 0)  # a wrong first block is told before the model is loaded
            model = load_model(model_dir)
            start = time.monotonic()
            rows = short = 0
            block, end = first
            while block:
                for listener, ranking in zip(
                    block, _rank_block(model, block, k, exclude_history, batch_size), strict=True
                ):
                    out.write(_line(listener, ranking))
                    short += len(ranking.ids) < k
                rows += len(block)
                block, end = _read(lines, in_path, end)
        staged.replace(out_path)
    except OSError as error:  # a full disk, most of all
        raise ServerError(f"{error.filename or out_path}: {error.strerror}.") from error
    finally:
        staged.unlink(missing_ok=True)
    return BatchSummary(rows, short, time.monotonic() - start)


def _rank_block(
    model: LoadedModel, block: Sequence[_Listener], k: int, exclude_history: bool, batch_size: int
) -> list[Ranking]:
    """Rankings of a block; rows of like length are asked together, so that little is padding."""
    order = sorted(range(len(block)), key=lambda place: len(block[place].item_ids))
    rankings: list[Ranking | None] = [None] * len(block)
    for places in _batches(order, block, batch_size):
        answer = _ask(model, [block[place] for place in places], exclude_history)
        for place, ranking in zip(places, top_rankings(answer, k), strict=True):
            rankings[place] = ranking
    return rankings  # type: ignore[return-value]


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


def _ask(model: LoadedModel, listeners: Sequence[_Listener], exclude_history: bool) -> dict[str, Any]:
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


def _read(lines: IO[str], path: Path, read: int) -> tuple[list[_Listener], int]:
    """The next block of listeners after `read` lines, passing over blank ones, and the lines read then."""
    block: list[_Listener] = []
    while not block:
        try:
            chunk = list(islice(lines, BLOCK_LINES))
        except UnicodeDecodeError:
            raise ServerError(f"{path}: after line {read}: not UTF-8 text.") from None
        if not chunk:
            break
        block = [_parse(line, f"{path}:{read + n}") for n, line in enumerate(chunk, start=1) if line.strip()]
        read += len(chunk)
    return block, read


def _parse(line: str, where: str) -> _Listener:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise ServerError(f"{where}: not a line of JSON.") from None
    if not isinstance(row, dict):
        raise ServerError(f"{where}: not a JSON object.")
    user_id, item_ids, timestamps = (
        row.get(key) for key in (names.USER_ID, names.ITEM_IDS, names.TIMESTAMPS)
    )
    if not isinstance(user_id, str):
        raise ServerError(f"{where}: {names.USER_ID}: a string is needed.")
    if not isinstance(item_ids, list) or not set(map(type, item_ids)) <= {str}:
        raise ServerError(f"{where}: {names.ITEM_IDS}: a list of strings is needed.")
    if timestamps is not None:
        whole = isinstance(timestamps, list) and set(map(type, timestamps)) <= {int}
        if not whole or len(timestamps) != len(item_ids) or any(abs(t) >= 1 << 63 for t in timestamps):
            raise ServerError(
                f"{where}: {names.TIMESTAMPS}: a list of whole seconds, one an item, is needed."
            )
    return _Listener(user_id, item_ids, timestamps)


def _line(listener: _Listener, ranking: Ranking) -> str:
    row = {names.USER_ID: listener.user_id, names.ITEM_IDS: ranking.ids, names.SCORES: ranking.scores}
    return json.dumps(row, ensure_ascii=False) + "\n"


def _open(path: Path, mode: str, told: Path | None = None) -> IO[str]:
    """Opens a file; `told` is the name by which the user knows it."""
    try:
        # A half of a surrogate pair, which JSON can hold and UTF-8 can't, is written as JSON's own escape.
        errors = "backslashreplace" if mode == "w" else "strict"
        return path.open(mode, encoding="utf-8", errors=errors, newline="\n" if mode == "w" else None)
    except OSError as error:
        raise ServerError(f"{told or path}: {error.strerror}.") from None
