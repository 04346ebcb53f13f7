"""What a listener says, as wishes: phrases, names of the catalogue, years; the rest is reported, not guessed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from surfaces.common.wording.spelling import typos, typos_allowed
from surfaces.common.wording.words import Word, split_words, written
from surfaces.common.wording.years import Years, read_years
from surfaces.dj.steering import phrases as said
from surfaces.dj.steering.known_names import KnownNames, Name

_LONGEST_PHRASE: Final = max(len(phrase) for phrase in (*said.WISH_OF, *said.LEAD_OF))
_LONGEST_NAME: Final = 8
_OPPOSITE: Final = {said.CALMER: said.MORE_ENERGY, said.MORE_ENERGY: said.CALMER,
                    said.OLDER: said.NEWER, said.NEWER: said.OLDER}  # fmt: skip
_THIS_CREATOR, _THIS_ITEM = said.phrases(said.THIS_CREATOR), said.phrases(said.THIS_ITEM)
_CONTENTS: Final[Mapping[tuple[str, ...], str]] = {
    **dict.fromkeys(said.phrases(said.MUSIC), "music"),
    **dict.fromkeys(said.phrases(said.TALK), "talk"),
}
_JOINING: Final = frozenset({"and", "but", "then", "plus", "also", "or"})


@dataclass(frozen=True)
class This:
    """What is playing, or its creator."""

    creator: bool


@dataclass(frozen=True)
class Content:
    """Music or talk as a whole."""

    talk: bool


Target = Name | This | Content | Years | None


@dataclass(frozen=True)
class Uttered:
    """One wish, and what it is about.

    Attributes:
        wish: of `phrases`.
        target: what it is about.
        ever: a refusal that lasts, or a request for what was refused so.
    """

    wish: str
    target: Target = None
    ever: bool = False


@dataclass
class Hearing:
    """What was understood, in order, and what wasn't, as it was written."""

    uttered: list[Uttered]
    not_understood: list[str]


def hear(say: str, names: KnownNames) -> Hearing:
    """Reads what a listener says."""
    words = split_words(say)
    return _Ear(words, names).hear()


class _Ear:
    def __init__(self, words: list[Word], names: KnownNames) -> None:
        self.words, self.names = words, names
        self.folded = [_corrected(word.folded, names) for word in words]
        self.uttered: list[Uttered] = []
        self.strange: list[list[Word]] = []
        self.lead, self.lead_words, self.lead_used = "", list[Word](), True
        self.strange_at = -2

    def hear(self) -> Hearing:
        at = 0
        while at < len(self.words):
            if self.folded[at] == "but":
                self._drop_lead()
            at += self._forever(at) or self._step(at)
        self._drop_lead()
        ever = any(self._forever(at) for at in range(len(self.words)))
        lasts = {said.AWAY: ever, said.ALLOW: True, said.PLAY: said.AGAIN in self.folded}
        uttered = [Uttered(u.wish, u.target, lasts.get(u.wish, False)) for u in dict.fromkeys(self.uttered)]
        return Hearing(uttered, [written(run) for run in self.strange])

    @property
    def _is_refusal(self) -> bool:
        """Whether a word that refuses stands right before, as in `not so loud`."""
        return self.lead == said.AWAY and not self.lead_used

    def _forever(self, at: int) -> int:
        """How many words at a place make a wish last; 0 for none."""
        return next((n for n in (2, 1) if tuple(self.folded[at : at + n]) in said.FOREVER), 0)

    def _step(self, at: int) -> int:
        """Reads what begins at a word; returns how many words it takes."""
        wish, wish_length = self._phrase(said.WISH_OF, at)
        lead, lead_length = self._phrase(said.LEAD_OF, at)
        years = read_years(self.words, at)
        name, name_length = self._name(at)
        if name and name_length >= max(wish_length, lead_length + (not self.lead)):
            return self._say_of(name, name_length)
        if years and years[1] >= max(wish_length, lead_length):
            return self._say_of(years[0], years[1])
        if wish and wish_length >= lead_length:
            self.uttered.append(Uttered(_OPPOSITE.get(wish, wish) if self._is_refusal else wish))
            self.lead_used = True
            return wish_length
        target, target_length = self._target(at)
        if target and target_length >= lead_length and self.lead:
            return self._say_of(target, target_length)
        if lead:
            self._drop_lead()
            self.lead, self.lead_used = lead, False
            self.lead_words = self.words[at : at + lead_length]
            return lead_length
        return self._rest(at)

    def _rest(self, at: int) -> int:
        """Reads a name with typos, passes over a word that says nothing, or reports one."""
        if self.folded[at] in said.FILLERS or self.folded[at] in _JOINING:
            return 1
        for length in range(min(_LONGEST_NAME, len(self.words) - at), 0, -1) if self.lead else ():
            if any(
                word.before and set(word.before) & set(",;.!?") for word in self.words[at + 1 : at + length]
            ):
                continue
            if all(word in said.KNOWN_WORDS for word in self.folded[at + 1 : at + length]) and length > 1:
                continue
            name = self.names.near(self.words[at : at + length])
            if name:
                return self._say_of(name, length)
        if self.strange_at == at - 1:
            self.strange[-1].append(self.words[at])
        else:
            self.strange.append([self.words[at]])
        self.strange_at = at
        self.lead_used = True
        return 1

    def _say_of(self, target: Target, length: int) -> int:
        wish = self.lead or said.PLAY
        if isinstance(target, Years):
            if wish == said.AWAY:
                self.strange.append([*self.lead_words])
            else:
                self.uttered.append(Uttered(said.YEARS, target))
        elif wish == said.AWAY and target == This(creator=False):
            self.uttered.append(Uttered(said.CHANGE))
        elif target == This(creator=False):
            self.uttered.append(Uttered(said.MORE_LIKE_THIS))
        else:
            self.uttered.append(Uttered(wish, target))
        self.lead_used = True
        return length

    def _drop_lead(self) -> None:
        """Reports a word that leads nowhere, as `no` by itself; `some` and its like are passed over."""
        if self.lead == said.AWAY and not self.lead_used:
            self.strange.append(self.lead_words)
        self.lead = ""

    def _phrase(self, table: Mapping[tuple[str, ...], str], at: int) -> tuple[str, int]:
        for length in range(min(_LONGEST_PHRASE, len(self.folded) - at), 0, -1):
            meaning = table.get(tuple(self.folded[at : at + length]))
            if meaning:
                return meaning, length
        return "", 0

    def _name(self, at: int) -> tuple[Name | None, int]:
        """The longest name at a word; without a lead a word that says something else is none."""
        for length in range(min(_LONGEST_NAME, len(self.words) - at), 0, -1):
            words = self.words[at : at + length]
            plain = all(word in said.KNOWN_WORDS for word in self.folded[at : at + length])
            name = self.names.exact(words)
            if name is None or (plain and not (self.lead and not self.lead_used)):
                continue
            if length == 1 and (plain or (name.sort == "title" and not self.lead)):
                continue
            return name, length
        return None, 0

    def _target(self, at: int) -> tuple[Target, int]:
        for length in (3, 2, 1):
            words = tuple(self.folded[at : at + length])
            if len(words) < length:
                continue
            if words in _THIS_CREATOR:
                return This(creator=True), length
            if words in _THIS_ITEM:
                return This(creator=False), length
            if words in _CONTENTS:
                return Content(talk=_CONTENTS[words] == "talk"), length
        return None, 0


def _corrected(word: str, names: KnownNames) -> str:
    """A word of our phrases with its typos mended; any other word as it is."""
    allowed = 1 if len(word) == 4 else typos_allowed(len(word))
    if word in said.KNOWN_WORDS or not allowed or names.is_word(word):
        return word
    # Of four letters, two may have changed places.
    near = [
        (typos(word, known, allowed), known)
        for known in said.KNOWN_WORDS
        if len(known) > 4 < len(word) or sorted(known) == sorted(word)
    ]
    best = min((one for one in near if one[0] <= allowed), default=None)
    return best[1] if best else word
