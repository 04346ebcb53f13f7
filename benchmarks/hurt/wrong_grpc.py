"""Wrong requests over gRPC, each with the code that TF Serving gives it."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from tensorflow_serving.apis.predict_pb2 import PredictRequest

from benchmarks.hurt.model import MODEL
from benchmarks.hurt.wrong_http import ROWS

SERVICE: Final = "/tensorflow.serving.PredictionService/"
_STRING, _FLOAT, _RESOURCE = 7, 1, 20  # of types.proto


@dataclass(frozen=True)
class Call:
    """A kind of wrong call.

    Attributes:
        name: of what is wrong.
        weight: how often it is sent beside the others.
        make: a request, as bytes, of random content.
        codes: what is right as an answer.
        method: that is called.
    """

    name: str
    weight: int
    make: Callable[[random.Random], bytes]
    codes: Sequence[str] = ("INVALID_ARGUMENT",)
    method: str = "Predict"


def _predict(change: Callable[[PredictRequest, random.Random], object]) -> Callable[[random.Random], bytes]:
    """Returns what makes a right request and changes it to a wrong one."""

    def make(chance: random.Random) -> bytes:
        request = PredictRequest()
        request.model_spec.name = MODEL
        _fill(request, [1, 2], _STRING)
        request.inputs["item_ids"].string_val.extend([b"a", b"b"])
        change(request, chance)
        return request.SerializeToString()

    return make


def _fill(request: PredictRequest, shape: Sequence[int], data_type: int) -> None:
    tensor = request.inputs["item_ids"]
    tensor.Clear()
    tensor.dtype = data_type
    for size in shape:
        tensor.tensor_shape.dim.add().size = size


def _floats(request: PredictRequest, chance: random.Random) -> None:
    _fill(request, [1, 2], _FLOAT)
    request.inputs["item_ids"].float_val.extend([chance.random(), 1.0])


def _shape(*shape: int) -> Callable[[PredictRequest, random.Random], None]:
    return lambda request, _: _fill(request, shape, _STRING)


def _reshape(*shape: int) -> Callable[[PredictRequest, random.Random], None]:
    def change(request: PredictRequest, _: random.Random) -> None:
        _fill(request, shape, _STRING)
        request.inputs["item_ids"].string_val.append(b"a")

    return change


def _rename(request: PredictRequest, chance: random.Random) -> None:
    request.inputs[f"w{chance.randrange(1 << 30)}"].CopyFrom(request.inputs["item_ids"])
    del request.inputs["item_ids"]


def _text(chance: random.Random) -> str:
    return f"w{chance.randrange(1 << 30)}"


WRONG: Final = (
    Call("floats for strings", 8, _predict(_floats)),
    Call("a type that requests can't have", 4, _predict(lambda r, _: _fill(r, [1, 1], _RESOURCE))),
    Call("a type that there isn't", 4, _predict(lambda r, c: _fill(r, [1, 1], c.randrange(60, 99)))),
    Call("fewer values than the shape", 6, _predict(_shape(1, 2))),
    Call("a negative size", 6, _predict(_reshape(-1, 1))),
    Call("a rank that the graph refuses", 2, _predict(_reshape(1))),
    Call("a missing input", 8, _predict(lambda r, _: r.inputs.clear())),
    Call("another input", 8, _predict(_rename)),
    Call("an unknown output", 4, _predict(lambda r, c: r.output_filter.append(_text(c)))),
    Call(
        "an unknown signature",
        6,
        _predict(lambda r, c: setattr(r.model_spec, "signature_name", _text(c))),
        ("FAILED_PRECONDITION",),
    ),
    Call("an unknown label", 4, _predict(lambda r, c: setattr(r.model_spec, "version_label", _text(c)))),
    Call(
        "an unknown version",
        4,
        _predict(lambda r, c: setattr(r.model_spec.version, "value", c.randrange(1000, 1 << 60))),
        ("NOT_FOUND",),
    ),
    Call(
        "an unknown model", 8, _predict(lambda r, c: setattr(r.model_spec, "name", _text(c))), ("NOT_FOUND",)
    ),
    Call("no model", 4, _predict(lambda r, _: r.ClearField("model_spec"))),
    Call("a shape of a million millions", 4, _predict(_reshape(1 << 20, 1 << 20)), ("RESOURCE_EXHAUSTED",)),
    Call("too many rows", 4, _predict(_reshape(ROWS + 1, 1)), ("RESOURCE_EXHAUSTED",)),
    Call(
        "bytes that are no request",
        8,
        lambda c: b"\x0a" + c.randbytes(60),
        (
            "INTERNAL",
            "INVALID_ARGUMENT",
            "NOT_FOUND",
        ),  # some happen to be one, of no model or of an unknown one
    ),
    Call(
        "a request that is cut off",
        8,
        lambda c: _predict(lambda r, _: None)(c)[: -c.randrange(1, 9)],
        ("INTERNAL",),
    ),
    Call("a method that there isn't", 4, lambda c: c.randbytes(9), ("UNIMPLEMENTED",), "Explode"),
    Call("nothing to classify", 2, lambda _: b"", ("INVALID_ARGUMENT",), "Classify"),
    Call("no tasks", 2, lambda _: b"", ("INVALID_ARGUMENT",), "MultiInference"),
    Call(
        "no fields of metadata",
        2,
        _predict(lambda r, _: r.inputs.clear()),
        ("INVALID_ARGUMENT",),
        "GetModelMetadata",
    ),
)
