import json
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.errors import ServingError
from serving.json_tensors import parse_body, to_body, to_inputs

STRINGS, INTS, FLOATS = SimpleNamespace(dtype=7), SimpleNamespace(dtype=9), SimpleNamespace(dtype=1)
ONE = {"item_ids": STRINGS}
TWO = {"item_ids": STRINGS, "timestamps": INTS}


def read(document: dict, infos: dict) -> dict:
    return {k: v.tolist() for k, v in to_inputs(parse_body(json.dumps(document).encode()), infos).items()}


def refusal(document: dict | bytes, infos: dict) -> str:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    with pytest.raises(ServingError) as error:
        to_inputs(parse_body(body), infos)
    assert error.value.code == "INVALID_ARGUMENT"
    return error.value.message


def test_rows_become_columns() -> None:
    rows = [{"item_ids": ["a", "b"], "timestamps": [1, 2]}, {"item_ids": ["c", "d"], "timestamps": [3, 4]}]
    assert read({"instances": rows}, TWO) == {
        "item_ids": [[b"a", b"b"], [b"c", b"d"]],
        "timestamps": [[1, 2], [3, 4]],
    }


def test_one_input_needs_no_name() -> None:
    for document in ({"instances": [["a"], ["b"]]}, {"inputs": [["a"], ["b"]]}):
        assert read(document, ONE) == {"item_ids": [[b"a"], [b"b"]]}


def test_columns_are_read_by_name() -> None:
    assert read({"inputs": {"item_ids": [["a"]], "timestamps": [[5]], "other": 1}}, TWO) == {
        "item_ids": [[b"a"]],
        "timestamps": [[5]],
    }


def test_base64_is_decoded() -> None:
    assert read({"instances": [[{"b64": "/w=="}, "é"]]}, ONE) == {"item_ids": [[b"\xff", "é".encode()]]}


@pytest.mark.parametrize("text", ["aTAzYQ==", "aTAzYQ", "aTAz\n YQ", "aTAz YQ=="])
def test_base64_may_lack_its_padding_and_hold_white_space(text: str) -> None:
    assert read({"instances": [[{"b64": text}]]}, ONE) == {"item_ids": [[b"i03a"]]}


@pytest.mark.parametrize("text", ["aTAzY", "aTAzYQ=", "aT-_", "aTAzYQ===", "é"])
def test_what_is_no_base64_is_refused(text: str) -> None:
    assert "base64" in refusal({"instances": [[{"b64": text}]]}, ONE)


@pytest.mark.parametrize("body", [b'%s {"inputs"', b"%s\x00", b"%s]", b" \r\n%s\n", b"\xef\xbb\xbf%s"])
def test_what_stands_around_the_document_is_passed_over(body: bytes) -> None:
    assert to_inputs(parse_body(body % b'{"inputs": [["a"]]}'), ONE)["item_ids"].tolist() == [[b"a"]]


def test_empty_rows_keep_their_shape() -> None:
    body = parse_body(b'{"inputs": [[], []]}')
    assert to_inputs(body, ONE)["item_ids"].shape == (2, 0)


@pytest.mark.parametrize(
    ("document", "infos", "message"),
    [
        (b"", ONE, "document is empty"),
        (b"{", ONE, "JSON Parse error"),
        (b'{"inputs": "\xff"}', ONE, "JSON Parse error"),
        (b"[" * 100_000, ONE, "JSON Parse error"),
        (b"[]", ONE, "not an object"),
        ({}, ONE, "Missing 'inputs' or 'instances'"),
        ({"inputs": [], "instances": []}, ONE, "only one of"),
        ({"instances": []}, ONE, "list with values"),
        ({"instances": {"item_ids": "a"}}, ONE, "list with values"),
        ({"instances": [["a"], {"item_ids": ["a"]}]}, ONE, "item 0"),
        ({"instances": [["a"], ["a", "b"]]}, ONE, "unequal size at level 1"),
        ({"instances": [["a"], "b"]}, ONE, "unequal size at level 1"),
        ({"instances": [["a"]]}, TWO, "need objects"),
        ({"instances": [{"item_ids": ["a"]}]}, TWO, "element: 0"),
        ({"inputs": {"item_ids": [["a"]]}}, TWO, "Missing named input: timestamps"),
        ({"inputs": [[1]]}, ONE, "item_ids is not of expected type: string"),
        ({"inputs": [[None]]}, ONE, "item_ids is not of expected type: string"),
        ({"inputs": [[{"b64": "?"}]]}, ONE, "base64"),
        ({"inputs": [[1.5]]}, {"timestamps": INTS}, "timestamps is not of expected type: int64"),
        ({"inputs": [[True]]}, {"timestamps": INTS}, "timestamps is not of expected type: int64"),
        ({"inputs": [[1 << 63]]}, {"timestamps": INTS}, "timestamps is not of expected type: int64"),
        ({"inputs": [["1"]]}, {"x": FLOATS}, "x is not of expected type: float"),
        ({"signature_name": 1, "inputs": [["a"]]}, ONE, "signature_name"),
    ],
)
def test_a_wrong_document_is_named_by_its_place(document: dict | bytes, infos: dict, message: str) -> None:
    assert message in refusal(document, infos)


@given(st.text(min_size=12, alphabet="abcdefghijkl"))
def test_no_message_holds_a_value(secret: str) -> None:
    assert secret not in refusal({"instances": [{"item_ids": [secret], "timestamps": [secret]}]}, TWO)
    assert secret not in refusal({"inputs": [[secret], [secret, secret]]}, ONE)


def test_answers_by_rows_and_by_columns() -> None:
    outputs = {"item_ids": np.array([[b"a", b""]], object), "scores": np.array([[0.5, -np.inf]], np.float32)}
    assert to_body(outputs, by_rows=True) == (
        b'{"predictions": [{"item_ids": ["a", ""], "scores": [0.5, -Infinity]}]}'
    )
    assert to_body(outputs, by_rows=False) == (
        b'{"outputs": {"item_ids": [["a", ""]], "scores": [[0.5, -Infinity]]}}'
    )


def test_one_output_needs_no_name() -> None:
    scores = {"scores": np.array([[0.5], [1.0]], np.float32)}
    assert json.loads(to_body(scores, by_rows=True)) == {"predictions": [[0.5], [1.0]]}
    assert json.loads(to_body(scores, by_rows=False)) == {"outputs": [[0.5], [1.0]]}


@given(st.floats(width=32, allow_nan=False))
def test_scores_come_back_to_the_bit(score: float) -> None:
    body = to_body({"scores": np.array([score], np.float32)}, by_rows=True)
    assert json.loads(body)["predictions"][0] == score
