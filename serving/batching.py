"""Joins requests that come at once into one run of the graph, by TF Serving's batching parameters.

The first request of a batch waits for others and runs them all; there are no threads besides the requests' own.
"""

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np

from serving.config_protos import make_message
from serving.errors import CANCELLED, GIVEN_UP, INVALID_ARGUMENT, UNAVAILABLE, FlagError, ServingError
from serving.model_configs import read_text_proto

Tensors = Mapping[str, np.ndarray]
Graph = Callable[[dict[str, np.ndarray]], dict[str, np.ndarray]]
_Key = tuple[object, ...]
# The parameters that are whole numbers, and the least of each.
_LEAST: Final = {
    "max_batch_size": 1,
    "batch_timeout_micros": 0,
    "max_enqueued_batches": 1,
    "num_batch_threads": 1,
    "max_execution_batch_size": 1,
}
_WAIT_SECONDS: Final = 600.0  # for the request that runs the batch, which can't die without a word


@dataclass(frozen=True)
class BatchingParameters:
    """TF Serving's parameters of the same names, with its defaults."""

    max_batch_size: int = 1000
    batch_timeout_micros: int = 0
    max_enqueued_batches: int = 10
    num_batch_threads: int = os.cpu_count() or 1
    allowed_batch_sizes: tuple[int, ...] = ()
    pad_variable_length_inputs: bool = False
    enable_large_batch_splitting: bool = False
    max_execution_batch_size: int = 0

    @property
    def most_rows_of_a_run(self) -> int:
        """Most rows that run together; a larger request is split, where the parameters say so."""
        splits = self.enable_large_batch_splitting and self.max_execution_batch_size
        return self.max_execution_batch_size if splits else self.max_batch_size


def read_parameters(path: Path | None) -> BatchingParameters:
    """Reads a BatchingParameters file in text form; None gives the defaults.

    Raises:
        FlagError: the file is none, or holds a value that makes no sense.
    """
    if path is None:
        return BatchingParameters()
    message: Any = read_text_proto(path, make_message("BatchingParameters"))
    values = {name: getattr(message, name).value for name in _LEAST if message.HasField(name)}
    for name, value in values.items():
        if value < _LEAST[name]:
            raise FlagError(f"{path}: {name} {value} is too small")
    allowed = tuple(message.allowed_batch_sizes)
    parameters = BatchingParameters(
        **values,
        allowed_batch_sizes=allowed,
        pad_variable_length_inputs=message.pad_variable_length_inputs,
        enable_large_batch_splitting=message.enable_large_batch_splitting.value,
    )
    most = parameters.most_rows_of_a_run
    if most > parameters.max_batch_size:
        raise FlagError(f"{path}: max_execution_batch_size is greater than max_batch_size")
    if allowed and (list(allowed) != sorted(set(allowed)) or allowed[-1] != most):
        last = "max_batch_size" if most == parameters.max_batch_size else "max_execution_batch_size"
        raise FlagError(f"{path}: allowed_batch_sizes must grow, and end with {last}")
    return parameters


@dataclass(frozen=True)
class _Request:
    inputs: Tensors
    is_given_up: Callable[[], bool]


@dataclass
class _Batch:
    requests: list[_Request] = field(default_factory=list)
    rows: int = 0
    full: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)
    answers: list[dict[str, np.ndarray] | ServingError] = field(default_factory=list)


class Batcher:
    """Joins the requests of one version of a model."""

    def __init__(self, parameters: BatchingParameters) -> None:
        self._parameters = parameters
        self._lock = threading.Lock()
        self._open: dict[_Key, _Batch] = {}  # those that take more requests
        self._enqueued = 0
        self._slots = threading.Semaphore(parameters.num_batch_threads)

    def run(
        self,
        signature: object,
        inputs: Tensors,
        run: Graph,
        is_given_up: Callable[[], bool] = lambda: False,
    ) -> dict[str, np.ndarray]:
        """Answers a request, together with others of the same signature and kind.

        Args:
            signature: what else must be the same in all requests of a batch: signature and outputs.
            inputs: with as many rows in each tensor.
            run: runs the graph.
            is_given_up: says whether nobody waits for the answer any longer; such a request isn't run.

        Raises:
            ServingError: too many rows, too many batches that wait, or a failure of the graph.
        """
        rows = max((len(value) for value in inputs.values()), default=0)
        if rows > self._parameters.max_batch_size:
            limit = self._parameters.max_batch_size
            raise ServingError(
                INVALID_ARGUMENT, f"Task size {rows} is larger than maximum input batch size {limit}"
            )
        most = self._parameters.most_rows_of_a_run
        if rows <= most:
            return self._run_piece(signature, inputs, rows, run, is_given_up)
        pieces = [
            {name: value[start : start + most] for name, value in inputs.items()}
            for start in range(0, rows, most)
        ]
        answers = [
            self._run_piece(signature, piece, max(map(len, piece.values())), run, is_given_up)
            for piece in pieces
        ]
        return {name: np.concatenate([answer[name] for answer in answers]) for name in answers[0]}

    def _run_piece(
        self, signature: object, inputs: Tensors, rows: int, run: Graph, is_given_up: Callable[[], bool]
    ) -> dict[str, np.ndarray]:
        key = (signature, *self._kinds(inputs))
        with self._lock:
            batch, leads = self._join(key, _Request(inputs, is_given_up), rows)
            place = len(batch.requests) - 1
        if not leads:
            if not batch.done.wait(_WAIT_SECONDS):
                raise ServingError(UNAVAILABLE, "The batch was never run")
        else:
            with self._turn(key, batch):
                batch.answers = self._answer_wanted(batch.requests, run)
        answer = batch.answers[place]
        if isinstance(answer, ServingError):
            raise ServingError(answer.code, answer.message)
        return answer

    def _kinds(self, inputs: Tensors) -> Iterator[_Key]:
        """Yields what each tensor of a batch must share: its sizes but the rows, or their number if padded."""
        for name in sorted(inputs):
            value = inputs[name]
            sizes = value.ndim if self._parameters.pad_variable_length_inputs else value.shape[1:]
            yield (name, value.dtype, sizes)

    def _join(self, key: _Key, request: _Request, rows: int) -> tuple[_Batch, bool]:
        """Adds a request to the open batch of its kind, or opens one, which the request then runs."""
        limit = self._parameters.most_rows_of_a_run
        batch = self._open.get(key)
        leads = batch is None or batch.rows + rows > limit
        if batch is None or leads:
            if self._enqueued >= self._parameters.max_enqueued_batches:
                raise ServingError(
                    UNAVAILABLE, "The batch scheduling queue to which this task was submitted is full"
                )
            if batch is not None:
                batch.full.set()
            batch = self._open[key] = _Batch()
            self._enqueued += 1
        batch.requests.append(request)
        batch.rows += rows
        if batch.rows >= limit:
            batch.full.set()
        return batch, leads

    @contextmanager
    def _turn(self, key: _Key, batch: _Batch) -> Iterator[None]:
        """Waits for a batch to fill and for a free slot; requests join it until then."""
        try:
            if self._parameters.batch_timeout_micros:
                batch.full.wait(self._parameters.batch_timeout_micros / 1e6)
            with self._slots:
                with self._lock:
                    self._enqueued -= 1
                    if self._open.get(key) is batch:
                        del self._open[key]
                yield
        finally:
            if not batch.answers:
                failure = ServingError(UNAVAILABLE, "The batch was not answered")
                batch.answers = [failure] * len(batch.requests)
            batch.done.set()

    def _answer_wanted(
        self, requests: list[_Request], run: Graph
    ) -> list[dict[str, np.ndarray] | ServingError]:
        wanted = [not request.is_given_up() for request in requests]
        inputs = [request.inputs for request, is_wanted in zip(requests, wanted, strict=True) if is_wanted]
        answers = iter(self._answer(inputs, run) if inputs else [])
        return [next(answers) if is_wanted else ServingError(CANCELLED, GIVEN_UP) for is_wanted in wanted]

    def _answer(self, requests: list[Tensors], run: Graph) -> list[dict[str, np.ndarray] | ServingError]:
        try:
            return [*self._run_together(requests, run)]
        except ServingError as error:
            if len(requests) == 1:
                return [error]
        # one request's fault isn't the others'
        return [answer for request in requests for answer in self._answer([request], run)]

    def _run_together(self, requests: list[Tensors], run: Graph) -> list[dict[str, np.ndarray]]:
        counts = [max(map(len, request.values())) for request in requests]
        rows = sum(counts)
        size = next((allowed for allowed in self._parameters.allowed_batch_sizes if allowed >= rows), rows)
        joined = {name: _join_rows([r[name] for r in requests], size) for name in requests[0]}
        outputs = run(joined)
        for name, value in outputs.items():
            if not value.ndim or len(value) != size:
                message = f"Batched output tensor {name} doesn't have the rows of its inputs"
                raise ServingError(INVALID_ARGUMENT, message)
        edges = pairwise([0, *accumulate(counts)])
        return [{name: value[start:end] for name, value in outputs.items()} for start, end in edges]


def _join_rows(parts: list[np.ndarray], size: int) -> np.ndarray:
    """Puts tensors under one another; shorter ones are padded with their own first element, as in TF Serving."""
    shape = [max(sizes) for sizes in zip(*(part.shape[1:] for part in parts), strict=True)]
    joined = [_pad(part, shape) for part in parts]
    missing = size - sum(map(len, parts))
    if missing:
        joined.append(np.repeat(joined[0][:1], missing, axis=0))
    return joined[0] if len(joined) == 1 else np.concatenate(joined)


def _pad(part: np.ndarray, shape: list[int]) -> np.ndarray:
    widths = [(0, 0), *((0, wanted - size) for wanted, size in zip(shape, part.shape[1:], strict=True))]
    if not any(width for _, width in widths):
        return part
    filler = part.flat[0] if part.size else (b"" if part.dtype.hasobject else 0)
    return np.pad(part, widths, constant_values=filler)
