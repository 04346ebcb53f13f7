"""TF Serving's gRPC services: PredictionService and ModelService."""

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import grpc
from google.protobuf.message import DecodeError, Message
from tensorflow_serving.apis import inference_pb2, model_service_pb2_grpc, prediction_service_pb2_grpc
from tensorflow_serving.apis.predict_pb2 import PredictRequest, PredictResponse

from serving import metrics
from serving.config_protos import make_message
from serving.errors import GIVEN_UP, INTERNAL, RESOURCE_EXHAUSTED, STOPPING, ServerError, ServingError
from serving.health import add_health_service
from serving.model_configs import read_text_proto
from serving.options import Options, bracketed
from serving.service import Service

WAITING_PER_THREAD = 64  # requests beyond these are refused with RESOURCE_EXHAUSTED
_Request = TypeVar("_Request", bound=Message)
_Response = TypeVar("_Response", bound=Message)


def _method(
    service: Service, api: str, answer: Callable[[_Request, grpc.ServicerContext], _Response]
) -> Callable[[_Request, grpc.ServicerContext], _Response]:
    """Makes a gRPC method: an error becomes the call's status, anything unforeseen only its type's name."""

    def method(request: _Request, context: grpc.ServicerContext) -> _Response:
        if not context.is_active():  # the client gave up while the call waited for a thread
            context.abort(grpc.StatusCode.CANCELLED, GIVEN_UP)
        start = time.perf_counter()
        name = _model_name(service, request)
        try:
            response = answer(request, context)
        except ServingError as error:
            code, message = error.code, error.message
            if code == INTERNAL:  # the graph failed
                service.reporter.report_failure(f"gRPC {api}", error)
        except Exception as error:  # an exception's text can hold a request's values
            service.reporter.report_failure(f"gRPC {api}", error)
            code, message = INTERNAL, f"The server failed ({type(error).__name__})"
        else:
            metrics.REQUEST_LATENCY.observe(time.perf_counter() - start, name, api, "GRPC")
            metrics.REQUESTS.add(name, "OK")
            return response
        metrics.REQUESTS.add(name, code)
        if code == RESOURCE_EXHAUSTED:  # a request beyond a limit stays so: gRPC need not try it again
            context.set_trailing_metadata((("grpc-retry-pushback-ms", "-1"),))
        context.abort(getattr(grpc.StatusCode, code), message)
        raise AssertionError("abort raises")

    return method


def _at_once(
    answer: Callable[[_Request], _Response],
) -> Callable[[_Request, grpc.ServicerContext], _Response]:
    """Adapts what never waits, hence need not know whether the call is given up meanwhile."""
    return lambda request, _: answer(request)


def _model_name(service: Service, request: Message) -> str:
    """Returns the model that a request names; "" where no such model is served, which anyone can make up."""
    if isinstance(request, inference_pb2.MultiInferenceRequest):
        name = request.tasks[0].model_spec.name if request.tasks else ""
    else:
        name = getattr(getattr(request, "model_spec", None), "name", "")
    return name if service.manager.served.knows(name) else ""


class PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Predict, Classify, Regress, MultiInference and GetModelMetadata."""

    def __init__(self, service: Service) -> None:
        def predict(request: PredictRequest, context: grpc.ServicerContext) -> PredictResponse:
            return service.predict(request, lambda: not context.is_active())

        self.Predict = _method(service, "Predict", predict)
        self.Classify = _method(service, "Classify", _at_once(service.classify))
        self.Regress = _method(service, "Regress", _at_once(service.regress))
        self.MultiInference = _method(service, "MultiInference", _at_once(service.infer_several))
        self.GetModelMetadata = _method(service, "GetModelMetadata", _at_once(service.metadata))


class ModelService(model_service_pb2_grpc.ModelServiceServicer):
    """GetModelStatus and HandleReloadConfigRequest."""

    def __init__(self, service: Service) -> None:
        self.GetModelStatus = _method(service, "GetModelStatus", _at_once(service.status))
        self.HandleReloadConfigRequest = _method(
            service, "HandleReloadConfigRequest", _at_once(service.reload)
        )


class _Decoder(grpc.ServerInterceptor):
    """Answers requests that can't be decoded as grpcio does, which keeps some 14 kB of each of them for ever."""

    def __init__(self) -> None:
        self._handlers: dict[str, grpc.RpcMethodHandler] = {}

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler | None:
        """Finds a call's method when the call comes; those that there are, are few."""
        name = handler_call_details.method
        if name not in self._handlers:
            handler = continuation(handler_call_details)
            if handler is None or handler.unary_unary is None:
                return handler
            self._handlers[name] = _decoding(handler)
        return self._handlers[name]


def _decoding(handler: grpc.RpcMethodHandler) -> grpc.RpcMethodHandler:
    """Decodes requests in the method, where a failure is an answer like any other."""

    def decode(content: bytes) -> Message | DecodeError:
        try:
            return handler.request_deserializer(content)
        except DecodeError as error:
            return error.with_traceback(None)

    def answer(request: Message | DecodeError, context: grpc.ServicerContext) -> Message:
        if isinstance(request, DecodeError):
            context.abort(grpc.StatusCode.INTERNAL, "Exception deserializing request!")
        return handler.unary_unary(request, context)

    return grpc.unary_unary_rpc_method_handler(answer, decode, handler.response_serializer)


class _Gate(grpc.ServerInterceptor):
    """Refuses calls that come after the signal to stop; those that wait for a thread by then are answered."""

    def __init__(self, is_stopping: Callable[[], bool]) -> None:
        def refuse(_: bytes, context: grpc.ServicerContext) -> None:
            context.abort(grpc.StatusCode.UNAVAILABLE, STOPPING)

        self._is_stopping, self._refusal = is_stopping, grpc.unary_unary_rpc_method_handler(refuse)

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler | None:
        """Finds a call's method when the call comes."""
        if self._is_stopping() and handler_call_details.method.startswith("/tensorflow.serving."):
            return self._refusal
        return continuation(handler_call_details)


def start_grpc(service: Service, options: Options) -> grpc.Server:
    """Starts to answer on the options' port and socket.

    Raises:
        ServerError: the port or the socket can't be opened.
        FlagError: the files of the TLS config can't be read.
    """
    settings: Sequence[tuple[str, int | str]] = [
        ("grpc.so_reuseport", int(options.reuse_port)),  # by default, servers share a port without a word
        ("grpc.max_receive_message_length", options.max_message_bytes),
        ("grpc.max_send_message_length", -1),
        *options.grpc_channel_arguments,
    ]
    threads = options.grpc_max_threads
    server = grpc.server(
        ThreadPoolExecutor(threads, thread_name_prefix="grpc"),
        interceptors=[_Gate(service.is_stopping), _Decoder()],
        options=settings,
        maximum_concurrent_rpcs=threads * WAITING_PER_THREAD,
    )
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(PredictionService(service), server)
    model_service_pb2_grpc.add_ModelServiceServicer_to_server(ModelService(service), server)
    if options.enable_grpc_healthcheck_service:
        add_health_service(server, service.is_healthy)
    credentials = None if options.ssl_config_file is None else _credentials(options.ssl_config_file)
    if options.port:
        address = f"{bracketed(options.bind_address)}:{options.port}"
        if not _bind(server, address, credentials):
            raise ServerError(f"Port {options.port} of {options.bind_address} can't be opened: is it in use?")
    if options.grpc_socket_path:
        path = os.path.abspath(options.grpc_socket_path)
        if not _bind(server, f"unix:{path}", None):
            raise ServerError(f"--grpc_socket_path={options.grpc_socket_path}: the socket can't be opened")
    server.start()
    return server


def _bind(server: grpc.Server, address: str, credentials: grpc.ServerCredentials | None) -> bool:
    try:
        if credentials is None:
            return server.add_insecure_port(address) != 0
        return server.add_secure_port(address, credentials) != 0
    except RuntimeError:
        return False


def _credentials(path: Path) -> grpc.ServerCredentials:
    config: Any = read_text_proto(path, make_message("SSLConfig"))
    return grpc.ssl_server_credentials(
        [(config.server_key.encode(), config.server_cert.encode())],
        config.custom_ca.encode() or None,
        config.client_verify,
    )
