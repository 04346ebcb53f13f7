"""Other wordings of sentences, by a language model behind an OpenAI-compatible endpoint; the checker judges them."""

import json
import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Final
from urllib.error import URLError
from urllib.request import Request, urlopen

DEADLINE: Final = 0.4
"""Seconds for all sentences of an answer together."""
AT_A_TIME: Final = 8
_LARGEST: Final = 65_536
"""Bytes of a reply that are read."""
_INSTRUCTION: Final = (
    "You are a radio DJ, warm and dry. Say the sentence in other words, in one short sentence. Keep every name, "
    "every title with its “quotation marks” and every number exactly as they are. Add no fact. Reply with the "
    "sentence alone."
)
_LOG = logging.getLogger("upnext.surfaces")


class ChatRephrasing:
    """Asks an endpoint, as that of a local llama.cpp server; safe to use from any number of threads.

    Args:
        url: of the server, without `/v1/chat/completions`.
        model: its name, where the server has several.
        deadline: seconds for all sentences of an answer.
    """

    def __init__(self, url: str, model: str = "default", deadline: float = DEADLINE) -> None:
        self._url = f"{url.rstrip('/').removesuffix('/v1')}/v1/chat/completions"
        self._model, self._deadline = model, deadline
        self._pool = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="rephrasing")

    def __call__(self, sentences: Sequence[str]) -> list[str | None]:
        """Another wording of each sentence; None where none came in time."""
        end = time.monotonic() + self._deadline
        futures = [self._pool.submit(self._reword, sentence, end) for sentence in sentences]
        done, late = wait(futures, max(end - time.monotonic(), 0.0))
        for future in late:
            future.cancel()
        return [future.result() if future in done else None for future in futures]

    def _reword(self, sentence: str, end: float) -> str | None:
        left = end - time.monotonic()
        if left <= 0:
            return None
        messages = [{"role": "system", "content": _INSTRUCTION}, {"role": "user", "content": sentence}]
        body = {"model": self._model, "messages": messages, "max_tokens": 120, "temperature": 0.8}
        request = Request(self._url, json.dumps(body).encode(), {"Content-Type": "application/json"})
        try:
            with urlopen(request, timeout=left) as response:  # a sentence is no secret to the endpoint
                reply = json.loads(response.read(_LARGEST))
            text = reply["choices"][0]["message"]["content"]
            return " ".join(text.split()) or None
        except (URLError, OSError, ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            _LOG.info("no other wording: %s", type(error).__name__)
            return None
