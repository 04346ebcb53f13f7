"""Refuses a sentence whose facts don't hold, or that says anything beside them.

It shares nothing with what renders: each fact is looked up again, and the sentence is read from its words.
"""

from collections.abc import Sequence
from typing import Final

from surfaces.dj.speech.claim import Claim
from surfaces.dj.speech.claims import PartPlays, TotalPlays
from surfaces.dj.speech.reading import Reading, read
from surfaces.dj.speech.sayings import Saying, saying
from surfaces.dj.speech.scene import Scene
from surfaces.dj.speech.spoken_names import spoken_name
from surfaces.dj.speech.truths import is_true

LONGEST: Final = 240
"""Characters of a sentence."""


def refusal(sentence: str, facts: Sequence[Claim], scene: Scene) -> str | None:
    """Why a sentence must not be spoken; None for one that may be.

    Args:
        sentence: with titles in “curly quotes”.
        facts: what it claims, all of it.
        scene: in which they must be true.
    """
    if not facts:
        return "no fact stands behind it"
    for fact in facts:
        if not is_true(fact, scene):
            return f"not true: {fact!r}"
    if len(sentence) > LONGEST + sum(len(title) for one in facts for title in saying(one).titles):
        return "too long"
    subjects = {fact.subject for fact in facts} - {""}
    if len(subjects) > 1 or (subjects and any(isinstance(fact, TotalPlays | PartPlays) for fact in facts)):
        return "what it counts could be of another of its subjects"
    sayings = [saying(fact) for fact in facts]
    reading = read(sentence, [spoken_name(name) for one in sayings for name in one.names])
    return _names_differ(reading, sayings, facts, scene) or _numbers_differ(reading, sayings)


def _names_differ(
    reading: Reading, sayings: Sequence[Saying], facts: Sequence[Claim], scene: Scene
) -> str | None:
    if reading.strange:
        return f"nothing stands behind {reading.strange[0]!r}"
    titles = {spoken_name(title) for one in sayings for title in one.titles}
    if "" in titles or set(reading.titles) != titles:
        return f"its titles are {sorted(reading.titles)}, those of its facts {sorted(titles)}"
    for one in sayings:
        for name in map(spoken_name, one.names):
            if not reading.names.get(name):
                return f"it doesn't name {name!r}"
    for name, count in reading.names.items():
        if count > 1 and _says_something(name):
            return f"{name!r} stands there {count} times, and could be anything"
    for title, name in reading.authorship:
        if not _wrote(title, name, facts, scene):
            return f"{title!r} is not by {name!r}"
    return None


def _numbers_differ(reading: Reading, sayings: Sequence[Saying]) -> str | None:
    expected = {mention for one in sayings for mention in one.mentions}
    what = [kind for kind, _ in expected]
    if len(what) != len(set(what)):
        return "two of its facts count the same"
    if reading.mentions != expected:
        return f"it says {sorted(map(str, reading.mentions))}, its facts {sorted(map(str, expected))}"
    nouns = frozenset().union(*(one.nouns for one in sayings))
    if not reading.nouns <= nouns:
        return f"its facts don't count {sorted(reading.nouns - nouns)}"
    allowed = frozenset().union(*(one.cues for one in sayings))
    if not reading.cues <= allowed:
        return f"its facts don't say {sorted(reading.cues - allowed)}"
    words = set(reading.words)
    for one in sayings:
        for choice in one.words:
            if not choice & words:
                return f"it has none of {sorted(choice)}"
    return None


def _says_something(name: str) -> bool:
    """Whether a name would be read as more than a name, as that of a band called 12 Times."""
    alone = read(name.lower(), [])
    return bool(alone.mentions or alone.cues or alone.strange)


def _wrote(title: str, name: str, facts: Sequence[Claim], scene: Scene) -> bool:
    for fact in facts:
        for id_field, title_field in (("item_id", "title"), ("other_id", "other_title")):
            if spoken_name(getattr(fact, title_field, "")) == title:
                place = scene.catalogue.place_of(getattr(fact, id_field))
                if place is not None and spoken_name(scene.catalogue.item(place).creator) == name:
                    return True
    return False
