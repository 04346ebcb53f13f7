"""`Line`: a template of a sentence, and how claims fill it: names as they are, numbers with the right grammar."""

from collections.abc import Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Final

from surfaces.common.wording.numbers import ONES
from surfaces.dj.speech.claim import Claim
from surfaces.dj.speech.reading import KIND_NOUNS, PICK
from surfaces.dj.speech.spoken_names import in_quotes, isolated, spoken_name

_WORDS: Final = list(ONES)[:13]
"""Numbers up to twelve are written as words."""
_DECADES: Final = {
    1920: "twenties", 1930: "thirties", 1940: "forties", 1950: "fifties", 1960: "sixties", 1970: "seventies",
    1980: "eighties", 1990: "nineties",
}  # fmt: skip
_TITLES: Final = frozenset({"title", "other_title"})
_NAMES: Final = frozenset({"creator", "genre", "value"})
_COUNTS: Final = frozenset({"plays", "items", "days", "minutes"})


class _Count(int):
    """A number that is written as `{plays:times}`, `{items:pick}` or `{items:is|are}`."""

    def __format__(self, spec: str) -> str:
        one, _, many = spec.partition("|")
        if many:
            return one if self == 1 else many
        number = _WORDS[self] if self < len(_WORDS) else str(int(self))
        if spec == "times":
            return {1: "once", 2: "twice"}.get(self, f"{number} times")
        return f"{number} {spec}{'' if self == 1 else 's'}" if spec else number


class _Filler(Formatter):
    """Replaces fields by values whose own braces mean nothing."""

    def get_field(self, field_name: str, args: Sequence[object], kwargs: object) -> tuple[object, str]:
        return kwargs[field_name], field_name  # type: ignore[index]  # a plain name: no attributes, no indices


@dataclass(frozen=True)
class Line:
    """A template and the kinds of claims that fill it; all of its claims have one subject."""

    text: str
    kinds: tuple[type[Claim], ...]

    def render(self, claims: Sequence[Claim]) -> str:
        """The sentence that states claims of these kinds, in this order."""
        fields: dict[str, object] = {}
        for claim in claims:
            for name in type(claim).model_fields:
                fields[name] = _shown(name, getattr(claim, name))
        kind = next((kind for claim in claims if (kind := getattr(claim, "kind", ""))), "")
        text = self.text.replace("items:noun", f"items:{KIND_NOUNS.get(kind, PICK)}")
        sentence = _Filler().vformat(text, (), fields)
        starts_with_count = any(text.startswith(f"{{{name}") for name in (*_COUNTS, "decade"))
        return sentence[0].upper() + sentence[1:] if starts_with_count else sentence


def _shown(name: str, value: object) -> object:
    if name in _TITLES:
        return in_quotes(str(value))
    if name in _NAMES:
        return isolated(spoken_name(str(value)))
    if name == "decade" and isinstance(value, int):
        return f"the {_DECADES.get(value, f'{value}s')}"
    if name in _COUNTS and isinstance(value, int):
        return _Count(value)
    if name == "weekday":
        return str(value).capitalize()
    return value


def line(text: str, *kinds: type[Claim]) -> Line:
    """A template of claims of some kinds."""
    return Line(text, kinds)
