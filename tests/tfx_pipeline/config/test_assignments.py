import pytest

from listening_log.errors import UsageError
from tfx_pipeline.config.assignments import split_assignment


def split(word: str) -> tuple[str, str]:
    return split_assignment(word, "--param", "name=value", "seed=3")


@pytest.mark.parametrize(
    ("word", "parts"), [("a=b", ("a", "b")), (" a =b=c ", ("a", "b=c ")), ("a=", ("a", ""))]
)
def test_a_word_is_split_at_its_first_equals_sign(word: str, parts: tuple[str, str]):
    assert split(word) == parts


@pytest.mark.parametrize("word", ["seed", "=3", " =3", ""])
def test_a_word_without_name_or_equals_sign_is_refused_with_an_example(word: str):
    with pytest.raises(UsageError, match=f"--param {word}: expected name=value, as in --param seed=3"):
        split(word)
