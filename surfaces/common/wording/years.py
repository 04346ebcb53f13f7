"""Years and decades: `1994`, `the 80s`, `eighties`, `from 1990 to 1995`, `late nineties`, `before 2000`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from surfaces.common.wording.words import Word

FIRST_YEAR: Final = 1000
LAST_YEAR: Final = 2999

DECADES: Final = {
    word: 10 * number
    for number, word in enumerate(
        ["twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties"], 2
    )
}
"""By their words, the years within the century."""
_NOUGHTIES: Final = frozenset({"noughties", "naughties", "aughts", "2000s"})
_PARTS: Final = {"early": (0, 3), "mid": (4, 6), "middle": (4, 6), "late": (7, 9)}
_TO: Final = frozenset({"to", "till", "until", "til", "through", "and", "thru"})
_BEFORE: Final = {"before": -1, "pre": -1, "until": 0, "till": 0}
_AFTER: Final = {"after": 1, "post": 1, "since": 0}


@dataclass(frozen=True, order=True)
class Years:
    """A span of years, both ends in it."""

    first: int
    last: int

    def covers(self, year: int) -> bool:
        """Whether a year lies in it."""
        return self.first <= year <= self.last


def read_years(words: Sequence[Word], at: int = 0) -> tuple[Years, int] | None:
    """The span of years that begins at a word, and how many words it takes; None where none begins.

    A decade of two figures is the latest that is past or began: `20s` is the 2020s, `30s` the 1930s.
    """
    folded = [word.folded for word in words[at : at + 7]]
    if not folded:
        return None
    at_the = _skip_the(folded, 0)
    if at_the:
        rest = read_years(words, at + at_the)
        return None if rest is None else (rest[0], rest[1] + at_the)
    if folded[0] in _BEFORE and (span := _span(folded, _skip_the(folded, 1))):
        return Years(FIRST_YEAR, span[0].first + _BEFORE[folded[0]]), span[1]
    if folded[0] in _AFTER and (span := _span(folded, _skip_the(folded, 1))):
        first = span[0].first if folded[0] == "since" else span[0].last + _AFTER[folded[0]]
        return Years(first, LAST_YEAR), span[1]
    between = folded[0] == "between"
    start = _span(folded, _skip_the(folded, 1) if between or folded[0] == "from" else 0)
    if start is None:
        return None
    years, used = start
    if used < len(folded) and _joins(words[at + used], folded[used], between):
        second = used if words[at + used].before in ("-", "–", "—") else used + 1
        if folded[second : second + 1] in (["today"], ["now"], ["present"]):
            return Years(years.first, LAST_YEAR), second + 1
        end = _span(folded, _skip_the(folded, second)) or _short_year(folded, second, years)
        if end is not None and end[0].last >= years.first:
            return Years(years.first, end[0].last), end[1]
    if used + 1 < len(folded) and folded[used] in ("or", "and"):
        if folded[used + 1] in ("later", "newer", "after", "on", "onwards", "up"):
            return Years(years.first, LAST_YEAR), used + 2
        if folded[used + 1] in ("earlier", "older", "before"):
            return Years(FIRST_YEAR, years.last), used + 2
    if used < len(folded) and folded[used] in ("onwards", "onward"):
        return Years(years.first, LAST_YEAR), used + 1
    return years, used


def _skip_the(folded: Sequence[str], at: int) -> int:
    return at + 1 if folded[at : at + 1] == ["the"] else at


def _joins(word: Word, folded: str, between: bool) -> bool:
    """Whether a word goes on from a first year to a second; a plain `and` does after `between` alone."""
    if word.before in ("-", "–", "—"):
        return True
    return folded in _TO and (folded != "and" or between)


def _span(folded: Sequence[str], at: int) -> tuple[Years, int] | None:
    """One year or decade, perhaps the early, middle or late part of it."""
    part = None
    if at + 1 < len(folded) and folded[at] in _PARTS:
        part, at = _PARTS[folded[at]], at + 1
        at = _skip_the(folded, at)
    if at >= len(folded):
        return None
    decade, used = _decade(folded, at)
    if decade is not None:
        first, last = part or (0, 9)
        return Years(decade + first, decade + last), at + used
    year = folded[at]
    if part is None and len(year) == 4 and year.isascii() and year.isdecimal() and 1900 <= int(year) <= 2099:
        return Years(int(year), int(year)), at + 1
    return None


def _decade(folded: Sequence[str], at: int) -> tuple[int | None, int]:
    word = folded[at]
    following = folded[at + 1] if at + 1 < len(folded) else ""
    if word in ("nineteen", "twenty") and following in DECADES:
        return (1900 if word == "nineteen" else 2000) + DECADES[following], 2
    if word in _NOUGHTIES:
        return 2000, 1
    if word in DECADES:
        return (2000 if word == "twenties" else 1900) + DECADES[word], 1
    figures = word.removesuffix("s")
    if figures == word or not (figures.isascii() and figures.isdecimal()):
        return None, 1
    if len(figures) == 2 and figures[1] == "0":
        return (2000 if int(figures) < 30 else 1900) + int(figures), 1
    if len(figures) == 4 and figures[3] == "0" and 1900 <= int(figures) <= 2090:
        return int(figures), 1
    return None, 1


def _short_year(folded: Sequence[str], at: int, start: Years) -> tuple[Years, int] | None:
    """The second year of `1990-95`."""
    if at < len(folded) and len(folded[at]) == 2 and folded[at].isascii() and folded[at].isdecimal():
        year = start.first // 100 * 100 + int(folded[at])
        return Years(year, year), at + 1
    return None
