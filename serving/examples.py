"""Classify, Regress and MultiInference: tf.Examples in, classes and values out, in TF Serving's words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from serving.errors import INVALID_ARGUMENT, RESOURCE_EXHAUSTED, UNIMPLEMENTED, ServingError
from serving.loaded_model import DEFAULT_SIGNATURE, LoadedModel

if TYPE_CHECKING:
    from tensorflow.core.protobuf.meta_graph_pb2 import SignatureDef
    from tensorflow_serving.apis.classification_pb2 import ClassificationResult
    from tensorflow_serving.apis.inference_pb2 import InferenceResult
    from tensorflow_serving.apis.input_pb2 import Input
    from tensorflow_serving.apis.regression_pb2 import RegressionResult

CLASSIFY: Final = "tensorflow/serving/classify"
REGRESS: Final = "tensorflow/serving/regress"
_INPUTS, _OUTPUTS, _CLASSES, _SCORES = "inputs", "outputs", "classes", "scores"
_KINDS: Final = {CLASSIFY: "classification", REGRESS: "regression"}


@dataclass(frozen=True)
class Task:
    """One signature to ask, by the method that it is made for."""

    signature: str
    method: str


@dataclass(frozen=True)
class _Plan:
    method: str
    input: str  # name of the tensor that takes the examples
    outputs: dict[str, str]  # names of the tensors to answer, by the signature's own names


def infer(
    model: LoadedModel, tasks: Sequence[Task], examples: "Input", max_rows: int
) -> "list[InferenceResult]":
    """Runs the graph once for all tasks.

    Args:
        model: the version.
        tasks: what to answer.
        examples: the request's tf.Examples, with or without a context.
        max_rows: most examples.

    Returns:
        A result for each task, without its ModelSpec.

    Raises:
        ServingError: a signature that there isn't or whose tensors aren't those of the method, no examples, too
            many, or a failure of the graph.
    """
    plans = [_plan(model, task) for task in tasks]
    rows = _serialize(examples)
    if len(rows) > max_rows:
        message = f"batch size {len(rows)} is larger than the maximum of {max_rows} rows"
        raise ServingError(RESOURCE_EXHAUSTED, message)
    feeds = dict.fromkeys(sorted({plan.input for plan in plans}), rows)
    fetches = sorted({name for plan in plans for name in plan.outputs.values()})
    values = dict(zip(fetches, model.run(feeds, fetches), strict=True))
    return [_result(plan, values, len(rows)) for plan in plans]


def _plan(model: LoadedModel, task: Task) -> _Plan:
    name = task.signature or DEFAULT_SIGNATURE
    definition = model.signature_defs.get(name)
    if task.method not in _KINDS:
        raise ServingError(UNIMPLEMENTED, f"Unsupported signature method_name: {task.method}")
    if definition is None:
        raise ServingError(INVALID_ARGUMENT, f"No signature was found with the name: {name}")
    kind = _KINDS[task.method]  # the signature's own method_name isn't read: models of TensorFlow 2 have none
    if len(definition.inputs) != 1:
        raise ServingError(INVALID_ARGUMENT, "Expected one input Tensor.")
    if _INPUTS not in definition.inputs:
        raise ServingError(INVALID_ARGUMENT, f"No {kind} inputs found in SignatureDef: {name}")
    return _Plan(task.method, definition.inputs[_INPUTS].name, _outputs(task.method, name, definition))


def _outputs(method: str, name: str, definition: "SignatureDef") -> dict[str, str]:
    if method == REGRESS:
        if len(definition.outputs) != 1:
            raise ServingError(INVALID_ARGUMENT, "Expected one output Tensor.")
        if _OUTPUTS not in definition.outputs:
            raise ServingError(INVALID_ARGUMENT, f"No regression outputs found in SignatureDef: {name}")
        return {_OUTPUTS: definition.outputs[_OUTPUTS].name}
    if len(definition.outputs) not in (1, 2):
        raise ServingError(
            INVALID_ARGUMENT, f"Expected one or two output Tensors, found {len(definition.outputs)}"
        )
    outputs = {key: definition.outputs[key].name for key in (_CLASSES, _SCORES) if key in definition.outputs}
    if not outputs:
        raise ServingError(
            INVALID_ARGUMENT,
            "Expected classification signature outputs to contain at least one of "
            f'"{_CLASSES}" or "{_SCORES}". Signature was: {name}',
        )
    return outputs


def _serialize(examples: "Input") -> np.ndarray:
    """Returns the examples as the graph parses them: a context's bytes before each example's own."""
    if examples.WhichOneof("kind") == "example_list_with_context":
        prefix = examples.example_list_with_context.context.SerializeToString()
        listed = examples.example_list_with_context.examples
    else:
        prefix, listed = b"", examples.example_list.examples
    if not listed:
        raise ServingError(INVALID_ARGUMENT, "Input is empty.")
    rows = np.empty(len(listed), object)
    rows[:] = [prefix + example.SerializeToString() for example in listed]
    return rows


def _result(plan: _Plan, values: dict[str, np.ndarray], rows: int) -> "InferenceResult":
    from tensorflow_serving.apis import inference_pb2

    outputs = {key: values[name] for key, name in plan.outputs.items()}
    result = inference_pb2.InferenceResult()
    if plan.method == REGRESS:
        _fill_regressions(result.regression_result, outputs[_OUTPUTS], rows)
    else:
        _fill_classes(result.classification_result, outputs.get(_CLASSES), outputs.get(_SCORES), rows)
    return result


def _fill_regressions(result: "RegressionResult", values: np.ndarray, rows: int) -> None:
    if not (values.ndim == 1 or (values.ndim == 2 and values.shape[1] == 1)):
        raise ServingError(
            INVALID_ARGUMENT,
            "Expected output Tensor shape to be either [batch_size] or "
            f"[batch_size, 1] but got {list(values.shape)}",
        )
    if len(values) != rows:
        raise ServingError(
            INVALID_ARGUMENT, f"Input batch size did not match output batch size: {rows} vs. {len(values)}"
        )
    _check_type("output", values, np.dtype(np.float32))
    for value in values.ravel().tolist():
        result.regressions.add().value = value


def _fill_classes(
    result: "ClassificationResult", classes: np.ndarray | None, scores: np.ndarray | None, rows: int
) -> None:
    for name, values, dtype in ((_CLASSES, classes, object), (_SCORES, scores, np.float32)):
        if values is None:
            continue
        if values.ndim != 2:
            raise ServingError(
                INVALID_ARGUMENT,
                f"Expected Tensor shape: [batch_size num_classes] but got {list(values.shape)}",
            )
        _check_type(name, values, np.dtype(dtype))
        if len(values) != rows:
            raise ServingError(
                INVALID_ARGUMENT, f"Expected {name} output batch size of {rows}. Got: {len(values)}"
            )
    if classes is not None and scores is not None and classes.shape != scores.shape:
        raise ServingError(
            INVALID_ARGUMENT,
            "Tensors class and score should match in dim_size(1). "
            f"Got {classes.shape[1]} vs. {scores.shape[1]}",
        )
    shape = next(values.shape for values in (classes, scores) if values is not None)
    labels = np.full(shape, b"", object) if classes is None else classes
    numbers = np.zeros(shape, np.float32) if scores is None else scores
    for row_labels, row_scores in zip(labels.tolist(), numbers.tolist(), strict=True):
        entry = result.classifications.add()
        for label, score in zip(row_labels, row_scores, strict=True):
            entry.classes.add(label=label.decode("utf-8", "replace"), score=score)


def _check_type(name: str, values: np.ndarray, dtype: np.dtype) -> None:
    if values.dtype != dtype:
        wanted = "DT_STRING" if dtype.hasobject else "DT_FLOAT"
        raise ServingError(INVALID_ARGUMENT, f"Expected {name} Tensor of {wanted}. Got: {values.dtype.name}")
