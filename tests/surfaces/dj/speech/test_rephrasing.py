"""A language model may word a sentence anew; what it makes of it is spoken only if it still holds."""

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from surfaces.app import create_app
from surfaces.dj.routes import router
from surfaces.dj.speech.rephrasing import ChatRephrasing
from tests.surfaces.dj.worlds import NOW, service


@contextmanager
def endpoint(reply: Callable[[str], bytes | str]) -> Iterator[str]:
    """A server that answers chats: with bytes as they are, with a text as the model's words."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = reply(body["messages"][-1]["content"])
            if isinstance(answer, str):
                answer = json.dumps({"choices": [{"message": {"content": answer}}]}).encode()
            self.send_response(200 if self.path == "/v1/chat/completions" else 404)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def spoken(folder: Path, url: str, deadline: float = 5.0) -> list[str]:
    """What Ann hears first, always the same but for the rephrasing."""
    shared = service(folder)
    app = TestClient(create_app([router(shared, ChatRephrasing(url, deadline=deadline))]))
    body = {"user_id": "ann", "at": NOW.local.isoformat(), "say": "calmer"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "token_hex", lambda size: "0" * 2 * size)
        answer = app.post("/v1/dj", json=body).json()
    return [line["text"] for segment in answer["segments"] for line in segment["spoken"]]


def test_other_words_are_spoken_where_the_facts_are_the_same(tmp_path: Path) -> None:
    with endpoint(
        lambda sentence: f"Well, {sentence[0].lower()}{sentence[1:]}" if sentence[0] in "YTCIL" else sentence
    ) as url:
        texts = spoken(tmp_path, url)
    assert any(text.startswith("Well, ") for text in texts)


@pytest.mark.parametrize(
    "lie",
    [
        lambda sentence: f"{sentence} Also 7 times.",
        lambda sentence: f"{sentence} By Metallica.",
        lambda sentence: f"{sentence} “Song Zebra” too.",
        lambda sentence: f"{sentence} Never before.",
        lambda sentence: f"{sentence} It is your favourite.",
        lambda sentence: "",
        lambda sentence: "word " * 200,
        lambda sentence: b"no json",
        lambda sentence: b'{"choices": []}',
        lambda sentence: b'{"choices": [{"message": {"content": 5}}]}',
        lambda sentence: b"[]",
    ],
)
def test_lies_and_rubbish_leave_the_sentences_as_they_were(
    tmp_path: Path, lie: Callable[[str], bytes | str]
) -> None:
    original: set[str] = set()

    def reply(sentence: str) -> bytes | str:
        original.add(sentence)
        return lie(sentence)

    with endpoint(reply) as url:
        texts = spoken(tmp_path, url)
    assert texts
    assert set(texts) == original


def test_a_slow_endpoint_is_not_waited_for(tmp_path: Path) -> None:
    with endpoint(lambda sentence: time.sleep(1.0) or "too late") as url:  # type: ignore[func-returns-value]
        begin = time.monotonic()
        replies = ChatRephrasing(url, deadline=0.1)(["One.", "Two."] * 9)
        assert time.monotonic() - begin < 0.9
    assert replies == [None] * 18


def test_no_endpoint_is_harmless() -> None:
    assert ChatRephrasing("http://127.0.0.1:9", deadline=1.0)(["Here we go."]) == [None]
