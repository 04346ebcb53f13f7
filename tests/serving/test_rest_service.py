"""The server as a REST client meets it."""

import http.client
import json
import socket

import pytest

from tests.serving.running import ServerProcess
from tests.serving.toy import after

PREDICT = "/v1/models/upnext:predict"


def test_rows_are_answered(server: ServerProcess) -> None:
    status, answer = server.rest(PREDICT, {"instances": [{"item_ids": ["i03"]}, {"item_ids": ["i07"]}]})
    assert status == 200
    assert [row["item_ids"][:2] for row in answer["predictions"]] == [after("i03", 2), after("i07", 2)]
    assert answer["predictions"][0]["scores"][19:21] == [-19.0, -float("inf")]


def test_columns_are_answered(server: ServerProcess) -> None:
    body = {
        "signature_name": "serving_default",
        "inputs": {"item_ids": [["i03"]], "candidate_ids": [["", "i04"]]},
    }
    status, answer = server.rest("/v1/models/ranker/versions/1:predict", body)
    assert (status, answer) == (200, {"outputs": [[-float("inf"), 0.0]]})


def test_the_contextual_signature_is_answered(server: ServerProcess) -> None:
    row = {"item_ids": ["i03"], "timestamps": [7], "request_time": 8, "context": ["country=SE"]}
    wishes = {"exclude_ids": ["i05"], "only": ["kind=episode", ""], "without": []}
    status, answer = server.rest(PREDICT, {"signature_name": "contextual", "instances": [{**row, **wishes}]})
    assert status == 200
    assert answer["predictions"][0]["item_ids"][:2] == ["i07", "i09"]
    assert answer["predictions"][0]["scores"][0] == -3 + 3 / 128


@pytest.mark.parametrize(
    ("path", "body", "status", "message"),
    [
        ("/v1/models/nobody:predict", {"instances": [["i03"]]}, 404, "Servable not found"),
        ("/v1/models/upnext/versions/9:predict", {"instances": [["i03"]]}, 404, "Specific(upnext, 9)"),
        (PREDICT, {"signature_name": "x", "instances": [["i03"]]}, 400, '"x" not found'),
        (PREDICT, {"instances": [[3]]}, 400, "expected type: string"),
        (PREDICT, {"instances": ["i03"]}, 400, "expects shape [?,?]"),
        (PREDICT, {"instances": [["i03"], ["i03", "i03"]]}, 400, "unequal size"),
        (PREDICT, {"inputs": {"items": [["i03"]]}}, 400, "Missing named input: item_ids"),
        (PREDICT, b'{"instances": [["i03"', 400, "JSON Parse error"),
        (PREDICT, {"instances": [["i03"]] * 501}, 429, "maximum of 500 rows"),
        (PREDICT, b" " * 1_000_001, 413, "more than 1000000"),
        ("/v1/models/upnext:classify", {}, 400, "Malformed request"),
        ("/v2/models", None, 400, "Malformed request"),
        ("/v1/models/nobody", None, 404, "Could not find any versions of model nobody"),
        ("/v1/models/upnext/versions/9", None, 404, "Could not find version 9"),
        ("/v1/models/nobody/metadata", None, 404, "Servable not found"),
    ],
)
def test_a_wrong_request_gets_tf_servings_status(
    server: ServerProcess, path: str, body: object, status: int, message: str
) -> None:
    got, answer = server.rest(path, body)
    assert got == status
    assert message in answer["error"]
    assert "i03" not in answer["error"]


def test_a_model_tells_its_status(server: ServerProcess) -> None:
    expected = {"version": "1", "state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}
    assert server.rest("/v1/models/upnext") == (200, {"model_version_status": [expected]})
    assert server.rest("/v1/models/upnext/versions/1") == (200, {"model_version_status": [expected]})


def test_a_model_tells_its_signatures(server: ServerProcess) -> None:
    status, answer = server.rest("/v1/models/ranker/metadata")
    assert status == 200
    assert answer["model_spec"]["version"] == "1"
    inputs = answer["metadata"]["signature_def"]["signature_def"]["serving_default"]["inputs"]
    assert inputs["candidate_ids"]["dtype"] == "DT_STRING"


def test_a_connection_serves_many_requests(server: ServerProcess) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.rest_port, timeout=30)
    for body in (b"{}", b'{"instances": [["i03"]]}', b'{"instances": [["i03"]]}'):
        connection.request("POST", PREDICT, body)
        answer = connection.getresponse()
        answer.read()
        assert answer.getheader("Connection") is None
    connection.close()


def test_what_is_not_http_gets_an_error(server: ServerProcess) -> None:
    with socket.create_connection(("127.0.0.1", server.rest_port), timeout=30) as raw:
        raw.sendall(b"nonsense\r\n\r\n")
        answer = http.client.HTTPResponse(raw)
        answer.begin()
        assert (answer.version, answer.status, answer.reason) == (11, 400, "Bad Request")
        assert json.loads(answer.read()) == {"error": "Bad request syntax ('nonsense')"}
