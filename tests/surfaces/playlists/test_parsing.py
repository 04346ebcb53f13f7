import pytest

from surfaces.playlists.parsing import understand
from surfaces.playlists.vocabulary import Vocabulary
from tests.surfaces import worlds
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


@pytest.mark.parametrize(
    ("prompt", "strange"),
    [
        ("rock", "rock"),
        ("piano music", "piano"),
        ("calm piano", "piano"),
        ("rock songs from the 80s", "rock"),
        ("jazz but no piano", "piano"),
        ("like piano jazz", "like piano"),
        ("hard rock for the gym", "hard rock"),
    ],
)
def test_what_no_item_bears_is_said_and_not_guessed(prompt: str, strange: str) -> None:
    genres = ("jazz", "folk", "calm", "pop")
    rows = [{"item_id": f"t{n}", "item_tokens": ["kind=track", f"genre={genres[n % 4]}"]} for n in range(40)]
    query, not_understood = understand(prompt, Vocabulary(worlds.catalogue(rows)))
    assert strange in not_understood
    assert set(query.genres) <= {"jazz"}
