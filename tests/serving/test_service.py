"""A server of TensorFlow 1 models, asked all that TF Serving answers, over a UNIX socket, TCP and REST."""

from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from tensorflow_serving.apis import (
    classification_pb2,
    inference_pb2,
    model_management_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
    regression_pb2,
)

from serving.model_configs import config_text
from tests.serving.running import OPENER, ServerProcess
from tests.serving.toy import save_half_plus

CLASSIFY, REGRESS = "tensorflow/serving/classify", "tensorflow/serving/regress"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of two models, `half` with versions 1 (+ 2) and 2 (+ 3), and `other` with version 5 (+ 4)."""
    folder = tmp_path_factory.mktemp("half_plus")
    for model, version, addend in (("half", 1, 2.0), ("half", 2, 3.0), ("other", 5, 4.0)):
        save_half_plus(addend, folder / model / str(version))
    return folder


def config(folder: Path, *versions: int, labels: str = "") -> str:
    listed = " ".join(f"versions: {version}" for version in versions)
    policy = f"model_version_policy {{ specific {{ {listed} }} }}"
    return f'model_config_list {{ config {{ name: "half" base_path: "{folder}/half" {policy} {labels} }} }}'


@pytest.fixture(scope="module")
def half(folder: Path) -> Iterator[ServerProcess]:
    monitoring, models = folder / "monitoring.config", folder / "models.config"
    monitoring.write_text("prometheus_config { enable: true }")
    labels = 'version_labels { key: "stable" value: 1 } version_labels { key: "canary" value: 2 }'
    models.write_text(config(folder, 1, 2, labels=labels))
    server = ServerProcess(
        [
            f"--model_config_file={models}",
            "--model_config_file_poll_wait_seconds=0.1",
            f"--monitoring_config_file={monitoring}",
            f"--grpc_socket_path={folder}/grpc.sock",
            "--grpc_channel_arguments=grpc.max_connection_age_ms=2000,grpc.lb_policy_name=grpclb",
            "--flush_filesystem_caches=true",
            "--rest_api_timeout_in_ms=5000",
        ],
        folder / "server",
    )
    server.wait_until_ready()
    yield server
    server.process.kill()
    server.process.wait()


@pytest.fixture(scope="module")
def channel(half: ServerProcess, folder: Path) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(f"unix:{folder}/grpc.sock") as channel:
        yield channel


@pytest.fixture(scope="module")
def predictions(channel: grpc.Channel) -> prediction_service_pb2_grpc.PredictionServiceStub:
    return prediction_service_pb2_grpc.PredictionServiceStub(channel)


Stub = prediction_service_pb2_grpc.PredictionServiceStub


def add_example(request: object, x: float) -> None:
    request.input.example_list.examples.add().features.feature["x"].float_list.value.append(x)


def test_a_vector_is_predicted_though_its_signature_says_otherwise(predictions: Stub) -> None:
    request = predict_pb2.PredictRequest(output_filter=["y"])
    request.model_spec.name = "half"
    request.inputs["x"].dtype = 1
    request.inputs["x"].float_val.append(2.0)
    request.inputs["x"].tensor_shape.dim.add().size = 1
    assert predictions.Predict(request, 30).outputs["y"].float_val[:] == [4.0]


def test_classes_are_answered(predictions: Stub) -> None:
    request = classification_pb2.ClassificationRequest()
    request.model_spec.name, request.model_spec.signature_name = "half", "classify"
    add_example(request, 2.0)
    response = predictions.Classify(request, 30)
    assert [entry.score for entry in response.result.classifications[0].classes] == [4.0]
    assert (response.model_spec.version.value, response.model_spec.signature_name) == (2, "classify")


def test_values_are_answered_with_a_context_of_all_examples(predictions: Stub) -> None:
    request = regression_pb2.RegressionRequest()
    request.model_spec.name, request.model_spec.signature_name = "half", "regress"
    request.model_spec.version_label = "stable"
    listed = request.input.example_list_with_context
    listed.context.features.feature["x"].float_list.value.append(4.0)
    listed.examples.add()
    response = predictions.Regress(request, 30)
    assert [entry.value for entry in response.result.regressions] == [4.0]
    assert response.model_spec.version.value == 1


def test_several_signatures_are_asked_at_once(predictions: Stub) -> None:
    request = inference_pb2.MultiInferenceRequest()
    for signature, method in (("regress", REGRESS), ("classify", CLASSIFY)):
        task = request.tasks.add(method_name=method)
        task.model_spec.name, task.model_spec.signature_name = "half", signature
    add_example(request, 2.0)
    first, second = predictions.MultiInference(request, 30).results
    assert first.regression_result.regressions[0].value == 4.0
    assert second.classification_result.classifications[0].classes[0].score == 4.0
    assert second.model_spec.version.value == 2


@pytest.mark.parametrize(
    ("signature", "method", "code", "message"),
    [
        ("nothing", REGRESS, "INVALID_ARGUMENT", "No signature was found with the name: nothing"),
        ("classify", REGRESS, "INVALID_ARGUMENT", "No regression outputs found in SignatureDef: classify"),
        ("regress", "x", "UNIMPLEMENTED", "Unsupported signature method_name: x"),
        ("regress", REGRESS, "INVALID_ARGUMENT", "Input is empty."),
    ],
)
def test_a_wrong_inference_gets_tf_servings_words(
    predictions: Stub, signature: str, method: str, code: str, message: str
) -> None:
    request = inference_pb2.MultiInferenceRequest()
    task = request.tasks.add(method_name=method)
    task.model_spec.name, task.model_spec.signature_name = "half", signature
    with pytest.raises(grpc.RpcError) as error:
        predictions.MultiInference(request, 30)
    assert error.value.code().name == code
    assert message in error.value.details()


def test_rest_answers_classes_values_and_scalars(half: ServerProcess) -> None:
    body = {"signature_name": "classify", "examples": [{"x": 2.0}, {"x": [4.0]}]}
    assert half.rest("/v1/models/half:classify", body) == (200, {"results": [[["", 4.0]], [["", 5.0]]]})
    body = {"signature_name": "regress", "context": {"x": 6.0}, "examples": [{}]}
    assert half.rest("/v1/models/half:regress", body) == (200, {"results": [6.0]})
    assert half.rest("/v1/models/half:predict", {"instances": [2.0, 3.0]}) == (
        200,
        {"predictions": [4.0, 4.5]},
    )
    assert half.rest("/v1/models/half:predict", {"inputs": 2.0}) == (200, {"outputs": 4.0})
    predict = "/v1/models/half/labels/stable:predict"
    assert half.rest(predict, {"instances": [2.0]}) == (200, {"predictions": [3.0]})
    assert half.rest("/v1/models/half/labels/stable/metadata")[1]["model_spec"]["version"] == "1"


@pytest.mark.parametrize(
    ("examples", "message"),
    [
        ([], "value is an empty array"),
        ("x", "value to be an list/array"),
        ([3], "Example must be JSON object but got JSON Number"),
        ([{"x": None}], "Feature: x has element with unexpected JSON type: Null"),
        ([{"x": [1.5, "a"]}], "Unexpected element type in feature: x expecting type: float"),
        ([{"x": 1 << 63}], "Only int64_t is supported"),
        ([{"x": {"b64": "?"}}], "Unable to base64 decode"),
    ],
)
def test_wrong_examples_get_tf_servings_words(half: ServerProcess, examples: object, message: str) -> None:
    status, answer = half.rest("/v1/models/half:regress", {"signature_name": "regress", "examples": examples})
    assert status == 400
    assert message in answer["error"]


def test_metrics_are_where_the_monitoring_config_says(half: ServerProcess) -> None:
    half.rest("/v1/models/half:predict", {"instances": [2.0]})
    half.rest("/v1/models/made-up:predict", {"instances": [2.0]})
    with OPENER.open(f"http://127.0.0.1:{half.rest_port}/monitoring/prometheus/metrics") as page:
        text = page.read().decode()
    assert "# TYPE :tensorflow:serving:request_count counter\n" in text
    assert ':tensorflow:serving:request_count{model_name="half",status="OK"} ' in text
    assert "made-up" not in text


def test_a_flag_without_effect_is_told(half: ServerProcess) -> None:
    assert "--flush_filesystem_caches: accepted, without effect here\n" in half.err()


def test_a_reload_serves_other_models_and_counts(
    channel: grpc.Channel, half: ServerProcess, folder: Path
) -> None:
    from google.protobuf import text_format

    models = model_service_pb2_grpc.ModelServiceStub(channel)
    loads = "/tensorflow/cc/saved_model/load_attempt_count"
    request = model_management_pb2.ReloadConfigRequest(metric_names=[loads])
    both = config_text({"half": folder / "half", "other": folder / "other"})
    text_format.Parse(both, request.config)
    response = models.HandleReloadConfigRequest(request, 60)
    assert response.status.error_code == 0
    assert [(m.name, m.int64_value_increase) for m in response.metric] == [(loads, 1)]
    assert half.rest("/v1/models/other:predict", {"instances": [2.0]}) == (200, {"predictions": [5.0]})
    with pytest.raises(grpc.RpcError) as error:
        models.HandleReloadConfigRequest(model_management_pb2.ReloadConfigRequest(), 60)
    assert error.value.code().name == "INVALID_ARGUMENT"
    (folder / "models.config").write_text(config(folder, 1))  # the file is followed again once it changes
    for _ in range(200):
        status, answer = half.rest("/v1/models/half:predict", {"instances": [2.0]})
        if answer == {"predictions": [3.0]}:
            break
    assert status == 200


def test_a_config_file_that_breaks_changes_nothing(half: ServerProcess, folder: Path) -> None:
    (folder / "models.config").write_text("model_config_list {")
    for _ in range(200):
        assert half.rest("/v1/models/half:predict", {"instances": [2.0]})[0] == 200
        if "Error parsing text-format tensorflow.serving.ModelServerConfig" in half.err():
            break
    else:
        pytest.fail("the wrong file wasn't told")
