import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surfaces.common.wording.words import fold, key, split_words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Björk ÆØ Straße", "bjork aeo strasse"),
        ("ＪＡＺＺ", "jazz"),
        ("Łódź", "lodz"),
        ("ЁЛКА", "елка"),
    ],
)
def test_case_accents_and_width_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_words_keep_what_was_written_and_what_parts_them() -> None:
    words = split_words("Don't stop, R&B—hip-hop 🎷")
    assert [(w.folded, w.written, w.before) for w in words] == [
        ("dont", "Don't", ""),
        ("stop", "stop", ""),
        ("r", "R", ","),
        ("and", "&", ""),
        ("b", "B", ""),
        ("hip", "hip", "—"),
        ("hop", "hop", "-"),
        ("🎷", "🎷", ""),
    ]


def test_scripts_without_blanks_come_letter_by_letter_and_others_whole() -> None:
    assert [w.folded for w in split_words("周杰伦 हिन्दी עברית")] == ["周", "杰", "伦", "हिन्दी", "עברית"]


def test_one_key_for_all_ways_to_part_a_name() -> None:
    assert {key(name) for name in ("Hip-Hop", "hip hop", "hiphop", "HIP HOP!")} == {"hiphop"}
    assert key("R&B") == key("r and b") == "randb"


@given(st.text(st.characters(max_codepoint=127)))
@settings(max_examples=200, deadline=None)
def test_the_quick_way_to_a_key_gives_what_the_words_give(text: str) -> None:
    assert key(text) == key(split_words(text))
