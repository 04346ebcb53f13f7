"""TF Serving's REST interface over the service, apart from HTTP."""

import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import unquote

from tensorflow_serving.apis.classification_pb2 import ClassificationRequest
from tensorflow_serving.apis.get_model_metadata_pb2 import GetModelMetadataRequest, SignatureDefMap
from tensorflow_serving.apis.get_model_status_pb2 import GetModelStatusRequest
from tensorflow_serving.apis.model_pb2 import ModelSpec
from tensorflow_serving.apis.regression_pb2 import RegressionRequest

from serving import metrics
from serving.errors import HTTP_STATUS, INTERNAL, INVALID_ARGUMENT, NOT_FOUND, ServingError
from serving.json_examples import fill_examples
from serving.json_tensors import INSTANCES, SIGNATURE_NAME, parse_body, to_body, to_inputs
from serving.responses import SIGNATURE_DEF
from serving.service import Service

if TYPE_CHECKING:
    from google.protobuf.message import Message

_MODEL = r"/v1/models/([^/:]+)(?:/versions/(\d+)|/labels/([^/:]+))?"
_INFER: Final = re.compile(rf"{_MODEL}:(classify|regress|predict)", re.IGNORECASE)
_STATUS: Final = re.compile(rf"{_MODEL}(?:/(metadata))?", re.IGNORECASE)
_LARGE: Final = 1 << 20  # bytes of a body above which one is read at a time
_Request = TypeVar("_Request", ClassificationRequest, RegressionRequest)


@dataclass(frozen=True)
class Answer:
    """An answer over HTTP."""

    status: int
    body: bytes
    content_type: str = "application/json"


def error_answer(status: int, message: str) -> Answer:
    """Returns an error as TF Serving writes it."""
    return Answer(status, json.dumps({"error": message}).encode())


class RestService:
    """Answers requests of method, path and body.

    Args:
        service: what is asked.
        metrics_path: where the metrics are; "" for nowhere.
    """

    def __init__(self, service: Service, metrics_path: str = "") -> None:
        self._service, self._metrics_path = service, metrics_path
        self._large_body = threading.Lock()  # JSON takes some twenty times its bytes

    def is_stopping(self) -> bool:
        """Says whether the process is about to end: what comes now is answered 503."""
        return self._service.is_stopping()

    def answer(
        self, method: str, path: str, body: bytes, is_given_up: Callable[[], bool] = lambda: False
    ) -> Answer:
        """Answers one request; an error becomes its status and text."""
        if self._metrics_path and method == "GET" and path == self._metrics_path:
            return Answer(HTTPStatus.OK, metrics.page().encode(), "text/plain")
        try:
            return Answer(HTTPStatus.OK, self._answer(method, path, body, is_given_up))
        except ServingError as error:
            if error.code == INTERNAL:  # the graph failed
                self._service.reporter.report_failure(f"REST {method}", error)
            return error_answer(HTTP_STATUS[error.code], error.message)
        except Exception as error:  # an exception's text can hold a request's values
            self._service.reporter.report_failure(f"REST {method}", error)
            return error_answer(HTTP_STATUS[INTERNAL], f"The server failed ({type(error).__name__})")

    def _answer(self, method: str, path: str, body: bytes, is_given_up: Callable[[], bool]) -> bytes:
        if not path.lower().startswith("/v1/"):
            raise ServingError(NOT_FOUND, f"Not found: {method} {path}")
        if method == "POST" and (match := _INFER.fullmatch(path)):
            return self._infer(_spec(match), match[4].lower(), body, is_given_up)
        if method == "GET" and (match := _STATUS.fullmatch(path)):
            if match[4]:
                return self._metadata(_spec(match))
            return _to_json(self._service.status(GetModelStatusRequest(model_spec=_spec(match))))
        if method == "GET" and path.lower() == "/v1/models":
            raise ServingError(INVALID_ARGUMENT, "Missing model name in request.")
        raise ServingError(INVALID_ARGUMENT, f"Malformed request: {method} {path}")

    def _infer(self, spec: ModelSpec, api: str, body: bytes, is_given_up: Callable[[], bool]) -> bytes:
        name = spec.name if self._service.manager.served.knows(spec.name) else ""
        start = time.perf_counter()
        try:
            if len(body) > _LARGE:
                with self._large_body:
                    answer = self._ask(spec, api, body, is_given_up)
            else:
                answer = self._ask(spec, api, body, is_given_up)
        except Exception as error:
            metrics.REQUESTS.add(name, error.code if isinstance(error, ServingError) else INTERNAL)
            raise
        metrics.REQUESTS.add(name, "OK")
        metrics.REQUEST_LATENCY.observe(time.perf_counter() - start, name, api.capitalize(), "REST")
        return answer

    def _ask(self, spec: ModelSpec, api: str, body: bytes, is_given_up: Callable[[], bool]) -> bytes:
        if api == "predict":
            return self._predict(spec, body, is_given_up)
        if api == "classify":
            classified = self._service.classify(_examples(ClassificationRequest(), spec, body)).result
            rows = [
                [[entry.label, entry.score] for entry in row.classes] for row in classified.classifications
            ]
            return json.dumps({"results": rows}, ensure_ascii=False).encode()
        values = self._service.regress(_examples(RegressionRequest(), spec, body)).result.regressions
        return json.dumps({"results": [value.value for value in values]}).encode()

    def _predict(self, spec: ModelSpec, body: bytes, is_given_up: Callable[[], bool]) -> bytes:
        with self._service.lease(spec) as (model, _):
            document = parse_body(body)
            spec.signature_name = str(document.get(SIGNATURE_NAME, ""))
            inputs = to_inputs(document, model.signature(spec.signature_name).inputs)
            outputs = self._service.run(model, spec, inputs, is_given_up=is_given_up)
        return to_body(outputs, by_rows=INSTANCES in document)

    def _metadata(self, spec: ModelSpec) -> bytes:
        request = GetModelMetadataRequest(model_spec=spec, metadata_field=[SIGNATURE_DEF])
        response = self._service.metadata(request)
        signatures = SignatureDefMap()
        response.metadata[SIGNATURE_DEF].Unpack(signatures)
        document = {
            "model_spec": json.loads(_to_json(response.model_spec)),
            "metadata": {SIGNATURE_DEF: json.loads(_to_json(signatures))},
        }
        return json.dumps(document, indent=1).encode()


def _spec(match: re.Match[str]) -> ModelSpec:
    spec = ModelSpec(name=unquote(match[1]))
    if match[2]:
        version = int(match[2]) if len(match[2]) < 20 else 1 << 63
        if version >= 1 << 63:
            raise ServingError(INVALID_ARGUMENT, f"Failed to convert version: {match[2][:40]} to numeric.")
        spec.version.value = version
    elif match[3]:
        spec.version_label = unquote(match[3])
    return spec


def _examples(request: _Request, spec: ModelSpec, body: bytes) -> _Request:
    document = parse_body(body)
    request.model_spec.CopyFrom(spec)
    request.model_spec.signature_name = str(document.get(SIGNATURE_NAME, ""))
    fill_examples(document, request.input)
    return request


def _to_json(message: "Message") -> bytes:
    from google.protobuf import json_format

    text = json_format.MessageToJson(
        message, including_default_value_fields=True, preserving_proto_field_name=True
    )
    return text.encode()
