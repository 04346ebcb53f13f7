"""The prompts with their typed truth, read from `prompts.yaml`."""

from pathlib import Path
from typing import Any, NamedTuple

import yaml

from surfaces.playlists.query import Activity, Like, Mood, Query, Selection, Share, Span, Without


class Case(NamedTuple):
    """A prompt, the query that it should become, and the words that should be said not to be understood."""

    prompt: str
    query: Query
    said: tuple[str, ...]


PROMPTS = Path(__file__).with_name("prompts.yaml")
FIRST_SIGHT = Path(__file__).with_name("first_sight.yaml")


def read_cases(path: Path = PROMPTS) -> list[Case]:
    """Reads all prompts of a file."""
    document = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return [
        Case(case["prompt"], _query(case["query"], document["tags"]), tuple(case.get("said", ())))
        for case in document["prompts"]
    ]


def _query(short: dict[str, Any], tags: dict[str, list[str]]) -> Query:
    values = {name: _value(name, value, tags) for name, value in short.items()}
    sounds = any(values.get(name) for name in ("genres", "moods", "creators"))
    if "activities" in values:
        values["activities"] = tuple(
            one.model_copy(update={"condition": not sounds}) for one in values["activities"]
        )
    return Query(**values)


def _value(name: str, value: Any, tags: dict[str, list[str]]) -> Any:
    match name:
        case "moods":
            return tuple(Mood(word=word, tags=tuple(tags[word])) for word in value)
        case "activities":
            return tuple(Activity(word=word, tags=tuple(tags[word])) for word in value)
        case "years":
            return tuple(Span(first=first, last=last) for first, last in value)
        case "like":
            return tuple(Like(**one) for one in value)
        case "without":
            return Without(**{field: _value(field, own, tags) for field, own in value.items()})
        case "at_most" | "at_least":
            return tuple(Share(of=Selection(**of), items=items) for of, items in value)
        case _:
            return tuple(value) if isinstance(value, list) else value
