import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surfaces.search.terms import LONGEST, split_terms


@pytest.mark.parametrize(
    ("typed", "other"),
    [
        ("Beyoncé", "beyonce"),
        ("Sigur Rós", "SIGUR ROS"),
        ("Mø & Ærø", "mo and aero"),
        ("Don’t Stop", "dont stop"),
        ("Ep. 12: Rent", "episode 12 rent"),
        ("ep012", "Episode 12"),
        ("Ёлка и Чайковский", "елка и чаиковскии"),
        ("ﾎﾟｯﾌﾟ", "ポップ"),
        ("مُحَمَّد أحمد", "محمد احمد"),
        ("AC/DC", "ac dc"),
        ("１９９９", "1999"),
        ("١٩٩٩", "1999"),
    ],
)
def test_ways_of_writing_are_the_same_words(typed: str, other: str):
    assert split_terms(typed) == split_terms(other) != []


def test_scripts_without_blanks_are_cut_into_pairs():
    assert split_terms("東京の夜 live") == ["東京", "京の", "の夜", "live"]
    assert split_terms("夜") == ["夜"]
    assert split_terms("東京", whole=True) == ["東", "京", "東京"]


def test_numbers_stand_alone_and_a_decade_is_one_word():
    assert split_terms("1980s hits no2") == ["1980s", "hits", "no", "2"]


@pytest.mark.parametrize("nothing", ["", " \t\n", "\x00\x07", "!?%$", "—", "___", "🎵🎵"])
def test_what_has_no_letter_has_no_word(nothing: str):
    assert split_terms(nothing) == []


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_words_are_clean_and_stay_the_same(text: str):
    clean = split_terms(text)
    assert all(word and len(word) <= LONGEST and not any(map(str.isspace, word)) for word in clean)
    assert split_terms(" ".join(clean)) == clean


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(max_codepoint=127)))
def test_plain_texts_have_the_words_that_they_have_beside_others(text: str) -> None:
    assert [*split_terms(text), "e"] == split_terms(f"{text} é")
