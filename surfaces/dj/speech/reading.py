"""What a sentence says, read from its words alone: titles, names, numbers with what they count, and cues.

It knows English in general and none of our sentences, so it reads a rephrased one as well.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from surfaces.common.moment import PARTS_OF_DAY, WEEKDAYS
from surfaces.dj.speech.spoken_names import ISOLATES

PLAYS: Final = "plays"
ITEMS: Final = "items"
YEAR: Final = "year"
DECADE: Final = "decade"
WEEKDAY: Final = "weekday"
PART_OF_DAY: Final = "part of day"
SEASON: Final = "season"
DAYS: Final = "days"
MINUTES: Final = "minutes"

NEGATION: Final = "negation"
FIRST: Final = "first"
SINCE: Final = "since"
LAST: Final = "last"
MOST: Final = "most"
SKIP: Final = "skip"
OTHERS: Final = "others"
ROUGHLY: Final = "roughly"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CUES: Final = {
    NEGATION: "never not no nothing none nobody nor neither without unheard hardly barely cannot",
    FIRST: "first started began begun earliest debut",
    SINCE: "since",
    LAST: "last latest ago newest recent recently",
    MOST: "most favourite favourites favorite favorites best top biggest always every all only ever least",
    SKIP: "skip skips skipped skipping",
    OTHERS: "listeners people others everyone everybody crowd popular charts they their them",
    ROUGHLY: "almost nearly about roughly approximately over under exceeding couple dozen dozens hundred hundreds"
    " thousand thousands million millions half double triple quarter thrice several second third",
}
"""Words that change what is claimed: each needs a fact that allows it."""
_CUE_OF: Final = {word: cue for cue, words in CUES.items() for word in words.split()}

_SMALL: Final = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen
""".split()  # noqa: SIM905 - a text is easier to read here
_TENS: Final = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_NUMBER_OF: Final = {word: n for n, word in enumerate(_SMALL)} | {
    word: n for n, word in zip(range(20, 100, 10), _TENS, strict=True)
}
_DECADE_OF: Final = {f"{word[:-1]}ies": 1900 + n for word, n in _NUMBER_OF.items() if n >= 20}
_UNIT_OF: Final = {
    **dict.fromkeys(["time", "times", "play", "plays", "spin", "spins", "listen", "listens"], PLAYS),
    **dict.fromkeys(("day", "days"), DAYS),
    **dict.fromkeys(("minute", "minutes"), MINUTES),
    **{
        unit: unit
        for unit in [
            "second",
            "seconds",
            "hour",
            "hours",
            "week",
            "weeks",
            "month",
            "months",
            "year",
            "years",
        ]
    },
}
KIND_NOUNS: Final = {
    "track": "track", "song": "song", "episode": "episode", "movie": "film", "film": "film", "show": "show",
    "podcast": "podcast", "audiobook": "audiobook", "chapter": "chapter", "artist": "artist", "album": "album",
}  # fmt: skip
"""What one item of a kind is called; any other is a pick."""
PICK: Final = "pick"
_NOUNS: Final = {
    form: noun for noun in (*KIND_NOUNS.values(), PICK, "title", "item") for form in (noun, f"{noun}s")
}
_MONTHS: Final = _words(
    """
january february march april june july august september october november december
"""
)
_SEASONS: Final = frozenset(["spring", "summer", "autumn", "winter"])
_PARTS: Final = tuple(sorted((part for part, _ in PARTS_OF_DAY), key=len, reverse=True))
_OPENERS: Final = _words(
    """
a after also always an and another anything as at back before by calmer change chatty coming company consider
done dug eight enough ever everything fair familiar fancy first five for forward four fresh from genre good
got happy here how i if in into it just keep less let lights like listeners livelier look louder meet mind
more most music never new newer next nine not noted nothing now of off old older on once one only open opening or
other out over people perhaps picked put released remember right same say set seven since six so some
something somewhere staying still straight ten that the then there these they this three time to turns twice
two understood unheard up we welcome well what when where which wish with word yes you your
"""
)
"""Words that may begin a sentence; a name that no fact brings would stand there unseen otherwise."""
_TOKEN: Final = re.compile(r"\d+(?:[.,]\d+)*s?|[^\W\d_]+(?:['’][^\W\d_]+)*|\S")
_MASK: Final = 0xE000
"""The first of the private characters that stand where names stood; names themselves have none."""


@dataclass
class Reading:
    """What a sentence says.

    Attributes:
        titles: what stands in quotation marks, in order.
        names: of those that were looked for, which stand there and how often.
        mentions: (what is counted or named, its value).
        nouns: what `ITEMS` are called, in the singular.
        cues: kinds of words that change what is claimed.
        words: all words in lower case, names left out.
        authorship: (title, name) wherever a title is said to be by a name.
        strange: words that look like names which nobody looked for, and other signs that can't be read.
    """

    titles: list[str] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    mentions: set[tuple[str, str | int]] = field(default_factory=set)
    nouns: set[str] = field(default_factory=set)
    cues: set[str] = field(default_factory=set)
    words: list[str] = field(default_factory=list)
    authorship: list[tuple[str, str]] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)


def read(sentence: str, names: Sequence[str]) -> Reading:
    """Reads a sentence.

    Args:
        sentence: titles in it stand in “curly quotes”.
        names: creators and genres to look for, as they are spoken.
    """
    reading = Reading()
    text = sentence.translate({ord(mark): None for mark in ISOLATES})
    reading.strange += [c for c in text if _MASK <= ord(c) <= 0xF8FF]
    text = re.sub("“([^“”]*)”", lambda quote: _mask(reading.titles, quote[1], _MASK), text)
    reading.strange += [mark for mark in '“”"' if mark in text]
    ordered = sorted(set(names) - {""}, key=len, reverse=True)
    for number, name in enumerate(ordered):
        mark = chr(_MASK + 0x800 + number)
        text, count = re.subn(rf"(?<!\w){re.escape(name)}(?!\w)", f" {mark} ", text)
        reading.names[name] = count
    for title, name in re.findall(r"([\ue000-\ue7ff])\s*,?\s*by\s+([\ue800-\uefff])", text):
        reading.authorship.append((reading.titles[ord(title) - _MASK], ordered[ord(name) - _MASK - 0x800]))
    _read_words(_TOKEN.findall(text), reading)
    return reading


def _mask(names: list[str], name: str, first: int) -> str:
    names.append(name)
    return f" {chr(first + len(names) - 1)} "


def _read_words(tokens: list[str], reading: Reading) -> None:
    lower = [token.lower().replace("’", "'") for token in tokens]
    place, begins = 0, True
    while place < len(tokens):
        token, word = tokens[place], lower[place]
        if word[0].isalpha():
            reading.words.append(word)
        if token[0].isupper() and not _is_plain(word, begins):
            reading.strange.append(token)
        used = _read_number(lower, place, reading) or _read_time(lower, place, reading)
        if not used:
            cue = NEGATION if word.endswith("n't") else _CUE_OF.get(word)
            if cue:
                reading.cues.add(cue)
            used = 1
        begins = word in (".", "!", "?", ":", "…")
        place += used


def _is_plain(word: str, begins: bool) -> bool:
    stem = word.partition("'")[0]
    return stem in ("i", "dj") or stem in WEEKDAYS or stem in _MONTHS or (begins and stem in _OPENERS)


def _read_number(words: list[str], place: int, reading: Reading) -> int:
    """Reads a number at a place and what it counts; returns how many words it took, 0 where there is none."""
    word = words[place]
    following = words[place + 1 : place + 4]
    if word in ("once", "twice"):
        reading.mentions.add((PLAYS, 1 if word == "once" else 2))
        return 1
    decade = _DECADE_OF.get(word) or (int(word[:-1]) if re.fullmatch(r"[12]\d\d0s", word) else None)
    if decade:
        reading.mentions.add((DECADE, decade))
        return 1
    if word[0].isdigit():
        if not word.isdigit():
            reading.strange.append(word)
            return 1
        number, used = int(word), 1
    elif word in _NUMBER_OF:
        number, used = _NUMBER_OF[word], 1
        if (
            number >= 20
            and following[:1] == ["-"]
            and 0 < _NUMBER_OF.get((following[1:2] or [""])[0], 0) < 10
        ):
            number, used = number + _NUMBER_OF[following[1]], 3
    else:
        return 0
    unit = words[place + used] if place + used < len(words) else ""
    if word == "one" and unit not in _UNIT_OF and unit not in _NOUNS:
        return 1  # `this one`, `one more`
    if unit in _UNIT_OF:
        reading.mentions.add((_UNIT_OF[unit], number))
        return used + 1
    if 1000 <= number <= 2999 and word.isdigit() and unit not in _NOUNS:
        reading.mentions.add((YEAR, number))
        return used
    reading.mentions.add((ITEMS, number))
    reading.nouns.add(_NOUNS.get(unit, ""))
    return used


def _read_time(words: list[str], place: int, reading: Reading) -> int:
    word = words[place]
    stem = word.removesuffix("'s").removesuffix("s")
    for part in _PARTS:
        first, _, rest = part.partition(" ")
        if rest and word == first and words[place + 1 : place + 2] == [rest]:
            reading.mentions.add((PART_OF_DAY, part))
            return 2
        if not rest and part in (word, stem):
            reading.mentions.add((PART_OF_DAY, part))
            return 1
    if stem in WEEKDAYS:
        reading.mentions.add((WEEKDAY, stem))
        return 1
    if stem in _SEASONS:
        reading.mentions.add((SEASON, stem))
        return 1
    if stem in _MONTHS or word in ("yesterday", "tomorrow", "decade", "decades", "century"):
        reading.mentions.add(("month", stem))
        return 1
    return 0
