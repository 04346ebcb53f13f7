"""What an operator finds of a failure of the server, whichever way the request came."""

import io
from types import SimpleNamespace
from typing import NoReturn

import grpc
import pytest
from tensorflow_serving.apis.get_model_status_pb2 import GetModelStatusRequest

from serving import metrics
from serving.errors import INTERNAL, NOT_FOUND, ServingError
from serving.grpc_service import ModelService
from serving.reporter import Reporter
from serving.rest_service import RestService
from serving.service import Service


class AbortedError(Exception):
    """The end of a call, as gRPC's context raises it."""


def abort(code: grpc.StatusCode, message: str) -> NoReturn:
    raise AbortedError(code, message)


CONTEXT = SimpleNamespace(is_active=lambda: True, abort=abort)


class Broken(Service):
    """A service that fails; nothing of it is loaded."""

    def __init__(self, error: Exception, out: io.StringIO) -> None:
        self.error, self.reporter = error, Reporter(out)
        self.manager = SimpleNamespace(served=SimpleNamespace(knows=lambda name: False))

    def status(self, request: GetModelStatusRequest) -> NoReturn:
        raise self.error


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ServingError(INTERNAL, "The model failed (at a/b)"), "INTERNAL, The model failed (at a/b)"),
        (KeyError("a history"), "INTERNAL, KeyError at "),
        (ServingError(NOT_FOUND, "There is none"), ""),
    ],
    ids=["graph", "server", "client"],
)
def test_only_a_failure_of_the_server_is_told_and_counted(error: Exception, line: str) -> None:
    out = io.StringIO()
    service, before = Broken(error, out), metrics.FAILURES.total()

    answer = RestService(service).answer("GET", "/v1/models/m", b"")
    with pytest.raises(AbortedError) as aborted:
        ModelService(service).GetModelStatus(GetModelStatusRequest(), CONTEXT)

    lines = out.getvalue().splitlines()
    assert len(lines) == metrics.FAILURES.total() - before == (2 if line else 0)
    assert all(f": {line}" in one and "history" not in one for one in lines)
    assert answer.status == (500 if line else 404)
    assert aborted.value.args[0].name == (INTERNAL if line else NOT_FOUND)
