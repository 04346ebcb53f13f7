"""One version of a SavedModel in memory: its signatures, checked inputs, answers as arrays."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from serving.errors import (
    FAILED_PRECONDITION,
    INTERNAL,
    INVALID_ARGUMENT,
    RESOURCE_EXHAUSTED,
    ServerError,
    ServingError,
    first_line,
)
from serving.tensors import numpy_type, type_name

if TYPE_CHECKING:
    from tensorflow.core.protobuf.meta_graph_pb2 import SignatureDef, TensorInfo

DEFAULT_SIGNATURE = "serving_default"
_SAVED_MODEL_FILE = "saved_model.pb"
_SERVE_TAG = "serve"
_WILDCARDS: Final = frozenset("*?[\\")


class LoadedModel:
    """A SavedModel that answers requests; loading it registers ScaNN's op where the graph needs it.

    Args:
        path: the version's folder.
    """

    def __init__(self, path: Path) -> None:
        import tensorflow as tf
        from tensorflow.core.protobuf import saved_model_pb2

        content = (Path(path) / _SAVED_MODEL_FILE).read_bytes()
        if b"Scann>" in content:
            from scann.scann_ops.py import scann_ops  # noqa: F401  registers the op
        saved = saved_model_pb2.SavedModel.FromString(content)
        graph = next((g for g in saved.meta_graphs if _SERVE_TAG in g.meta_info_def.tags), None)
        if graph is None:
            raise ValueError(f"{path}: not a SavedModel with a graph to serve")
        self.path = Path(path)
        self.signature_defs: dict[str, SignatureDef] = dict(graph.signature_def)
        with _without_wildcards(self.path) as plain_path:
            self._model = tf.saved_model.load(str(plain_path), tags=[_SERVE_TAG])

    def signature(self, name: str) -> "SignatureDef":
        """Returns the SignatureDef of a signature; "" is the default one.

        Raises:
            ServingError: there is none of that name.
        """
        name = name or DEFAULT_SIGNATURE
        if name not in self._model.signatures:
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
            ServingError: inputs or outputs that the signature doesn't have, of another type or shape; too
                many rows; a failure of the graph.
        """
        import tensorflow as tf

        definition = self.signature(signature)
        check_inputs(definition, inputs, max_rows)
        wanted = check_outputs(definition, outputs)
        tensors = {name: tf.constant(value, definition.inputs[name].dtype) for name, value in inputs.items()}
        try:
            answer = self._model.signatures[signature or DEFAULT_SIGNATURE](**tensors)
        except tf.errors.OpError as error:
            # The text of an op's error can hold a request's values: only the node's name is safe to answer.
            code = INVALID_ARGUMENT if isinstance(error, tf.errors.InvalidArgumentError) else INTERNAL
            node = getattr(error.op, "name", None) or type(error).__name__
            raise ServingError(code, f"The model could not answer this request (at {node})") from None
        return {name: np.asarray(answer[name].numpy()) for name in wanted}


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
        _check_input(name, definition.inputs[name], value)
    rows = {value.shape[0] for value in inputs.values() if value.ndim}
    if len(rows) > 1:
        raise ServingError(INVALID_ARGUMENT, "input tensors must have equal 0th-dimension size")
    if max_rows is not None and max(rows, default=0) > max_rows:
        raise ServingError(
            RESOURCE_EXHAUSTED, f"batch size {max(rows)} is larger than the maximum of {max_rows} rows"
        )


def _check_input(name: str, info: "TensorInfo", value: np.ndarray) -> None:
    if value.dtype != numpy_type(info.dtype):
        kind = "string" if value.dtype == object else value.dtype.name
        raise ServingError(
            INVALID_ARGUMENT, f'input "{name}" expects {type_name(info.dtype)} but {kind} is provided'
        )
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
