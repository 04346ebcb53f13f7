import pytest

from listening_log.importers.reading.json_columns import flags, texts, whole_numbers
from listening_log.tables.convert import BadValueError


def test_absent_fields_are_null() -> None:
    assert texts([{"a": "x"}, {}, {"a": None}], "a").to_pylist() == ["x", None, None]
    assert whole_numbers([{"a": 3}, {}, {"a": None}], "a").to_pylist() == [3, None, None]
    assert flags([{"a": True}, {}, {"a": None}], "a").tolist() == [True, False, False]


def test_half_a_surrogate_pair_becomes_a_replacement_character() -> None:
    assert texts([{"a": "cut \ud83d"}, {"a": "\U0001f3b5"}, {}], "a").to_pylist() == [
        "cut �",
        "\U0001f3b5",
        None,
    ]


def test_whole_numbers_may_be_written_as_floats_or_text() -> None:
    objects = [{"a": 5.0}, {"a": "7"}, {"a": ""}, {"a": 1586367553238.0}]
    assert whole_numbers(objects, "a").to_pylist() == [5, 7, None, 1586367553238]


def test_true_may_be_written_in_several_ways() -> None:
    objects = [{"a": value} for value in (True, 1, 1.0, "TRUE", False, 0.0, "false", "", [], 2)]
    assert flags(objects, "a").tolist() == [True] * 4 + [False] * 6


@pytest.mark.parametrize("value", ["long", True, [1], {}, 1e30, 2**63, float("nan"), float("inf")])
def test_what_is_no_whole_number_tells_its_row_and_not_itself(value: object) -> None:
    with pytest.raises(BadValueError, match="a is not a whole number") as error:
        whole_numbers([{"a": 1}, {"a": value}], "a")
    assert error.value.row == 1


@pytest.mark.parametrize("value", [3, True, ["x"], {}])
def test_what_is_no_text_tells_its_row(value: object) -> None:
    with pytest.raises(BadValueError, match="a is not text") as error:
        texts([{"a": "x"}, {"a": value}], "a")
    assert error.value.row == 1
