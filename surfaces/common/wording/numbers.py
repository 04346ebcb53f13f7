"""Numbers in figures and in words: `12`, `twelve`, `a dozen`, `twenty five`, `third`."""

from collections.abc import Sequence
from typing import Final

from surfaces.common.wording.words import Word

ONES: Final = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
TENS: Final = {
    word: 10 * number
    for number, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2
    )
}
_PHRASES: Final = {
    ("half", "a", "dozen"): 6,
    ("half", "dozen"): 6,
    ("a", "dozen"): 12,
    ("dozen",): 12,
    ("a", "couple"): 2,
    ("couple",): 2,
    ("a", "hundred"): 100,
    ("hundred",): 100,
}
_ORDINALS: Final = {
    word: number
    for number, word in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
        ],
        1,
    )
}
LAST: Final = -1
"""The ordinal of `last`."""
_LARGEST: Final = 100_000


def read_number(words: Sequence[Word], at: int = 0) -> tuple[int, int] | None:
    """The whole number that begins at a word, and how many words it takes; None where none begins.

    A plain `a` is no number; `a dozen` is.
    """
    folded = [word.folded for word in words[at : at + 4]]
    if not folded:
        return None
    if folded[0].isdecimal() and folded[0].isascii():
        number = int(folded[0][:9])
        return (number, 1) if number <= _LARGEST and len(folded[0]) < 9 else None
    for phrase, number in _PHRASES.items():
        if tuple(folded[: len(phrase)]) == phrase:
            return number, len(phrase)
    if folded[0] in TENS:
        ones = ONES.get(folded[1], 0) if len(folded) > 1 else 0
        return (TENS[folded[0]] + ones, 2) if 1 <= ones <= 9 else (TENS[folded[0]], 1)
    if folded[0] not in ONES:
        return None
    number = ONES[folded[0]]
    if len(folded) > 1 and folded[1] in ("dozen", "hundred"):
        return number * _PHRASES[(folded[1],)], 2
    return number, 1


def read_ordinal(words: Sequence[Word], at: int = 0) -> tuple[int, int] | None:
    """The place in a list that begins at a word, 1 the first and LAST the last, and how many words it takes."""
    if at >= len(words):
        return None
    folded = words[at].folded
    if folded in ("last", "final"):
        return LAST, 1
    if folded in _ORDINALS:
        return _ORDINALS[folded], 1
    for ending in ("st", "nd", "rd", "th"):
        figures = folded.removesuffix(ending)
        if figures != folded and figures.isdecimal() and figures.isascii() and 0 < int(figures[:6]) <= 1000:
            return int(figures[:6]), 1
    return None
