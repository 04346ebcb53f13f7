"""What TF Serving answers, over a model manager: gRPC and REST are two ways to ask it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

import numpy as np
from tensorflow_serving.apis.classification_pb2 import ClassificationRequest, ClassificationResponse
from tensorflow_serving.apis.get_model_metadata_pb2 import GetModelMetadataRequest, GetModelMetadataResponse
from tensorflow_serving.apis.get_model_status_pb2 import GetModelStatusRequest, GetModelStatusResponse
from tensorflow_serving.apis.inference_pb2 import (
    InferenceResult,
    MultiInferenceRequest,
    MultiInferenceResponse,
)
from tensorflow_serving.apis.input_pb2 import Input
from tensorflow_serving.apis.model_management_pb2 import ReloadConfigRequest, ReloadConfigResponse
from tensorflow_serving.apis.model_pb2 import ModelSpec
from tensorflow_serving.apis.predict_pb2 import PredictRequest, PredictResponse
from tensorflow_serving.apis.regression_pb2 import RegressionRequest, RegressionResponse

from serving import metrics
from serving.batching import Batcher, BatchingParameters
from serving.errors import INVALID_ARGUMENT, UNAVAILABLE, FlagError, ServingError
from serving.examples import CLASSIFY, REGRESS, Task, infer
from serving.loaded_model import DEFAULT_SIGNATURE, LoadedModel, check_inputs, check_names, is_batched
from serving.manager import ModelManager
from serving.model_configs import list_models
from serving.reporter import Reporter
from serving.responses import SIGNATURE_DEF, metadata_response, status_response
from serving.tensors import to_array, to_proto


class Service:
    """Answers requests in protos.

    Args:
        manager: lends the models.
        max_rows: most rows of a request.
        reporter: takes the failures of the server.
        stopping: set when the process is about to end.
        batching: how requests are joined; None: each runs alone.
    """

    def __init__(
        self,
        manager: ModelManager,
        max_rows: int,
        reporter: Reporter,
        stopping: threading.Event,
        batching: BatchingParameters | None = None,
    ) -> None:
        self._batching, self._lock = batching, threading.Lock()
        self._batchers: WeakKeyDictionary[LoadedModel, Batcher] = WeakKeyDictionary()
        self.manager, self.max_rows, self.reporter, self._stopping = manager, max_rows, reporter, stopping

    @contextmanager
    def lease(self, spec: ModelSpec) -> Iterator[tuple[LoadedModel, int]]:
        """Lends the version that a ModelSpec asks for.

        Raises:
            ServingError: there is none.
        """
        with self.manager.served.lease(spec.name, self.version_of(spec)) as leased:
            yield leased

    def version_of(self, spec: ModelSpec) -> int | None:
        """Reads the version that a ModelSpec asks for, by number or label; None for the latest.

        Raises:
            ServingError: the model has no such label.
        """
        if spec.version_label:
            return self.manager.served.labelled(spec.name, spec.version_label)
        return spec.version.value if spec.HasField("version") else None

    def is_stopping(self) -> bool:
        """Says whether the process is about to end: what comes now is answered UNAVAILABLE."""
        return self._stopping.is_set()

    def is_healthy(self) -> bool:
        """Says whether the server takes requests and would load new versions."""
        return not self.is_stopping() and self.manager.is_watching()

    def predict(
        self, request: PredictRequest, is_given_up: Callable[[], bool] = lambda: False
    ) -> PredictResponse:
        """Answers Predict; a request that is given up while it waits for a batch isn't run."""
        spec = _model_spec(request)
        with self.lease(spec) as (model, version):
            check_names(model.signature(spec.signature_name), request.inputs)  # before their values are read
            inputs = {name: to_array(name, proto) for name, proto in request.inputs.items()}
            outputs = self.run(model, spec, inputs, tuple(request.output_filter), is_given_up)
        response = PredictResponse()
        _fill_spec(response.model_spec, spec, version)
        for name, value in outputs.items():
            to_proto(value, response.outputs[name])
        return response

    def run(
        self,
        model: LoadedModel,
        spec: ModelSpec,
        inputs: dict[str, np.ndarray],
        outputs: tuple[str, ...] = (),
        is_given_up: Callable[[], bool] = lambda: False,
    ) -> dict[str, np.ndarray]:
        """Runs a signature, measured, together with other requests where batching is on."""
        definition = model.signature(spec.signature_name)
        check_inputs(definition, inputs, self.max_rows)

        def ask(tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
            with metrics.RUNTIME_LATENCY.measure(spec.name, "Predict", "TF"):
                return model.predict(spec.signature_name, tensors, outputs=outputs)

        if self._batching is None or not inputs or not is_batched(definition):
            return ask(inputs)
        with self._lock:
            batcher = self._batchers.get(model)
            if batcher is None:
                batcher = self._batchers[model] = Batcher(self._batching)
        return batcher.run((spec.signature_name, outputs), inputs, ask, is_given_up)

    def classify(self, request: ClassificationRequest) -> ClassificationResponse:
        """Answers Classify."""
        spec = _model_spec(request)
        ((result,), version) = self._infer([(spec, CLASSIFY)], request.input)
        response = ClassificationResponse(result=result.classification_result)
        _fill_spec(response.model_spec, spec, version)
        return response

    def regress(self, request: RegressionRequest) -> RegressionResponse:
        """Answers Regress."""
        spec = _model_spec(request)
        ((result,), version) = self._infer([(spec, REGRESS)], request.input)
        response = RegressionResponse(result=result.regression_result)
        _fill_spec(response.model_spec, spec, version)
        return response

    def infer_several(self, request: MultiInferenceRequest) -> MultiInferenceResponse:
        """Answers MultiInference."""
        tasks = [(task.model_spec, task.method_name) for task in request.tasks]
        if not all(spec.name for spec, _ in tasks):
            raise ServingError(INVALID_ARGUMENT, "Found ModelSpec with an empty model name.")
        if len({spec.name for spec, _ in tasks}) != 1:
            message = "All ModelSpecs in a MultiInferenceRequest must access the same model name."
            raise ServingError(INVALID_ARGUMENT, message if tasks else "Missing ModelSpec")
        signatures = [spec.signature_name or DEFAULT_SIGNATURE for spec, _ in tasks]
        twice = next((name for name in signatures if signatures.count(name) > 1), None)
        if twice is not None:
            raise ServingError(INVALID_ARGUMENT, f"Duplicate evaluation of signature: {twice}")
        results, version = self._infer(tasks, request.input)
        for (spec, _), result in zip(tasks, results, strict=True):
            _fill_spec(result.model_spec, spec, version)
        return MultiInferenceResponse(results=results)

    def _infer(
        self, tasks: list[tuple[ModelSpec, str]], examples: Input
    ) -> tuple[list[InferenceResult], int]:
        spec = tasks[0][0]
        with self.lease(spec) as (model, version):
            wanted = [Task(task_spec.signature_name, method) for task_spec, method in tasks]
            with metrics.RUNTIME_LATENCY.measure(spec.name, "Infer", "TF"):
                results = infer(model, wanted, examples, self.max_rows)
        count = len(examples.example_list.examples) + len(examples.example_list_with_context.examples)
        metrics.EXAMPLES.add(spec.name, by=count)
        return results, version

    def metadata(self, request: GetModelMetadataRequest) -> GetModelMetadataResponse:
        """Answers GetModelMetadata."""
        spec = _model_spec(request)
        if not request.metadata_field:
            raise ServingError(
                INVALID_ARGUMENT, "GetModelMetadataRequest must specify at least one metadata_field"
            )
        for field in request.metadata_field:
            if field != SIGNATURE_DEF:
                raise ServingError(INVALID_ARGUMENT, f"Metadata field {field} is not supported")
        with self.lease(spec) as (model, version):
            return metadata_response(spec.name, model, version)

    def status(self, request: GetModelStatusRequest) -> GetModelStatusResponse:
        """Answers GetModelStatus; UNAVAILABLE where the server would load no new version."""
        spec = _model_spec(request)
        if not self.manager.is_watching():
            raise ServingError(UNAVAILABLE, "The thread that loads versions has ended")
        return status_response(self.manager.served, spec.name, self.version_of(spec))

    def reload(self, request: ReloadConfigRequest) -> ReloadConfigResponse:
        """Answers HandleReloadConfigRequest: the models to serve from now on."""
        before = metrics.totals()
        response = ReloadConfigResponse()
        try:
            if request.config.WhichOneof("config") != "model_config_list":
                raise ServingError(
                    INVALID_ARGUMENT,
                    "ServerModelConfig type not supported by HandleReloadConfigRequest."
                    " Only ModelConfigList is currently supported",
                )
            self.manager.reload(list_models(request.config))
        except FlagError as error:
            raise ServingError(INVALID_ARGUMENT, str(error)) from None
        after = metrics.totals()
        for name in request.metric_names:
            increase = after.get(name, 0) - before.get(name, 0)
            response.metric.add(name=name, int64_value_increase=increase)
        return response


def _model_spec(
    request: PredictRequest
    | ClassificationRequest
    | RegressionRequest
    | GetModelMetadataRequest
    | GetModelStatusRequest,
) -> ModelSpec:
    if not request.HasField("model_spec"):
        raise ServingError(INVALID_ARGUMENT, "Missing ModelSpec")
    return request.model_spec


def _fill_spec(target: ModelSpec, spec: ModelSpec, version: int) -> None:
    target.name, target.signature_name = spec.name, spec.signature_name or DEFAULT_SIGNATURE
    target.version.value = version
