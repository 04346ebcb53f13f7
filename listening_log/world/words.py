"""The words of `words.json`, from which artists, titles, shows and episodes are composed.

Each genre and each topic has its own. `{a}` and `{b}` of a pattern are words of a first and a second list.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

_FILE: Final = Path(__file__).with_name("words.json")


@dataclass(frozen=True)
class Words:
    """Two word lists and the patterns that join them; `count` distinct names can be composed."""

    first: tuple[str, ...]
    second: tuple[str, ...]
    patterns: tuple[str, ...] = ("{a} {b}",)

    @property
    def count(self) -> int:
        return len(self.first) * len(self.second) * len(self.patterns)

    def compose(self, number: int) -> str:
        """The name with this number; from `count` on, names repeat with a numeral behind them."""
        lap, place = divmod(number, self.count)
        place, pattern = divmod(place, len(self.patterns))
        first, second = divmod(place, len(self.second))
        name = self.patterns[pattern].format(a=self.first[first], b=self.second[second])
        return name if lap == 0 else f"{name} {lap + 1}"


@dataclass(frozen=True)
class Genre:
    """A music genre: what it is close to, how its tracks are, and how its names sound."""

    name: str
    family: str
    tags: tuple[str, ...]
    minutes: float  # a typical track
    explicit: float  # share of explicit tracks
    artists: Words
    titles: Words
    albums: Words


@dataclass(frozen=True)
class Topic:
    """A podcast topic: how its shows and its episodes are called."""

    name: str
    tags: tuple[str, ...]
    minutes: float
    shows: Words
    episodes: Words


@dataclass(frozen=True)
class WorldWords:
    """All genres and topics. A small world has the first genres only."""

    genres: tuple[Genre, ...]
    topics: tuple[Topic, ...]


@cache
def load_words() -> WorldWords:
    """The words that the package brings along."""
    return TypeAdapter(WorldWords).validate_json(_FILE.read_bytes())
