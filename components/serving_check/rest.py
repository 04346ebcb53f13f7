"""TF Serving's REST, as a plain client speaks it."""

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Final, TypeAlias, TypedDict

import numpy as np

from listening_log.errors import UserError
from models import names

_SECONDS: Final = 120.0
_OPENER: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Goes to the server itself, which is on loopback, whatever proxy the environment names."""

_Column: TypeAlias = list[list[str]] | list[list[float]]


class _Reply(TypedDict, total=False):
    """What a server says of a model, or answers to `:predict`."""

    model_version_status: list[dict[str, str]]
    outputs: dict[str, _Column] | _Column


def is_available(address: str, model: str) -> bool:
    """Whether a version of the model is being served at `host:port`."""
    try:
        status = _ask(f"http://{address}/v1/models/{model}", None, seconds=5.0)
    except (OSError, ValueError):
        return False
    return any(version["state"] == "AVAILABLE" for version in status.get("model_version_status", []))


def predict(
    address: str, model: str, signature: str, inputs: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Asks one signature by columns; answers are arrays as gRPC gives them.

    Raises:
        UserError: the server refused; its reply is in the message.
    """
    body = {"signature_name": signature, "inputs": {name: _to_json(value) for name, value in inputs.items()}}
    try:
        answer = _ask(f"http://{address}/v1/models/{model}:predict", body, seconds=_SECONDS)["outputs"]
    except urllib.error.HTTPError as error:
        reply = error.read(500).decode(errors="replace")
        raise UserError(f"REST {model} {signature}: {error.code} {reply}") from None
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"REST {model} {signature}: {error}") from None
    outputs = answer if isinstance(answer, dict) else {names.SCORES: answer}  # an output alone has no name
    return {name: _to_array(value) for name, value in outputs.items()}


def _ask(url: str, body: Mapping[str, object] | None, seconds: float) -> _Reply:
    data = None if body is None else json.dumps(body).encode()
    with _OPENER.open(urllib.request.Request(url, data), timeout=seconds) as response:
        reply: _Reply = json.loads(response.read())  # accepts TF Serving's bare -Infinity
    return reply


def _to_json(value: np.ndarray) -> list[object]:
    if value.dtype != object:
        return value.tolist()
    return [[{"b64": base64.b64encode(text).decode()} for text in row] for row in value.tolist()]


def _to_array(value: _Column) -> np.ndarray:
    if value and value[0] and isinstance(value[0][0], str):
        return np.array([[str(text).encode() for text in row] for row in value], object)
    return np.array(value, np.float32)
