import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surfaces.common.wording.spelling import Lexicon, typos
from surfaces.common.wording.words import key

NAMES = Lexicon(
    [
        "jazz",
        "folk",
        "hip hop",
        "R&B",
        "classical",
        "The Beatles",
        "calm",
        "Usual Suspects, The",
        "Mär (1999)",
    ]
)


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ("kitten", "sitting", 3),
        ("flok", "folk", 1),
        ("same", "same", 0),
        ("", "ab", 2),
        ("abcdef", "uvwxyz", 4),
    ],
)
def test_typos_are_counted(one: str, other: str, count: int) -> None:
    assert typos(one, other, 3) == count


@pytest.mark.parametrize(
    ("written", "name", "count"),
    [
        ("jaz", "jazz", 1),
        ("jzaz", "jazz", 1),
        ("flok", "folk", 1),
        ("Hip-Hop", "hip hop", 0),
        ("hiphpo", "hip hop", 1),
        ("r and b", "R&B", 0),
        ("clasicl", "classical", 2),
        ("beetles", "The Beatles", 1),
        ("the usual suspects", "Usual Suspects, The", 0),
        ("mar", "Mär (1999)", 0),
    ],
)
def test_names_are_looked_up_with_their_typos(written: str, name: str, count: int) -> None:
    hit = NAMES.nearest(key(written))
    assert hit is not None
    assert (NAMES.names[hit.place], hit.typos) == (name, count)


@pytest.mark.parametrize("written", ["", "j", "call", "fold", "classroom", "polka", "\x02\x03"])
def test_other_words_are_no_typos(written: str) -> None:
    assert NAMES.nearest(key(written)) is None


def test_a_lexicon_of_nothing_knows_nothing() -> None:
    assert Lexicon([]).nearest("jazz") is None
    assert Lexicon(["", "!"]).nearest("jazz") is None


@settings(max_examples=60, deadline=None)
@given(st.text("abcdefgh", min_size=9, max_size=20), st.integers(0, 8), st.sampled_from("xyz"))
def test_one_wrong_letter_in_a_long_name_is_always_seen(name: str, at: int, letter: str) -> None:
    lexicon = Lexicon([name, "quite another name"])
    hit = lexicon.nearest(name[:at] + letter + name[at + 1 :])
    assert hit is not None
    assert (hit.place, hit.typos) == (0, 1)
