"""What words of a prompt do, whatever the catalogue holds: they negate, join, compare, count, or say nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from importlib.resources import files
from typing import Final

import yaml

from surfaces.common.wording.words import split_words


class Role(Enum):
    """What a term of a prompt is."""

    FILLER = auto()
    UNKNOWN = auto()
    NOT = auto()
    BUT = auto()
    AND = auto()
    OR = auto()
    GO_ON = auto()
    """Words that begin a wish anew: give, some, add."""
    BY = auto()
    LIKE = auto()
    MOST = auto()
    LEAST = auto()
    EACH = auto()
    MORE = auto()
    LESS = auto()
    SHORTER = auto()
    LONGER = auto()
    OLDER = auto()
    NEWER = auto()
    OTHER = auto()
    REPLACE = auto()
    CONTENT = auto()
    THINGS = auto()
    """Items of any kind: items, ones."""
    CREATORS = auto()
    """Creators in general: band, artist."""
    HEARD = auto()
    POPULARITY = auto()
    EXPLICIT = auto()
    RECENT = auto()
    MOOD = auto()
    ACTIVITY = auto()
    GENRE = auto()
    CREATOR = auto()
    ITEM = auto()
    KIND = auto()
    YEARS = auto()
    MINUTES = auto()
    NUMBER = auto()
    ORDINAL = auto()


Folded = tuple[str, ...]
"""The folded words of a phrase."""
_FILE: Final = "phrases.yaml"


@dataclass(frozen=True)
class Phrases:
    """The tables of `phrases.yaml`.

    Attributes:
        meanings: the role of each phrase, and which of its role it is: `talk`, `unheard`, a mood's name.
        tags: what a catalogue may call a mood or an activity, by its name; a second list is for a catalogue that
            has none of the first.
        activities: the names of the activities.
        known: words that are no typos of others, though they are rare.
    """

    meanings: Mapping[Folded, tuple[Role, str]]
    tags: Mapping[str, Sequence[Sequence[str]]]
    activities: frozenset[str]
    known: frozenset[Folded]


@lru_cache(maxsize=1)
def phrases() -> Phrases:
    """Reads the tables, once a process."""
    text = files(__package__).joinpath(_FILE).read_text(encoding="utf-8")
    tables = yaml.load(text, yaml.CSafeLoader)
    meanings: dict[Folded, tuple[Role, str]] = {}
    for name, texts in tables["roles"].items():  # fillers come first: whatever else a phrase is wins
        role, _, which = name.partition("/")
        meanings.update({phrase: (Role[role.upper()], which) for phrase in _folded(texts)})
    for role, names in ((Role.MOOD, tables["moods"]), (Role.ACTIVITY, tables["activities"])):
        for name, lists in names.items():
            for phrase in _folded(lists["words"]):
                if meanings.get(phrase, (Role.FILLER, ""))[0] in (Role.FILLER, Role.MOOD):
                    meanings[phrase] = (role, name)
    tags = {
        name: (_parts(lists["words"]), _parts(lists.get("next", "")))
        for name, lists in tables["moods"].items()
    }
    tags |= {name: (_parts(lists["tags"]),) for name, lists in tables["activities"].items()}
    return Phrases(meanings, tags, frozenset(tables["activities"]), frozenset(_folded(tables["known"])))


def _parts(texts: str) -> list[str]:
    return [part.strip() for part in texts.split("|")]


def _folded(texts: str) -> list[Folded]:
    return [folded for part in _parts(texts) if (folded := tuple(word.folded for word in split_words(part)))]
