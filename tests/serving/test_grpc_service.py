"""The server as a gRPC client meets it."""

from collections.abc import Iterator
from typing import Any

import grpc
import numpy as np
import psutil
import pytest

from models import names
from serving.request import build_request
from serving.tensors import to_array, to_proto
from tests.serving.running import ServerProcess
from tests.serving.toy import after


@pytest.fixture(scope="module")
def channel(server: ServerProcess) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(server.address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        yield channel


def ask(
    channel: grpc.Channel, model: str, inputs: dict[str, np.ndarray], signature: str = "", **spec: Any
) -> Any:
    from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

    request = predict_pb2.PredictRequest(output_filter=spec.pop("output_filter", []))
    request.model_spec.name, request.model_spec.signature_name = model, signature
    if "version" in spec:
        request.model_spec.version.value = spec["version"]
    if "label" in spec:
        request.model_spec.version_label = spec["label"]
    for name, value in inputs.items():
        to_proto(value, request.inputs[name])
    return prediction_service_pb2_grpc.PredictionServiceStub(channel).Predict(request, 30)


def refusal(call: Any) -> tuple[str, str]:
    with pytest.raises(grpc.RpcError) as error:
        call()
    return error.value.code().name, error.value.details()


def history(*rows: list[str]) -> dict[str, np.ndarray]:
    return build_request(rows)[1]


def ids(answer: Any, k: int) -> list[list[str]]:
    return [[i.decode() for i in row[:k]] for row in to_array("item_ids", answer.outputs["item_ids"])]


def test_each_row_has_its_answer(channel: grpc.Channel) -> None:
    answer = ask(channel, "upnext", history(["i03"], ["i07", "unheard of"], []))
    assert ids(answer, 3) == [after("i03", 3), after("i07", 3), ["i00", "i01", "i02"]]
    assert answer.outputs["item_ids"].tensor_shape.dim[1].size == names.ANSWERS
    assert answer.model_spec.version.value == 1
    assert answer.model_spec.signature_name == "serving_default"


def test_places_that_cannot_be_filled_are_empty(channel: grpc.Channel) -> None:
    answer = ask(channel, "upnext", history(["i03"]))
    assert to_array("i", answer.outputs["item_ids"])[0, 20:].tolist() == [b""] * 80
    assert to_array("s", answer.outputs["scores"])[0, 20:].tolist() == [-np.inf] * 80


def test_a_model_with_scanns_op_answers(channel: grpc.Channel) -> None:
    assert ids(ask(channel, "retrieval", history(["i05"])), 2) == [after("i05", 2)]


def test_a_version_can_be_asked_for(channel: grpc.Channel) -> None:
    assert ask(channel, "upnext", history(["i03"]), version=1).model_spec.version.value == 1


def test_outputs_can_be_chosen(channel: grpc.Channel) -> None:
    assert list(ask(channel, "upnext", history(["i03"]), output_filter=["scores"]).outputs) == ["scores"]


def test_tensorflows_own_way_to_make_requests_works(channel: grpc.Channel) -> None:
    import tensorflow as tf
    from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

    request = predict_pb2.PredictRequest()
    request.model_spec.name = "ranker"
    request.inputs["item_ids"].CopyFrom(tf.make_tensor_proto([["i03"]]))
    request.inputs["candidate_ids"].CopyFrom(tf.make_tensor_proto([["i05", "", "i04"]]))
    answer = prediction_service_pb2_grpc.PredictionServiceStub(channel).Predict(request)
    assert tf.make_ndarray(answer.outputs["scores"]).tolist() == [[-1.0, -np.inf, 0.0]]


@pytest.mark.parametrize(
    ("model", "inputs", "spec", "code", "message"),
    [
        ("nobody", history(["i03"]), {}, "NOT_FOUND", "Servable not found for request: Latest(nobody)"),
        ("upnext", history(["i03"]), {"version": 9}, "NOT_FOUND", "Specific(upnext, 9)"),
        ("upnext", history(["i03"]), {"label": "stable"}, "INVALID_ARGUMENT", "label: stable"),
        ("upnext", history(["i03"]), {"signature": "x"}, "FAILED_PRECONDITION", 'key "x" not found'),
        ("upnext", {}, {}, "INVALID_ARGUMENT", "Missing but required: {item_ids}"),
        ("ranker", history(["i03"]), {}, "INVALID_ARGUMENT", "Missing but required: {candidate_ids}"),
        ("upnext", {"other": np.zeros((1, 1), np.int64)}, {}, "INVALID_ARGUMENT", "Sent extra: {other}"),
        (
            "upnext",
            {"item_ids": np.zeros((1, 1), np.int64)},
            {},
            "INVALID_ARGUMENT",
            "expects string but int64",
        ),
        ("upnext", {"item_ids": np.array([b"i03"], object)}, {}, "INVALID_ARGUMENT", "shape [?,?] but [1]"),
        (
            "upnext",
            history(["i03"]),
            {"output_filter": ["x"]},
            "INVALID_ARGUMENT",
            "not found in signature: x",
        ),
        ("upnext", history(*[["i03"]] * 501), {}, "RESOURCE_EXHAUSTED", "maximum of 500 rows"),
        ("upnext", history(["i03" * 400_000]), {}, "RESOURCE_EXHAUSTED", "larger than max"),
    ],
)
def test_a_wrong_request_gets_tf_servings_code(
    channel: grpc.Channel, model: str, inputs: dict, spec: dict, code: str, message: str
) -> None:
    got, details = refusal(lambda: ask(channel, model, inputs, **spec))
    assert got == code
    assert message in details
    assert "i03" not in details


def test_rows_of_unequal_number_are_refused(channel: grpc.Channel) -> None:
    _, inputs = build_request([["i03"], ["i04"]], request_time=1)
    inputs["request_time"] = inputs["request_time"][:1]
    code, details = refusal(lambda: ask(channel, "upnext", inputs, "contextual"))
    assert (code, details) == ("INVALID_ARGUMENT", "input tensors must have equal 0th-dimension size")


def test_500_rows_are_answered(channel: grpc.Channel) -> None:
    answer = ask(channel, "upnext", history(*[["i03"]] * 500))
    assert ids(answer, 1) == [["i04"]] * 500


def test_a_model_tells_its_status(channel: grpc.Channel) -> None:
    from tensorflow_serving.apis import get_model_status_pb2 as pb2
    from tensorflow_serving.apis import model_service_pb2_grpc

    stub = model_service_pb2_grpc.ModelServiceStub(channel)
    request = pb2.GetModelStatusRequest()
    assert refusal(lambda: stub.GetModelStatus(request)) == ("INVALID_ARGUMENT", "Missing ModelSpec")
    request.model_spec.name = "upnext"
    (status,) = stub.GetModelStatus(request).model_version_status
    assert (status.version, status.state) == (1, pb2.ModelVersionStatus.AVAILABLE)
    request.model_spec.name = "nobody"
    assert refusal(lambda: stub.GetModelStatus(request)) == (
        "NOT_FOUND",
        "Could not find any versions of model nobody",
    )


def test_a_model_tells_its_signatures(channel: grpc.Channel) -> None:
    from tensorflow_serving.apis import get_model_metadata_pb2 as pb2
    from tensorflow_serving.apis import prediction_service_pb2_grpc

    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
    request = pb2.GetModelMetadataRequest()
    request.model_spec.name = "upnext"
    assert refusal(lambda: stub.GetModelMetadata(request))[0] == "INVALID_ARGUMENT"
    request.metadata_field.append("signature_def")
    answer = stub.GetModelMetadata(request)
    signatures = pb2.SignatureDefMap()
    assert answer.metadata["signature_def"].Unpack(signatures)
    assert list(signatures.signature_def["serving_default"].inputs) == ["item_ids"]
    assert set(signatures.signature_def["serving_default"].outputs) == {"item_ids", "scores"}


def test_a_signature_of_another_method_is_told(channel: grpc.Channel) -> None:
    from tensorflow_serving.apis import classification_pb2, prediction_service_pb2_grpc

    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
    request = classification_pb2.ClassificationRequest()
    assert refusal(lambda: stub.Classify(request)) == ("INVALID_ARGUMENT", "Missing ModelSpec")
    request.model_spec.name = "upnext"
    code, details = refusal(lambda: stub.Classify(request))
    assert code == "INVALID_ARGUMENT"
    assert details == "No classification inputs found in SignatureDef: serving_default"


def test_a_request_beyond_a_limit_need_not_be_tried_again(channel: grpc.Channel) -> None:
    with pytest.raises(grpc.RpcError) as error:
        ask(channel, "upnext", history(*[["i03"]] * 501))
    assert ("grpc-retry-pushback-ms", "-1") in [tuple(pair) for pair in error.value.trailing_metadata()]


def resident_bytes(server: ServerProcess) -> int:
    return psutil.Process(server.process.pid).memory_info().rss


def test_bytes_that_are_no_request_leave_no_memory(server: ServerProcess, channel: grpc.Channel) -> None:
    predict = channel.unary_unary("/tensorflow.serving.PredictionService/Predict")

    def ask_garbage(count: int) -> set[tuple[str, str]]:
        calls = [predict.future(b"\x0a\xff cut off", timeout=30) for _ in range(count)]
        return {(call.code().name, call.details()) for call in calls}

    assert ask_garbage(200) == {("INTERNAL", "Exception deserializing request!")}
    before = resident_bytes(server)
    for _ in range(5):
        ask_garbage(200)
    assert resident_bytes(server) - before < 5 << 20  # grpcio's own way would keep 14 kB of each
