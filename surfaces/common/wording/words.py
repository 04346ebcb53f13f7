"""Texts as words: without case, accents, width or punctuation, each with its place in what was written."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

_JOINED: Final = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "đ": "d", "ð": "d", "ł": "l",
                                "þ": "th", "ı": "i"})  # fmt: skip
"""Letters that no normal form takes apart."""
_ALONE: Final = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
"""Scripts that don't part words."""
_MARKS: Final = r"\u0300-\u036f\u0591-\u05c7\u0610-\u065f\u0670\u0900-\u0dff\u0e00-\u0eff"
"""Signs that stand within words and are no letters to `\\w`."""
_LETTERS: Final = rf"(?:(?![{_ALONE}])[^\W_]|[{_MARKS}])+"
_WORD: Final = re.compile(
    rf"[{_ALONE}]|{_LETTERS}(?:'{_LETTERS})*|(?P<and>[&+])|[\u2600-\u27bf\u2b50\U0001f000-\U0001faff]"
)
_APOSTROPHES: Final = str.maketrans("’‘ʼ", "'''")
_ASCII_KEY: Final[dict[int, str | None]] = {
    **{code: None for code in range(128) if not chr(code).isalnum()},
    **dict.fromkeys(map(ord, "&+"), "and"),
}


@dataclass(frozen=True)
class Word:
    """A word of a text.

    Attributes:
        folded: what it is compared by: `dont` for `Don't`, `and` for `&`, a picture as it is.
        written: as it stands in the text.
        before: what stands between the word before and this one, without blanks: `,` or `-`, mostly "".
    """

    folded: str
    written: str
    before: str = ""


def fold(text: str) -> str:
    """A text without case, accents and differences of width; its length may change."""
    if text.isascii():
        return text.lower()
    wide = unicodedata.normalize("NFKC", text).casefold().translate(_JOINED)
    parts = unicodedata.normalize("NFD", wide)
    plain = "".join(c for c in parts if not _is_accent(c))
    return unicodedata.normalize("NFC", plain)


def split_words(text: str) -> list[Word]:
    """The words of a text in order; a letter of a script that doesn't part words is a word of its own."""
    text = unicodedata.normalize("NFKC", text)
    words, end = [], 0
    for match in _WORD.finditer(text.translate(_APOSTROPHES)):
        folded = "and" if match["and"] else fold(match[0]).replace("'", "")
        if folded:
            between = "".join(text[end : match.start()].split())
            words.append(Word(folded, text[match.start() : match.end()], between))
            end = match.end()
    return words


def key(words: Iterable[Word] | str) -> str:
    """What names are compared by: folded words without gaps, so that `Hip-Hop`, `hip hop` and `hiphop` are one."""
    if isinstance(words, str):
        if words.isascii():  # most names are, and there are hundreds of thousands
            return words.lower().translate(_ASCII_KEY)
        words = split_words(words)
    return "".join(word.folded for word in words)


def written(words: Sequence[Word]) -> str:
    """Some words as they were written."""
    return " ".join(word.written for word in words)


def _is_accent(character: str) -> bool:
    return unicodedata.category(character) == "Mn" and ord(character) < 0x370
