import pytest

from listening_log.errors import UsageError
from tfx_pipeline.cli.history import parse_history


@pytest.mark.parametrize(
    ("words", "item_ids"),
    [
        ([], []),
        ([""], []),
        (["a,b,,c"], ["a", "b", "c"]),
        (["a, b"], ["a", " b"]),
        (["Love, Actually", "b"], ["Love, Actually", "b"]),
        (['["Love, Actually"]'], ["Love, Actually"]),
        (['["a", "b,c", ""]'], ["a", "b,c"]),
        (["[]"], []),
        (["[live],b"], ["[live]", "b"]),
    ],
)
def test_a_history_is_ids_with_commas_or_a_flag_each_or_a_json_list(words: list[str], item_ids: list[str]):
    assert parse_history(words) == item_ids


@pytest.mark.parametrize("word", ["[1, 2]", '["a", null]', '[["a"]]'])
def test_a_json_list_of_something_else_is_wrong_usage(word: str):
    with pytest.raises(UsageError, match="expected a JSON list of texts"):
        parse_history([word])
