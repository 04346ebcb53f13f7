"""Wrong requests over HTTP, each with the status that TF Serving gives it."""

import gzip
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.hurt.model import MODEL

PREDICT: Final = f"/v1/models/{MODEL}:predict"
ROWS: Final = 64  # `--max_batch_rows` of the server that is hurt
BODY_BYTES: Final = 1 << 20  # its `--max_message_bytes`
_GOOD: Final = json.dumps({"inputs": {"item_ids": [["a", "b"]]}}).encode()


@dataclass(frozen=True)
class Kind:
    """A kind of wrong request.

    Attributes:
        name: of what is wrong.
        weight: how often it is sent beside the others.
        make: one request, as bytes, of random content.
        statuses: what is right as an answer, None being the connection's end; empty: the client doesn't wait.
    """

    name: str
    weight: int
    make: Callable[[random.Random], bytes]
    statuses: Sequence[int | None] = (400,)


def request(path: str, body: bytes = b"", method: str = "POST", *headers: str) -> bytes:
    """Writes a request with a body of clear length."""
    lines = [f"{method} {path} HTTP/1.1", "Host: a", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def _posts(make_body: Callable[[random.Random], bytes], *headers: str) -> Callable[[random.Random], bytes]:
    return lambda chance: request(PREDICT, make_body(chance), "POST", *headers)


def _inputs(make_value: Callable[[random.Random], object]) -> Callable[[random.Random], bytes]:
    return _posts(lambda chance: json.dumps({"inputs": {"item_ids": make_value(chance)}}).encode())


def _rows(make_value: Callable[[random.Random], object]) -> Callable[[random.Random], bytes]:
    return _posts(lambda chance: json.dumps({"instances": make_value(chance)}).encode())


def _paths(make_path: Callable[[random.Random], str], method: str) -> Callable[[random.Random], bytes]:
    return lambda chance: request(make_path(chance), _GOOD if method == "POST" else b"", method)


def _word(chance: random.Random) -> str:
    return f"w{chance.randrange(1 << 30)}"


def _deep(chance: random.Random) -> bytes:
    depth = chance.choice((40, 500, 5_000, 50_000))
    return b'{"inputs": {"item_ids": ' + b"[" * depth + b"]" * depth + b"}}"


def _not_utf8(chance: random.Random) -> bytes:
    return _GOOD.replace(b"a", bytes([chance.randrange(0x80, 0xC0), chance.randrange(0xF8, 0x100)]))


def _bomb(chance: random.Random) -> bytes:
    return gzip.compress(b" " * (BODY_BYTES + chance.randrange(1, 1000)), 1)


_TRICKS: Final = (
    "/../../../etc/passwd",
    "/v1/models/../../../../etc/passwd",
    "/v1/models/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    f"/v1/models/{MODEL}%00:predict",
    f"/v1/models/{MODEL}/versions/..%2f1:predict",
    f"/v1/models/{MODEL}/versions/1/../../secret",
    f"//v1//models//{MODEL}",
    f"/v1/models/{MODEL}/",
    f"/v1/models/{MODEL}:predict/",
    f"/v1/models/{MODEL}:explode",
    "/v1/models/\\..\\..\\windows\\win.ini",
    "/v1/models/%zz%f",
    "/v1/models/%F0%9F%98%80",
    "/v1/models/" + "a" * 8_000,
    "/",
    "/favicon.ico",
)

# Kinds after which a connection goes on, so that many are sent at once.
LASTING: Final = (
    Kind("numbers for strings", 8, _inputs(lambda chance: [[chance.randrange(9), 2.5]])),
    Kind(
        "null, true and objects for strings", 8, _inputs(lambda chance: [[chance.choice((None, True, {}))]])
    ),
    Kind("rows of unequal length", 8, _inputs(lambda chance: [[_word(chance)], ["a", "b"]])),
    Kind("a rank that the graph refuses", 2, _inputs(lambda chance: chance.choice((_word(chance), ["a"])))),
    Kind("a row that is no list", 4, _rows(lambda chance: [[_word(chance)], "a"])),
    Kind("no rows", 4, _rows(lambda chance: chance.choice(([], {}, 1, None)))),
    Kind("an input that isn't there", 8, _rows(lambda chance: [{_word(chance): ["a"]}])),
    Kind("a missing input", 8, _posts(lambda chance: json.dumps({"inputs": {_word(chance): 1}}).encode())),
    Kind(
        "an unknown signature",
        6,
        _posts(lambda chance: json.dumps({"signature_name": _word(chance), "inputs": [["a"]]}).encode()),
    ),
    Kind("a signature that is no text", 2, _posts(lambda _: b'{"signature_name": 3, "inputs": [["a"]]}')),
    Kind("rows and columns", 2, _posts(lambda _: b'{"inputs": [["a"]], "instances": [["a"]]}')),
    Kind("neither rows nor columns", 2, _posts(lambda chance: json.dumps({_word(chance): 1}).encode())),
    Kind("JSON that is cut off", 8, _posts(lambda chance: _GOOD[: chance.randrange(1, len(_GOOD) - 1)])),
    Kind("JSON that is no object", 4, _posts(lambda chance: chance.choice((b"[]", b"1", b"null", b'"a"')))),
    Kind("no JSON", 6, _posts(lambda chance: b"<" + chance.randbytes(50))),
    Kind("no body", 4, _posts(lambda _: b"")),
    Kind("deep JSON", 2, _posts(_deep)),
    Kind("invalid UTF-8", 6, _posts(_not_utf8)),
    Kind("half of a surrogate pair", 2, _posts(lambda _: b'{"inputs": {"item_ids": [["\\ud800"]]}}')),
    Kind("wrong base64", 6, _inputs(lambda chance: [[{"b64": "?" + _word(chance)}]])),
    Kind("base64 of another key", 2, _inputs(lambda chance: [[{"b65": _word(chance)}]])),
    Kind(
        "NaN and infinity for strings",
        2,
        _posts(
            lambda chance: (
                b'{"inputs": {"item_ids": [[%s]]}}' % chance.choice((b"NaN", b"-Infinity", b"1e999"))
            )
        ),
    ),
    Kind(
        "a number of a thousand digits",
        2,
        _posts(
            lambda chance: b'{"inputs": {"item_ids": [[%s]]}}' % (b"9" * chance.choice((30, 1_000, 6_000)))
        ),
    ),
    Kind("too many rows", 2, _inputs(lambda chance: [["a"]] * (ROWS + chance.randrange(1, 500))), (429,)),
    Kind("an unknown model", 8, _paths(lambda chance: f"/v1/models/{_word(chance)}:predict", "POST"), (404,)),
    Kind(
        "the status of an unknown model",
        4,
        _paths(lambda chance: f"/v1/models/{_word(chance)}", "GET"),
        (404,),
    ),
    Kind(
        "an unknown version",
        4,
        _paths(
            lambda chance: f"/v1/models/{MODEL}/versions/{chance.randrange(1000, 1 << 60)}:predict", "POST"
        ),
        (404,),
    ),
    Kind(
        "a version beyond 64 bits",
        2,
        _paths(
            lambda chance: f"/v1/models/{MODEL}/versions/{chance.randrange(1 << 63, 1 << 99)}:predict", "POST"
        ),
    ),
    Kind("an unknown label", 4, _paths(lambda c: f"/v1/models/{MODEL}/labels/{_word(c)}:predict", "POST")),
    Kind("path tricks", 8, _paths(lambda chance: chance.choice(_TRICKS), "POST"), (400, 404)),
    Kind("path tricks, read", 8, _paths(lambda chance: chance.choice(_TRICKS), "GET"), (400, 404)),
    Kind("an unknown API", 4, _paths(lambda chance: f"/v1/models/{MODEL}:{_word(chance)}", "POST")),
    Kind(
        "classify, which the model can't",
        2,
        lambda _: request(f"/v1/models/{MODEL}:classify", b'{"examples": [{"a": 1}]}'),
    ),
    Kind(
        "a method that isn't served",
        4,
        lambda chance: request(PREDICT, _GOOD, chance.choice(("PUT", "DELETE", "PATCH", "OPTIONS"))),
    ),
    Kind(
        "a method that isn't known",
        2,
        lambda chance: request(PREDICT, b"", chance.choice(("TRACE", "CONNECT", "PROPFIND", "predict"))),
        (501,),
    ),
    Kind("a predict that is read", 4, _paths(lambda _: PREDICT, "GET")),
    Kind("gzip that grows beyond the limit", 1, _posts(_bomb, "Content-Encoding: gzip"), (413,)),
    Kind("a body beyond the limit", 1, _posts(lambda chance: b" " * (BODY_BYTES + 1)), (413,)),
)
