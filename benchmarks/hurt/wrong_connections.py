"""Bytes that HTTP can't make a request of; after each its connection ends."""

import random
from typing import Final

from benchmarks.hurt.wrong_http import PREDICT, Kind, request

_HEAD: Final = f"POST {PREDICT} HTTP/1.1\r\nHost: a\r\n".encode()


def _noise(chance: random.Random) -> bytes:
    return chance.randbytes(40).replace(b"\n", b"") + b"\r\n\r\n"


def _tls(chance: random.Random) -> bytes:
    return b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + _noise(chance)


ENDING: Final = (
    Kind("a line that isn't HTTP", 4, _noise),
    Kind("a TLS hello", 2, _tls),
    Kind("a header without a colon", 2, lambda _: _HEAD + b"nonsense\r\n\r\n"),
    Kind("two lengths", 4, lambda _: _HEAD + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"),
    Kind(
        "a length and chunks",
        4,
        lambda _: _HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ),
    Kind(
        "a length that is no number",
        4,
        lambda chance: _HEAD + b"Content-Length: -%d\r\n\r\n" % chance.randrange(1, 99),
    ),
    Kind("a chunk of no size", 4, lambda _: _HEAD + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n"),
    Kind(
        "gzip that is none",
        4,
        lambda chance: request(PREDICT, chance.randbytes(50), "POST", "Content-Encoding: gzip"),
    ),
    Kind("headers beyond 64 kB", 1, lambda _: _HEAD + b"X: " + b"a" * 70_000 + b"\r\n\r\n", (400, 431, None)),
    Kind("headers that are cut off", 4, lambda chance: _HEAD[: chance.randrange(1, len(_HEAD))], ()),
    Kind(
        "a body that is cut off",
        4,
        lambda chance: _HEAD + b"Content-Length: 99\r\n\r\n" + b"{" * chance.randrange(9),
        (),
    ),
)
