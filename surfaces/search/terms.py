"""The words of a text as search compares them, the same for what is indexed and for what is typed."""

import re
import unicodedata
from typing import Final

from surfaces.common.wording.words import fold

LONGEST: Final = 64
"""Characters of a word that count."""

# What Arabic and Persian vary or leave out, points of Hebrew, and apostrophes.
_MARKS: Final = re.compile("[\u0591-\u05c7\u064b-\u065f\u0670\u0640'’‘ʼ`´]")
_LETTERS: Final = str.maketrans("أإآٱؤئةىکی", "ااااويهيكي") | {ord("&"): " and ", ord("ħ"): "h"}
# Scripts that don't part words by blanks: Thai, Lao, Myanmar and Khmer; kana, Han.
_UNPARTED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN: Final = re.compile(rf"[{_UNPARTED}]+|\d+s(?![^\W\d_])|\d+|[^\W\d_{_UNPARTED}]+")
_ASCII: Final = str.maketrans({"'": None, "`": None, "&": " and "})
_ASCII_RUN: Final = re.compile(r"\d+s(?![a-z])|\d+|[a-z]+")
_UNPARTED_RUN: Final = re.compile(f"[{_UNPARTED}]")
_SAME: Final = {
    "ep": "episode",
    "eps": "episode",
    "vol": "volume",
    "pt": "part",
    "ft": "feat",
    "featuring": "feat",
}


def split_terms(text: str, *, whole: bool = False) -> list[str]:
    """The words of a text, in its order.

    A number is a word of its own (`ep12` is `episode`, `12`), without zeros before it. Scripts without blanks between
    words are cut into pairs of neighbouring characters.

    Args:
        text: whatever a catalogue holds or a listener types.
        whole: of such scripts each character by itself too, as the index needs it for a query of one character.
    """
    if text.isascii():  # most texts are, and there are hundreds of thousands
        return [
            run[:LONGEST].lstrip("0") or "0" if run[0].isdigit() else _SAME.get(run, run[:LONGEST])
            for run in _ASCII_RUN.findall(text.lower().translate(_ASCII))
        ]
    parts: list[str] = []
    for run in _RUN.findall(_MARKS.sub("", fold(text).translate(_LETTERS))):
        if _UNPARTED_RUN.match(run):
            parts += _pairs(run, whole)
        elif run[0].isdigit():
            parts.append(_number(run[:LONGEST]))
        else:
            parts.append(_SAME.get(run, run[:LONGEST]))
    return parts


def _pairs(run: str, whole: bool) -> list[str]:
    pairs = [run[place : place + 2] for place in range(len(run) - 1)]
    return [*run, *pairs] if whole else pairs or [run]


def _number(run: str) -> str:
    digits = "".join(str(unicodedata.digit(character, character)) for character in run)
    return digits.lstrip("0") or "0"
