import pytest

from surfaces.common.wording.words import split_words
from surfaces.common.wording.years import FIRST_YEAR, LAST_YEAR, Years, read_years


@pytest.mark.parametrize(
    ("text", "first", "last", "used"),
    [
        ("80s music", 1980, 1989, 1),
        ("the eighties", 1980, 1989, 2),
        ("90's", 1990, 1999, 1),
        ("nineteen eighties", 1980, 1989, 2),
        ("1994", 1994, 1994, 1),
        ("from 1990 to 1995 please", 1990, 1995, 4),
        ("between 1980 and 1985", 1980, 1985, 4),
        ("1990-95", 1990, 1995, 2),
        ("from the 70s to the 90s", 1970, 1999, 6),
        ("late nineties", 1997, 1999, 2),
        ("mid-80s", 1984, 1986, 2),
        ("2000s", 2000, 2009, 1),
        ("20s", 2020, 2029, 1),
        ("30s", 1930, 1939, 1),
        ("before 2000", FIRST_YEAR, 1999, 2),
        ("after the 80s", 1990, LAST_YEAR, 3),
        ("since 2010", 2010, LAST_YEAR, 2),
        ("1950s through today", 1950, LAST_YEAR, 3),
        ("80s until now", 1980, LAST_YEAR, 3),
        ("1999 or later", 1999, LAST_YEAR, 3),
        ("80s and 90s", 1980, 1989, 1),
    ],
)
def test_spans_of_years(text: str, first: int, last: int, used: int) -> None:
    assert read_years(split_words(text)) == (Years(first, last), used)


@pytest.mark.parametrize(
    "text", ["", "20 songs", "1234", "s", "from here", "the end", "between us", "12s", "before"]
)
def test_what_is_no_year(text: str) -> None:
    assert read_years(split_words(text)) is None
