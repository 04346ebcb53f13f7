import pytest

from surfaces.common.wording.numbers import LAST, read_number, read_ordinal
from surfaces.common.wording.words import split_words


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("20 songs", (20, 1)),
        ("twenty five songs", (25, 2)),
        ("twenty songs", (20, 1)),
        ("a dozen", (12, 2)),
        ("half a dozen", (6, 3)),
        ("two hundred", (200, 2)),
        ("a song", None),
        ("90s", None),
        ("123456789123", None),
    ],
)
def test_numbers(text: str, read: tuple[int, int] | None) -> None:
    assert read_number(split_words(text)) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [("third", (3, 1)), ("2nd", (2, 1)), ("last one", (LAST, 1)), ("20 th", None), ("th", None)],
)
def test_ordinals(text: str, read: tuple[int, int] | None) -> None:
    assert read_ordinal(split_words(text)) == read
