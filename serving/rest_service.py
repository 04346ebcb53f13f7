"""TF Serving's REST service over a model manager: `:predict`, status and metadata."""

import json
import re
import socket
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from serving.errors import HTTP_STATUS, INTERNAL, INVALID_ARGUMENT, ServerError, ServingError
from serving.json_tensors import INSTANCES, SIGNATURE_NAME, parse_body, to_body, to_inputs
from serving.manager import ModelManager
from serving.options import Options
from serving.responses import SIGNATURE_DEF, metadata_response, status_response

if TYPE_CHECKING:
    from google.protobuf.message import Message

AT_ONCE = 16  # predictions; the others wait for their turn
MOST_DISCARDED = 1 << 30  # bytes of a body that is too long
IDLE_SECONDS = 60  # an idle or stalled connection is closed after these
_Connection = socket.socket | tuple[bytes, socket.socket]
_PREDICT = re.compile(r"/v1/models/([^/:]+)(?:/versions/(\d{1,18}))?:predict", re.IGNORECASE)
_STATUS = re.compile(r"/v1/models/([^/:]+)(?:/versions/(\d{1,18}))?(/metadata)?", re.IGNORECASE)


class RestService:
    """Answers of the REST interface, apart from HTTP."""

    def __init__(self, manager: ModelManager, max_rows: int) -> None:
        self._manager, self._max_rows = manager, max_rows
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    def get(self, path: str) -> bytes:
        """Answers a model's status or metadata."""
        match = _STATUS.fullmatch(path)
        if match is None:
            raise ServingError(INVALID_ARGUMENT, f"Malformed request: GET {path}")
        name, number = unquote(match[1]), int(match[2]) if match[2] else None
        if match[3]:
            return self._metadata(name, number)
        return _to_json(status_response(self._manager, name, number))

    def post(self, path: str, body: bytes) -> bytes:
        """Answers a prediction."""
        match = _PREDICT.fullmatch(path)
        if match is None:
            raise ServingError(INVALID_ARGUMENT, f"Malformed request: POST {path}")
        name, number = unquote(match[1]), int(match[2]) if match[2] else None
        with self._turns, self._manager.lease(name, number) as (model, _):
            document = parse_body(body)
            signature = str(document.get(SIGNATURE_NAME, ""))
            inputs = to_inputs(document, model.signature(signature).inputs)
            outputs = model.predict(signature, inputs, max_rows=self._max_rows)
        return to_body(outputs, by_rows=INSTANCES in document)

    def _metadata(self, name: str, number: int | None) -> bytes:
        response, signatures = metadata_response(self._manager, name, number)
        spec = json.loads(_to_json(response.model_spec))
        metadata = {SIGNATURE_DEF: json.loads(_to_json(signatures))}
        return json.dumps({"model_spec": spec, "metadata": metadata}, indent=1).encode()


def _to_json(message: "Message") -> bytes:
    from google.protobuf import json_format

    text = json_format.MessageToJson(
        message, including_default_value_fields=True, preserving_proto_field_name=True
    )
    return text.encode()


class _Handler(BaseHTTPRequestHandler):
    """HTTP around a RestService; answers are sent in one piece and nothing is logged."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    wbufsize = -1
    disable_nagle_algorithm = True
    service: RestService
    max_message_bytes: int

    def do_GET(self) -> None:
        self._answer(self.service.get)

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit():
            return self.send_error(HTTPStatus.LENGTH_REQUIRED, "A Content-Length is needed")
        if int(length) > self.max_message_bytes:
            self._discard(min(int(length), MOST_DISCARDED))
            message = f"The body has {length} bytes, more than {self.max_message_bytes}"
            return self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)
        body = self.rfile.read(int(length))
        return self._answer(lambda path: self.service.post(path, body))

    def _discard(self, left: int) -> None:
        """Reads on, as a client that is still sending would take a closed connection for a broken one."""
        while left > 0 and (read := len(self.rfile.read(min(left, 1 << 20)))):
            left -= read

    def _answer(self, answer: Callable[[str], bytes]) -> None:
        try:
            self._send(HTTPStatus.OK, answer(urlsplit(self.path).path))
        except ServingError as error:
            self._send_error(HTTP_STATUS[error.code], error.message)
        except (ConnectionError, TimeoutError):
            self.close_connection = True
        except Exception as error:  # an exception's text can hold a request's values
            self._send_error(HTTP_STATUS[INTERNAL], f"The server failed ({type(error).__name__})")

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answers a wrong request, after which the connection can't be read further."""
        self.close_connection = True
        self.request_version = self.protocol_version  # a status line also for what names no version
        self._send_error(HTTPStatus(code), message or HTTPStatus(code).phrase)

    def _send_error(self, status: HTTPStatus, message: str) -> None:
        self._send(status, json.dumps({"error": message}).encode())

    def _send(self, status: HTTPStatus, body: bytes) -> None:
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Logs nothing: a request is private."""


class _Server(ThreadingHTTPServer):
    """A thread a connection, of which there are at most so many."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: type[_Handler], connections: int) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._slots = threading.BoundedSemaphore(connections)
        super().__init__(address, handler)

    def process_request(self, request: _Connection, client_address: object) -> None:
        if not self._slots.acquire(timeout=1):
            return self.shutdown_request(request)
        return super().process_request(request, client_address)

    def process_request_thread(self, request: _Connection, client_address: object) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._slots.release()

    def handle_error(self, request: _Connection, client_address: object) -> None:
        """Passes over a connection that breaks: it is the client's affair."""


def start_rest(manager: ModelManager, options: Options) -> ThreadingHTTPServer:
    """Starts to answer on the options' REST port.

    Raises:
        ServerError: the port is in use.
    """
    service = RestService(manager, options.max_batch_rows)
    handler = type(
        "Handler", (_Handler,), {"service": service, "max_message_bytes": options.max_message_bytes}
    )
    address = (options.bind_address, options.rest_api_port)
    try:
        server = _Server(address, handler, options.rest_api_num_threads)
    except OSError as error:
        raise ServerError(
            f"Port {options.rest_api_port} of {options.bind_address} can't be opened: {error.strerror}"
        ) from None
    threading.Thread(target=server.serve_forever, name="rest", daemon=True).start()
    return server
