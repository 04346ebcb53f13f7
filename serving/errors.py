"""Errors as a client of TF Serving meets them: a canonical code and a message.

A message never holds a value that a client sent (a listener's history), only names, types and sizes.
"""

from http import HTTPStatus
from typing import Final

INVALID_ARGUMENT: Final = "INVALID_ARGUMENT"
FAILED_PRECONDITION: Final = "FAILED_PRECONDITION"
NOT_FOUND: Final = "NOT_FOUND"
RESOURCE_EXHAUSTED: Final = "RESOURCE_EXHAUSTED"
UNAVAILABLE: Final = "UNAVAILABLE"
INTERNAL: Final = "INTERNAL"
CANCELLED: Final = "CANCELLED"
DEADLINE_EXCEEDED: Final = "DEADLINE_EXCEEDED"
OUT_OF_RANGE: Final = "OUT_OF_RANGE"
UNIMPLEMENTED: Final = "UNIMPLEMENTED"

# tensorflow.error.Code; those that aren't here are INTERNAL to a client.
CODES: Final = {
    1: CANCELLED,
    3: INVALID_ARGUMENT,
    4: DEADLINE_EXCEEDED,
    5: NOT_FOUND,
    8: RESOURCE_EXHAUSTED,
    9: FAILED_PRECONDITION,
    11: OUT_OF_RANGE,
    12: UNIMPLEMENTED,
    14: UNAVAILABLE,
}

GIVEN_UP: Final = "The call was given up"  # with CANCELLED; nobody is there to read it
STOPPING: Final = "The server is stopping"
CLIENT_CLOSED_REQUEST: Final = 499  # no standard status
# tensorflow_serving/model_servers/http_server.cc, ToHTTPStatusCode.
HTTP_STATUS: Final[dict[str, int]] = {
    INVALID_ARGUMENT: HTTPStatus.BAD_REQUEST,
    FAILED_PRECONDITION: HTTPStatus.BAD_REQUEST,
    NOT_FOUND: HTTPStatus.NOT_FOUND,
    RESOURCE_EXHAUSTED: HTTPStatus.TOO_MANY_REQUESTS,
    UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    DEADLINE_EXCEEDED: HTTPStatus.GATEWAY_TIMEOUT,
    OUT_OF_RANGE: HTTPStatus.BAD_REQUEST,
    UNIMPLEMENTED: HTTPStatus.NOT_IMPLEMENTED,
    CANCELLED: CLIENT_CLOSED_REQUEST,
    INTERNAL: HTTPStatus.INTERNAL_SERVER_ERROR,
}


class ServingError(Exception):
    """A request that can't be answered.

    Args:
        code: one of this module's codes, named as gRPC names them.
        message: what was expected and what came, without the request's values.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class ServerError(Exception):
    """A server, a client or a batch can't go on, for a reason that its user can mend, in one line."""


class FlagError(ServerError):
    """A wrong flag or config file."""


def first_line(error: BaseException) -> str:
    """Returns an exception in one line: its text's first, or the name of its type."""
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__
