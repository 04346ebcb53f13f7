import pytest

from surfaces.playlists.parsing import understand
from tests.surfaces.playlists.fixture import vocabulary
from tests.surfaces.playlists.truth import Case, read_cases

CASES = read_cases()


def test_there_are_two_hundred_different_prompts() -> None:
    assert len({case.prompt for case in CASES}) >= 200


@pytest.mark.parametrize("case", CASES, ids=[case.prompt for case in CASES])
def test_a_prompt_is_understood(case: Case) -> None:
    query, not_understood = understand(case.prompt, vocabulary())
    assert query.model_dump(exclude_defaults=True) == case.query.model_dump(exclude_defaults=True)
    assert not_understood == case.said


@pytest.mark.parametrize("word", ["something", "somthing", "sumthing", "somethin"])
def test_what_may_be_a_word_that_says_nothing_is_no_wish(word: str) -> None:
    query, not_understood = understand(f"{word} upbeat", vocabulary())
    assert [mood.word for mood in query.moods] == ["energetic"]
    assert not_understood == ()
