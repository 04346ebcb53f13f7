"""The server as a REST client meets it."""

import gzip
import http.client
import json
import socket
import time

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
        ("/v1/models/upnext:classify", {}, 400, "key 'examples' is expected"),
        ("/v1/models", None, 400, "Missing model name in request."),
        ("/v1/models/upnext/", None, 400, "Malformed request: GET /v1/models/upnext/"),
        ("/v1/models/upnext/versions/stable:predict", {"instances": [["i03"]]}, 400, "Malformed request"),
        (PREDICT, None, 400, "Malformed request: GET"),
        (PREDICT, b'{"instances": [[NaN]]}', 400, "expected type: string"),
        (PREDICT, {"instances": [[10**30]]}, 400, "expected type: string"),
        ("/v2/models", None, 404, "Not found: GET /v2/models"),
        ("/v1/models/upnext/labels/stable:predict", {"instances": [["i03"]]}, 400, "version label: stable"),
        ("/v1/models/upnext/labels/stable", None, 400, "Unrecognized servable version label: stable"),
        (f"/v1/models/upnext/versions/{1 << 63}", None, 400, "Failed to convert version"),
        (PREDICT, b'{"instances": ' + b"[" * 900 + b"]" * 900 + b"}", 400, "nested"),
        (PREDICT, b'{"instances": ' + b"[" * 99_999 + b"}", 400, "JSON Parse error"),
        (PREDICT, b"[" + b"1," * 90 + b"1]", 400, "not an object"),
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
    assert ask_raw(server, b"nonsense\r\n\r\n") == [(400, None)]


BODY = b'{"instances": [["i03"]]}'
POST = b"POST /v1/models/upnext:predict HTTP/1.1\r\nHost: a\r\n"


def ask_raw(server: ServerProcess, *parts: bytes) -> list[tuple[int, object]]:
    """Sends bytes, with a short pause before each part but the first; returns each answer's status and JSON."""
    answers: list[tuple[int, object]] = []
    with socket.create_connection(("127.0.0.1", server.rest_port), timeout=30) as raw:
        for part in parts:
            raw.sendall(part)
            answers += read_answers(raw, 0.3)
    return answers


def read_answers(raw: socket.socket, seconds: float) -> list[tuple[int, object]]:
    """Reads what comes until nothing has for so long after something did."""
    received = b""
    raw.settimeout(30 if seconds >= 0.3 else seconds)
    try:
        while block := raw.recv(1 << 16):
            received += block
            raw.settimeout(seconds)
    except TimeoutError:
        pass
    answers: list[tuple[int, object]] = []
    while received:
        head, _, received = received.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        sizes = [int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length")]
        size = sizes[0] if sizes else 0
        answers.append((int(lines[0].split()[1]), json.loads(received[:size]) if size else None))
        received = received[size:]
    return answers


def test_a_body_is_asked_for_at_once(server: ServerProcess) -> None:
    length = b"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n" % len(BODY)
    start = time.monotonic()
    ((first, nothing),) = ask_raw(server, POST + length)
    assert (first, nothing) == (100, None)
    assert time.monotonic() - start < 0.9
    (ask, answer) = ask_raw(server, POST + length, BODY)
    assert ask == (100, None)
    assert answer[0] == 200


def test_a_body_that_is_too_long_is_refused_before_it_is_sent(server: ServerProcess) -> None:
    head = POST + b"Content-Length: 1000001\r\nExpect: 100-continue\r\n\r\n"
    ((status, answer),) = ask_raw(server, head)
    assert (status, answer) == (413, {"error": "The body has 1000001 bytes, more than 1000000"})


@pytest.mark.parametrize("encoded", [False, True])
@pytest.mark.parametrize("chunked", [False, True])
def test_bodies_in_chunks_and_gzipped_are_read(server: ServerProcess, encoded: bool, chunked: bool) -> None:
    body = gzip.compress(BODY) if encoded else BODY
    head = POST + (b"Content-Encoding: gzip\r\n" if encoded else b"")
    if chunked:
        pieces = [body[:10], body[10:]]
        data = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
        sent = head + b"Transfer-Encoding: chunked\r\n\r\n" + data
    else:
        sent = head + b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    ((status, answer),) = ask_raw(server, sent)
    assert status == 200
    assert answer["predictions"][0]["item_ids"][0] == "i04"


def test_a_gzipped_body_counts_by_what_it_becomes(server: ServerProcess) -> None:
    bomb = gzip.compress(b" " * 20_000_000)
    head = POST + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    ((status, answer),) = ask_raw(server, head + bomb)
    assert status == 413
    assert "more than 1000000" in str(answer)


def test_the_body_of_a_get_is_no_request(server: ServerProcess) -> None:
    smuggled = b"GET /v1/models/nobody HTTP/1.1\r\nHost: a\r\n\r\n"
    get = b"GET /v1/models/upnext HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(smuggled)
    ((status, _),) = ask_raw(server, get + smuggled)
    assert status == 200


@pytest.mark.parametrize(
    "lengths",
    [
        b"Content-Length: 24\r\nContent-Length: 3\r\n",
        b"Content-Length: 24\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: ²\r\n".encode(),
        b"Content-Length: -1\r\n",
    ],
)
def test_a_body_of_no_clear_length_is_refused(server: ServerProcess, lengths: bytes) -> None:
    assert ask_raw(server, POST + lengths + b"\r\n" + BODY)[0][0] == 400


def test_idle_and_trickling_connections_shut_nobody_out(server: ServerProcess) -> None:
    idle = [socket.create_connection(("127.0.0.1", server.rest_port)) for _ in range(500)]
    for place, connection in enumerate(idle):
        connection.sendall((b"", b"POST /v1", POST + b"Content-Length: 9\r\n\r\n1")[place % 3])
    assert server.rest("/v1/models/upnext")[0] == 200
    assert server.rest(PREDICT, {"instances": [["i03"]]})[0] == 200
    for connection in idle:
        connection.close()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "HEAD"])
def test_other_methods_are_malformed(server: ServerProcess, method: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.rest_port, timeout=30)
    connection.request(method, "/v1/models/upnext")
    assert connection.getresponse().status == 400
    connection.close()


@pytest.mark.parametrize("kept", [False, True])
def test_http_1_0_closes_unless_it_asks_otherwise(server: ServerProcess, kept: bool) -> None:
    headers = b"Connection: keep-alive\r\n" if kept else b""
    get = b"GET /v1/models/upnext HTTP/1.0\r\n" + headers + b"\r\n"
    with socket.create_connection(("127.0.0.1", server.rest_port), timeout=30) as raw:
        raw.sendall(get + get)
        assert [status for status, _ in read_answers(raw, 0.3)] == ([200, 200] if kept else [200])


def test_requests_sent_at_once_are_answered_in_their_order(server: ServerProcess) -> None:
    posts = [POST + b"Content-Length: %d\r\n\r\n%s" % (len(BODY), BODY)] * 3
    wrong = POST + b"Content-Length: 2\r\n\r\n{}"
    answers = ask_raw(server, posts[0] + wrong + posts[1] + wrong + posts[2])
    assert [status for status, _ in answers] == [200, 400, 200, 400, 200]


def test_a_proxys_whole_address_is_a_path(server: ServerProcess) -> None:
    get = b"GET http://rankings.example/v1/models/upnext HTTP/1.1\r\nHost: rankings.example\r\n\r\n"
    assert ask_raw(server, get)[0][0] == 200
