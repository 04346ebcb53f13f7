"""TF Serving's gRPC services over a model manager: PredictionService and ModelService."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import grpc
from tensorflow_serving.apis import model_service_pb2_grpc, prediction_service_pb2_grpc
from tensorflow_serving.apis.get_model_metadata_pb2 import GetModelMetadataRequest, GetModelMetadataResponse
from tensorflow_serving.apis.get_model_status_pb2 import GetModelStatusRequest, GetModelStatusResponse
from tensorflow_serving.apis.model_pb2 import ModelSpec
from tensorflow_serving.apis.predict_pb2 import PredictRequest, PredictResponse

from serving.errors import INTERNAL, INVALID_ARGUMENT, ServerError, ServingError
from serving.loaded_model import DEFAULT_SIGNATURE, check_names
from serving.manager import ModelManager
from serving.options import Options
from serving.responses import SIGNATURE_DEF, metadata_response, status_response, version_of
from serving.tensors import to_array, to_proto

WAITING_PER_THREAD = 64  # requests beyond these are refused with RESOURCE_EXHAUSTED
_Service = TypeVar("_Service")
_Request = TypeVar("_Request")
_Response = TypeVar("_Response")


def _rpc(
    answer: Callable[[_Service, _Request], _Response],
) -> Callable[[_Service, _Request, grpc.ServicerContext], _Response]:
    """Makes a gRPC method: an error becomes the call's status, anything unforeseen only its type's name."""

    def method(service: _Service, request: _Request, context: grpc.ServicerContext) -> _Response:
        if not context.is_active():  # the client gave up while the call waited for a thread
            context.abort(grpc.StatusCode.CANCELLED, "The call was given up")
        try:
            return answer(service, request)
        except ServingError as error:
            code, message = error.code, error.message
        except Exception as error:  # an exception's text can hold a request's values
            code, message = INTERNAL, f"The server failed ({type(error).__name__})"
        context.abort(getattr(grpc.StatusCode, code), message)
        raise AssertionError("abort raises")

    return method


class PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Predict and GetModelMetadata; the other methods answer UNIMPLEMENTED."""

    def __init__(self, manager: ModelManager, max_rows: int) -> None:
        self._manager, self._max_rows = manager, max_rows

    @_rpc
    def Predict(self, request: PredictRequest) -> PredictResponse:
        spec = _model_spec(request)
        response = PredictResponse()
        with self._manager.lease(spec.name, version_of(spec)) as (model, version):
            check_names(model.signature(spec.signature_name), request.inputs)  # before their values are read
            inputs = {name: to_array(name, proto) for name, proto in request.inputs.items()}
            outputs = model.predict(
                spec.signature_name, inputs, outputs=tuple(request.output_filter), max_rows=self._max_rows
            )
        response.model_spec.name = spec.name
        response.model_spec.signature_name = spec.signature_name or DEFAULT_SIGNATURE
        response.model_spec.version.value = version
        for name, value in outputs.items():
            to_proto(value, response.outputs[name])
        return response

    @_rpc
    def GetModelMetadata(self, request: GetModelMetadataRequest) -> GetModelMetadataResponse:
        spec = _model_spec(request)
        if not request.metadata_field:
            raise ServingError(
                INVALID_ARGUMENT, "GetModelMetadataRequest must specify at least one metadata_field"
            )
        for field in request.metadata_field:
            if field != SIGNATURE_DEF:
                raise ServingError(INVALID_ARGUMENT, f"Metadata field {field} is not supported")
        return metadata_response(self._manager, spec.name, version_of(spec))[0]


class ModelService(model_service_pb2_grpc.ModelServiceServicer):
    """GetModelStatus; HandleReloadConfigRequest answers UNIMPLEMENTED."""

    def __init__(self, manager: ModelManager) -> None:
        self._manager = manager

    @_rpc
    def GetModelStatus(self, request: GetModelStatusRequest) -> GetModelStatusResponse:
        spec = _model_spec(request)
        return status_response(self._manager, spec.name, version_of(spec))


def _model_spec(request: PredictRequest | GetModelMetadataRequest | GetModelStatusRequest) -> ModelSpec:
    if not request.HasField("model_spec"):
        raise ServingError(INVALID_ARGUMENT, "Missing ModelSpec")
    return request.model_spec


def start_grpc(manager: ModelManager, options: Options) -> grpc.Server:
    """Starts to answer on the options' port.

    Raises:
        ServerError: the port is in use.
    """
    settings = [
        ("grpc.so_reuseport", 0),  # else two servers share a port without a word
        ("grpc.max_receive_message_length", options.max_message_bytes),
        ("grpc.max_send_message_length", -1),
    ]
    threads = options.grpc_max_threads
    server = grpc.server(
        ThreadPoolExecutor(threads, thread_name_prefix="grpc"),
        options=settings,
        maximum_concurrent_rpcs=threads * WAITING_PER_THREAD,
    )
    service = PredictionService(manager, options.max_batch_rows)
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(service, server)
    model_service_pb2_grpc.add_ModelServiceServicer_to_server(ModelService(manager), server)
    try:
        bound = server.add_insecure_port(f"{options.bind_address}:{options.port}")
    except RuntimeError:
        bound = 0
    if bound == 0:
        raise ServerError(f"Port {options.port} of {options.bind_address} can't be opened: is it in use?")
    server.start()
    return server
