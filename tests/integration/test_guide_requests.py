"""The guides' clients and requests work against a server of a real run."""

import contextlib
import io
import json
import shlex
import urllib.request

import pytest

from tests.integration.whole import Served
from tests.support.guide_code import GUIDES, Block, commands, python_blocks

GRPC, REST = "127.0.0.1:8500", "127.0.0.1:8501"
"""Where the guides' server answers."""
CLIENTS = [block for block in python_blocks() if GRPC in block.text]
REQUESTS = [line for page in GUIDES for line in commands(page) if line.startswith("curl ") and REST in line]


@pytest.mark.parametrize("block", CLIENTS, ids=lambda block: block.name)
def test_a_guides_client_prints_a_ranking(server: Served, block: Block):
    code = compile(block.text.replace(GRPC, server.grpc), block.name, "exec")
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(code, {"__name__": "guide"})
    assert any(kind in printed.getvalue() for kind in ("track-", "episode-"))


@pytest.mark.parametrize("line", REQUESTS)
def test_a_guides_request_is_answered(server: Served, line: str):
    words = shlex.split(line)
    (url,) = (word for word in words if word.startswith("http://"))
    body = words[words.index("-d") + 1].encode() if "-d" in words else None
    with urllib.request.urlopen(url.replace(REST, server.rest), body) as response:
        answer = json.load(response)
    assert response.status == 200
    assert set(answer) <= {"outputs", "predictions", "model_version_status", "model_spec", "metadata"}


def test_the_guides_have_clients_and_requests():
    assert len(CLIENTS) >= 2
    assert len(REQUESTS) >= 3
