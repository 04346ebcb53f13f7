"""Lengths of time: `half an hour`, `90 min`, `2h`, `1h30`, `an hour and a half`, `45m`."""

import re
from collections.abc import Sequence
from typing import Final

from surfaces.common.wording.numbers import read_number
from surfaces.common.wording.words import Word

_UNITS: Final = {
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 60.0),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 1.0),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1 / 60),
}
_CLOSE: Final = re.compile(r"(\d{1,4})(h|hr|hrs|hour|hours|m|min|mins|minutes)(?:(\d{1,2})(?:m|min|mins)?)?")
"""A number and its unit in one word, as `2h30`."""
_LONGEST_MINUTES: Final = 10_000


def read_minutes(words: Sequence[Word], at: int = 0) -> tuple[float, int] | None:
    """The length of time that begins at a word, in minutes, and how many words it takes; None where none begins."""
    folded = [word.folded for word in words[at : at + 8]]
    if not folded:
        return None
    length = _one(words, folded, at)
    if length is None or not 0 < length[0] <= _LONGEST_MINUTES:
        return None
    minutes, used = length
    if minutes >= 60 and folded[used : used + 3] == ["and", "a", "half"]:
        return minutes + 30, used + 3
    joined = used + 1 if folded[used : used + 1] == ["and"] else used
    rest = _one(words, folded[joined:], at + joined) if joined < len(folded) else None
    if rest is not None and minutes >= 60 and minutes % 60 == 0 and rest[0] < 60:
        return minutes + rest[0], joined + rest[1]
    return minutes, used


def _one(words: Sequence[Word], folded: Sequence[str], at: int) -> tuple[float, int] | None:
    close = _CLOSE.fullmatch(folded[0])
    if close:
        return int(close[1]) * _UNITS[close[2]] + int(close[3] or 0), 1
    halves = {("half", "an", "hour"): 30.0, ("half", "hour"): 30.0, ("a", "half", "hour"): 30.0,
              ("three", "quarters", "of", "an", "hour"): 45.0, ("quarter", "of", "an", "hour"): 15.0,
              ("a", "quarter", "hour"): 15.0}  # fmt: skip
    for phrase, minutes in halves.items():
        if tuple(folded[: len(phrase)]) == phrase:
            return minutes, len(phrase)
    if folded[0] in ("an", "a") and folded[1:2] in (["hour"], ["minute"], ["hr"]):
        return _UNITS[folded[1]], 2
    number = read_number(words, at)
    if number is None:
        return None
    value, used = number
    amount = float(value)
    if folded[used : used + 3] == ["and", "a", "half"]:
        amount, used = amount + 0.5, used + 3
    elif used == 1 and at + 1 < len(words) and words[at + 1].before == "." and folded[1].isdecimal():
        amount, used = float(f"{value}.{folded[1][:3]}"), 2
    unit = _UNITS.get(folded[used]) if used < len(folded) else None
    return None if unit is None else (amount * unit, used + 1)
