import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import names
from serving.errors import ServerError
from serving.request import build_request


def test_a_plain_question_asks_serving_default() -> None:
    signature, inputs = build_request([["a", "b"], []])
    assert signature == names.SERVING_DEFAULT
    assert {name: value.tolist() for name, value in inputs.items()} == {
        "item_ids": [[b"", b"a", b"b"], [b"", b"", b""]]
    }


def test_what_is_not_asked_is_neutral() -> None:
    signature, inputs = build_request([["a"], ["b", "c"]], exclude=[["a"], []])
    assert signature == names.CONTEXTUAL
    assert {name: value.tolist() for name, value in inputs.items()} == {
        "item_ids": [[b"", b"a", b""], [b"", b"b", b"c"]],
        "timestamps": [[0, 0, 0], [0, 0, 0]],
        "request_time": [0, 0],
        "context": [[b""], [b""]],
        "exclude_ids": [[b"", b"a"], [b"", b""]],
        "only": [[b""], [b""]],
        "without": [[b""], [b""]],
    }


def test_times_stand_beside_their_items() -> None:
    _, inputs = build_request([["a"], ["b", "c"]], timestamps=[[5], [6, 7]], request_time=[8, 9])
    assert inputs["timestamps"].tolist() == [[0, 5, 0], [0, 6, 7]]
    assert inputs["timestamps"].dtype == np.int64
    assert inputs["request_time"].tolist() == [8, 9]


def test_candidates_do_not_make_a_question_contextual() -> None:
    signature, inputs = build_request([["a"]], candidates=[["x", "y"]])
    assert signature == names.SERVING_DEFAULT
    assert inputs["candidate_ids"].tolist() == [[b"", b"x", b"y"]]


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"exclude": [["a"]]}, "exclude_ids"),
        ({"request_time": [1]}, "request_time"),
        ({"timestamps": [[1], [1]]}, "timestamps"),
    ],
)
def test_rows_that_do_not_match_are_refused(wish: dict, field: str) -> None:
    with pytest.raises(ServerError, match=field):
        build_request([["a"], ["b", "c"]], **wish)


@given(st.lists(st.lists(st.text(), max_size=4), max_size=5))
def test_every_row_starts_empty_and_keeps_its_items_in_order(histories: list[list[str]]) -> None:
    _, inputs = build_request(histories)
    rows = inputs["item_ids"].tolist()
    assert all(row[0] == b"" for row in rows)
    assert [[i for i in row if i] for row in rows] == [[i.encode() for i in row if i] for row in histories]


def test_every_tensor_of_strings_has_a_first_element_that_is_empty() -> None:
    """TF Serving's batching pads with it, and refuses to pad a tensor without one."""
    _, inputs = build_request([["a"], []], candidates=[["b"], ["c"]], request_time=1, only=[["d"], []])
    strings = [value for value in inputs.values() if value.dtype == object]
    assert [value.shape[1] >= 1 and value.ravel()[0] for value in strings] == [b""] * 6
