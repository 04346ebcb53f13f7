"""How titles, creators and genres stand in a sentence: one line, no hidden characters, any direction of writing."""

import unicodedata
from typing import Final

LONGEST: Final = 90
"""Characters of a name that is still spoken."""
_JOINERS: Final = frozenset("\u200c\u200d")
"""Persian words and emoji of several parts need them."""
_ISOLATE, _POP = "\u2068", "\u2069"
ISOLATES: Final = _ISOLATE + _POP


def spoken_name(name: str) -> str:
    """A name as it is spoken: blanks are one blank, and what could pass for our quotation marks is none.

    Control characters, marks of direction and private characters are left out. "" for a name that can't be
    spoken: an empty one, or one that is too long.
    """
    visible = "".join(
        " " if character.isspace() else character
        for character in name
        if character in _JOINERS or character.isspace() or unicodedata.category(character)[0] != "C"
    )
    spoken = " ".join(visible.replace("“", "‘").replace("”", "’").split()).strip("\u200c\u200d")
    return spoken if len(spoken) <= LONGEST else ""


def isolated(spoken: str) -> str:
    """The name, set apart where it is written from right to left, so that the sentence around it stays in order."""
    if any(unicodedata.bidirectional(character) in ("R", "AL") for character in spoken):
        return f"{_ISOLATE}{spoken}{_POP}"
    return spoken


def in_quotes(name: str) -> str:
    """A title as a sentence quotes it."""
    return f"“{isolated(spoken_name(name))}”"
