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
