"""Every template states its claims, and no more, in the checker's own reading."""

from collections.abc import Iterator

import pytest

from surfaces.dj.knowing.plan import Topic
from surfaces.dj.speech import claims
from surfaces.dj.speech.checker import refusal
from surfaces.dj.speech.claim import Claim
from surfaces.dj.speech.introductions import INTRODUCTIONS
from surfaces.dj.speech.line import Line
from surfaces.dj.speech.lines import DETAILS, HANDOVERS, SKIPS, WISHES
from surfaces.dj.speech.scene import Scene
from surfaces.dj.speech.speaker import filling
from surfaces.dj.speech.witness import Witness
from tests.surfaces.dj.worlds import GENRES, scene

TOPICS = [
    Topic(genre="folk"),
    Topic(decade=1990),
    Topic(decade=2000),
    Topic(fresh_days=30),
    Topic(season=("summer", 2026)),
]
SEGMENTS = ([0, 12], [0, 16, 8], [1, 5, 35], [20, 21, 22], [7], [35, 36, 37, 38, 30], [10, 11])
ALL = [
    *(line for lines in INTRODUCTIONS.values() for line in lines), *DETAILS, *HANDOVERS, *SKIPS,
]  # fmt: skip


def everything_true(scene: Scene) -> Iterator[Claim]:
    witness = Witness(scene)
    yield from [*witness.opening(), *witness.of_moment(), *witness.of_hours()]
    for topic in TOPICS:
        yield from witness.of_segment(topic)
        for place in scene.segment:
            yield from witness.of_item(place, topic)
    for place in range(8):
        yield from witness.of_creator(scene.catalogue.creators.value(place))
        yield from witness.of_creator(scene.catalogue.creators.value(place + 30))
    yield from witness.of_pair(scene.segment[-1], scene.segment[0])
    yield from witness.of_skip(10)


SCENES = [scene(segment, skipped=frozenset({10})) for segment in SEGMENTS]
CLAIMS = [list(dict.fromkeys(everything_true(one))) for one in SCENES]


GROUPS = {**INTRODUCTIONS, "details": DETAILS, "handovers": HANDOVERS, "skips": SKIPS}


def said_in_scenes(line: Line) -> Iterator[tuple[str, str | None]]:
    """Yields what a template says in each scene that has claims for it, and why the checker refuses it."""
    for one, true in zip(SCENES, CLAIMS, strict=True):
        facts = filling(line, true)
        if facts:
            text = line.render(facts)
            yield text, refusal(text, facts, one)


@pytest.mark.parametrize("group", GROUPS)
def test_what_a_template_says_is_what_its_claims_say(group: str) -> None:
    said = {
        line.text: list(said_in_scenes(line)) for line in GROUPS[group] if line.kinds != (claims.Steered,)
    }
    assert [line for line, texts in said.items() if not texts] == []
    assert [text for texts in said.values() for text in texts if text[1]] == []


@pytest.mark.parametrize("wish", WISHES)
def test_an_answer_to_a_wish_passes_the_checker(wish: str) -> None:
    for line in WISHES[wish]:
        value = "Band 1" if "{value}" in line.text else ""
        said = scene([0], wishes=[(wish, value)])
        facts = [claims.Steered(wish=wish, value=value)]
        assert refusal(line.render(facts), facts, said) is None, line.text


def test_numbers_agree_with_their_nouns() -> None:
    line = next(line for line in DETAILS if line.kinds == (claims.GenreHere,))
    said = [line.render([claims.GenreHere(genre="folk", items=items)]) for items in (1, 2, 13)]
    assert said == ["One pick of it is folk.", "Two picks of it are folk.", "13 picks of it are folk."]
    times = Line("You've played {creator} {plays:times}.", (claims.CreatorPlays,))
    assert [times.render([claims.CreatorPlays(creator="A", plays=n)]) for n in (1, 2, 3)] == [
        "You've played A once.", "You've played A twice.", "You've played A three times.",
    ]  # fmt: skip


def test_there_is_much_to_say() -> None:
    assert len(ALL) + sum(map(len, WISHES.values())) > 180
    assert all(len(lines) >= 5 for lines in INTRODUCTIONS.values())
    assert len({line.text for line in ALL}) == len(ALL)
    assert set(GENRES)
