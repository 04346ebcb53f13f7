"""One version of a SavedModel in memory: its signatures, checked inputs, answers as arrays."""

import copy
import gc
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from serving.errors import (
    CODES,
    FAILED_PRECONDITION,
    INTERNAL,
    INVALID_ARGUMENT,
    RESOURCE_EXHAUSTED,
    ServerError,
    ServingError,
    first_line,
)
from serving.lean_tensorflow import register_scann, turn_off_onednn
from serving.tensors import numpy_type, type_name

if TYPE_CHECKING:
    from tensorflow.core.protobuf.config_pb2 import ConfigProto
    from tensorflow.core.protobuf.meta_graph_pb2 import SignatureDef, TensorInfo

DEFAULT_SIGNATURE = "serving_default"
_SAVED_MODEL_FILE = "saved_model.pb"
_SERVE_TAG = "serve"
_INIT_SIGNATURE = "__saved_model_init_op"  # run by loading, never by a request
_WILDCARDS: Final = frozenset("*?[\\")
_Callable = Callable[..., Sequence[np.ndarray]]
_MAX_CALLABLES = 64  # prepared sets of feeds and fetches; rarer ones are prepared for one run
_NODE = re.compile(r"\{\{node ([^{}]+)\}\}")


def session_config(intra_op: int = 0, inter_op: int = 0) -> "ConfigProto":
    """Makes the settings of a session.

    Args:
        intra_op: threads of one op; 0 for one. The ops of a request are small: two threads an op took a quarter more
            CPU for it, and no less time, alone or with 64 rows.
        inter_op: ops that run side by side; 0 for as many as there are cores.
    """
    from tensorflow.core.protobuf.config_pb2 import ConfigProto

    return ConfigProto(
        allow_soft_placement=True,
        intra_op_parallelism_threads=intra_op or 1,
        inter_op_parallelism_threads=inter_op,
    )


class LoadedModel:
    """A SavedModel of TensorFlow 1 or 2 that answers requests; loading it registers ScaNN's op where needed.

    It runs in a Session, as in TF Serving: closing the session frees whatever the graph holds, tables and
    indexes included, which an eagerly loaded model never does.

    Args:
        path: the version's folder.
        config: of the session; its numbers of threads count for the first session of a process alone.
    """

    def __init__(self, path: Path, config: "ConfigProto | None" = None) -> None:
        turn_off_onednn()
        from tensorflow.python.client.session import Session
        from tensorflow.python.framework.ops import Graph
        from tensorflow.python.saved_model.loader_impl import SavedModelLoader

        self.path = Path(path)
        if b"Scann>" in (self.path / _SAVED_MODEL_FILE).read_bytes():
            register_scann()
        graph = Graph()
        self._session = Session(graph=graph, config=config or session_config())
        self._callables: dict[tuple[tuple[str, ...], tuple[str, ...]], _Callable] = {}
        try:
            with graph.as_default(), _without_wildcards(self.path) as plain_path:
                meta_graph = SavedModelLoader(str(plain_path)).load(self._session, [_SERVE_TAG])
        except BaseException:
            self._session.close()
            raise
        # Copies: a part of a message keeps the whole of it in memory.
        self.signature_defs: dict[str, SignatureDef] = {
            name: copy.deepcopy(definition) for name, definition in meta_graph.signature_def.items()
        }

    def close(self) -> None:
        """Frees the model's memory; no request may be under way."""
        self._callables.clear()
        self._session.close()
        gc.collect()  # a graph refers to itself

    def signature(self, name: str) -> "SignatureDef":
        """Returns the SignatureDef of a signature; "" is the default one.

        Raises:
            ServingError: there is none of that name.
        """
        name = name or DEFAULT_SIGNATURE
        if name not in self.signature_defs or name == _INIT_SIGNATURE:
            raise ServingError(FAILED_PRECONDITION, f'Serving signature key "{name}" not found.')
        return self.signature_defs[name]

    def predict(
        self,
        signature: str,
        inputs: dict[str, np.ndarray],
        *,
        outputs: tuple[str, ...] = (),
        max_rows: int | None = None,
    ) -> dict[str, np.ndarray]:
        """Answers one request.

        Args:
            signature: "" for the default one.
            inputs: every input of the signature, strings as object arrays of bytes.
            outputs: the names wanted; none for all.
            max_rows: most rows of a batch.

        Raises:
            ServingError: inputs or outputs that the signature doesn't have, or of another type; too many
                rows; a failure of the graph.
        """
        definition = self.signature(signature)
        check_inputs(definition, inputs, max_rows)
        wanted = check_outputs(definition, outputs)
        feeds = {definition.inputs[name].name: value for name, value in inputs.items()}
        try:
            tensors = self.run(feeds, [definition.outputs[name].name for name in wanted])
        except ServingError:
            check_shapes(definition, inputs)  # says more than the graph does
            raise
        return dict(zip(wanted, tensors, strict=True))

    def run(self, feeds: Mapping[str, np.ndarray], fetches: Sequence[str]) -> list[np.ndarray]:
        """Runs the graph.

        Args:
            feeds: values by the names of their tensors.
            fetches: the names of the tensors to answer.

        Raises:
            ServingError: the graph failed, with its code and the name of the node.
        """
        from tensorflow.python.framework.errors_impl import OpError

        names = tuple(sorted(feeds))  # a protobuf's map has no order, and each order would be prepared anew
        places = {name: place for place, name in enumerate(sorted(set(fetches)))}
        try:
            values = self._callable(names, tuple(places))(*(feeds[name] for name in names))
        except OpError as error:
            # The text of an op's error can hold a request's values: only the node's name is safe to answer.
            node = _NODE.search(error.message or "")
            where = node[1] if node else type(error).__name__
            code = CODES.get(error.error_code, INTERNAL)
            raise ServingError(code, f"The model could not answer this request (at {where})") from None
        return [np.asarray(values[places[name]]) for name in fetches]

    def _callable(self, feeds: tuple[str, ...], fetches: tuple[str, ...]) -> _Callable:
        prepared = self._callables.get((feeds, fetches))
        if prepared is None:
            from tensorflow.core.protobuf import config_pb2

            options = config_pb2.CallableOptions(feed=feeds, fetch=fetches)
            # Beside Session.run: no Python per tensor, and shapes are left to the graph, as in TF Serving.
            prepared = self._session._make_callable_from_options(options)
            if len(self._callables) < _MAX_CALLABLES:
                self._callables[feeds, fetches] = prepared
        return prepared


def load_model(path: Path) -> LoadedModel:
    """Loads a model for use outside a server.

    Raises:
        ServerError: the folder holds no SavedModel that can be loaded.
    """
    try:
        return LoadedModel(path)
    except Exception as error:  # TensorFlow reports a broken file in many ways
        raise ServerError(f"{path}: not a model that can be loaded ({first_line(error)})") from None


@contextmanager
def _without_wildcards(path: Path) -> Iterator[Path]:
    """Yields a path to the same folder that TensorFlow doesn't take for a pattern of file names."""
    if not _WILDCARDS.intersection(str(path)):
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        link = Path(folder) / "model"
        link.symlink_to(path.resolve(), target_is_directory=True)
        yield link


def check_names(definition: "SignatureDef", names: Iterable[str]) -> None:
    """Refuses inputs whose names aren't those of a SignatureDef.

    Raises:
        ServingError: INVALID_ARGUMENT, in TF Serving's words.
    """
    sent, known = set(names), set(definition.inputs)
    if sent != known:
        raise ServingError(
            INVALID_ARGUMENT,
            f"input size does not match signature: {len(sent)}!={len(known)} len({{{_join(sent)}}}) != "
            f"len({{{_join(known)}}}). Sent extra: {{{_join(sent - known)}}}. "
            f"Missing but required: {{{_join(known - sent)}}}.",
        )


def check_inputs(
    definition: "SignatureDef", inputs: dict[str, np.ndarray], max_rows: int | None = None
) -> None:
    """Refuses inputs that don't fit a SignatureDef.

    Raises:
        ServingError: INVALID_ARGUMENT, or RESOURCE_EXHAUSTED for too many rows, in TF Serving's words.
    """
    check_names(definition, inputs)
    for name, value in inputs.items():
        expected = definition.inputs[name].dtype
        if value.dtype != numpy_type(expected):
            kind = "string" if value.dtype == object else value.dtype.name
            raise ServingError(
                INVALID_ARGUMENT, f'input "{name}" expects {type_name(expected)} but {kind} is provided'
            )
    if not is_batched(definition):
        return
    rows = {value.shape[0] for value in inputs.values() if value.ndim}
    if len(rows) > 1:
        raise ServingError(INVALID_ARGUMENT, "input tensors must have equal 0th-dimension size")
    if max_rows is not None and max(rows, default=0) > max_rows:
        raise ServingError(
            RESOURCE_EXHAUSTED, f"batch size {max(rows)} is larger than the maximum of {max_rows} rows"
        )


def is_batched(definition: "SignatureDef") -> bool:
    """Says whether the first dimension of all inputs and outputs is free, hence the rows of a request."""
    infos = [*definition.inputs.values(), *definition.outputs.values()]
    return all(info.tensor_shape.dim and info.tensor_shape.dim[0].size == -1 for info in infos)


def check_shapes(definition: "SignatureDef", inputs: Mapping[str, np.ndarray]) -> None:
    """Refuses inputs of another shape than a SignatureDef tells.

    Raises:
        ServingError: INVALID_ARGUMENT, with both shapes.
    """
    for name, value in inputs.items():
        info: TensorInfo = definition.inputs[name]
        shape = [dim.size for dim in info.tensor_shape.dim]
        fits = len(shape) == value.ndim and all(
            expected in (-1, size) for expected, size in zip(shape, value.shape, strict=True)
        )
        if not info.tensor_shape.unknown_rank and not fits:
            raise ServingError(
                INVALID_ARGUMENT,
                f'input "{name}" expects shape {_shape_text(shape)} but {_shape_text(value.shape)} is provided',
            )


def check_outputs(definition: "SignatureDef", outputs: tuple[str, ...]) -> list[str]:
    """Returns the names of the outputs to answer: those that were asked for, or all.

    Raises:
        ServingError: INVALID_ARGUMENT, in TF Serving's words.
    """
    for name in outputs:
        if name not in definition.outputs:
            raise ServingError(
                INVALID_ARGUMENT,
                f"output tensor alias not found in signature: {name} "
                f"Outputs expected to be in the set {{{_join(definition.outputs)}}}.",
            )
        if outputs.count(name) > 1:
            raise ServingError(INVALID_ARGUMENT, f"duplicate output tensor alias: {name}")
    return list(outputs) or sorted(definition.outputs)


def _join(names: Iterable[str]) -> str:
    return ",".join(sorted(names))


def _shape_text(sizes: Iterable[int]) -> str:
    return "[" + ",".join("?" if size == -1 else str(size) for size in sizes) + "]"
