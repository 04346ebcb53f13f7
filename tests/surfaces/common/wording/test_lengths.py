import pytest

from surfaces.common.wording.lengths import read_minutes
from surfaces.common.wording.words import split_words


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("half an hour", (30, 3)),
        ("90 min of jazz", (90, 2)),
        ("2h", (120, 1)),
        ("1h30", (90, 1)),
        ("an hour and a half", (90, 5)),
        ("two and a half hours", (150, 5)),
        ("1.5 hours", (90, 3)),
        ("2 hours 15 minutes", (135, 4)),
        ("an hour and jazz", (60, 2)),
        ("twenty five minutes", (25, 3)),
        ("20 songs", None),
        ("90s", None),
        ("0 min", None),
        ("99999 hours", None),
    ],
)
def test_lengths_of_time(text: str, read: tuple[float, int] | None) -> None:
    assert read_minutes(split_words(text)) == read
