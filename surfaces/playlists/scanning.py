"""`scan`: a prompt as terms: each the longest run of words that the tables, the catalogue or a number explain."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from surfaces.common.wording.lengths import read_minutes
from surfaces.common.wording.numbers import read_number, read_ordinal
from surfaces.common.wording.spelling import Lexicon
from surfaces.common.wording.words import Word, key, split_words, written
from surfaces.common.wording.years import DECADES, Years, read_years
from surfaces.playlists.phrases import Folded, Role, phrases
from surfaces.playlists.vocabulary import Vocabulary

_LONGEST: Final = 8
"""Words of a phrase or a name."""
_STOPS: Final = frozenset(".;!?()…\n")
_DECADES: Final = Lexicon(list(DECADES))
_NAMES: Final = frozenset({Role.CREATOR, Role.ITEM})
_BINDING: Final = frozenset({Role.BY, Role.LIKE})
_JOINING: Final = frozenset({Role.AND, Role.OR})


@dataclass(frozen=True)
class Term:
    """Some words of a prompt, and what they are.

    Attributes:
        role: what they are.
        words: as they were written.
        text: which of its role: a creator, a kind, `music`, `unheard`.
        tags: of the catalogue, of a genre, a mood or an activity.
        years: of YEARS.
        number: minutes, a count, an ordinal, or the place of an ITEM.
    """

    role: Role
    words: tuple[Word, ...]
    text: str = ""
    tags: tuple[str, ...] = ()
    years: Years | None = None
    number: float = 0.0

    @property
    def written(self) -> str:
        """Its words, as in the prompt."""
        return written(self.words)

    @property
    def after_comma(self) -> bool:
        """Whether a comma stands before it."""
        return "," in self.words[0].before or "、" in self.words[0].before

    @property
    def after_stop(self) -> bool:
        """Whether a sentence or a bracket ends before it."""
        return bool(_STOPS & set(self.words[0].before))


class _Match(NamedTuple):
    length: int  # of words
    term: Term


def scan(prompt: str, vocabulary: Vocabulary) -> list[Term]:
    """Splits a prompt into terms, in its order; what nothing explains is UNKNOWN, runs of it in one term."""
    words = split_words(prompt)
    terms: list[Term] = []
    at = 0
    binding: Role | None = None
    while at < len(words):
        match = _explain(words, at, vocabulary, binding)
        term = match.term
        if term.role in _BINDING:
            binding = term.role
        elif term.role not in _NAMES | _JOINING and not (binding and term.role is Role.FILLER and at):
            binding = None
        if term.role is Role.UNKNOWN and terms and terms[-1].role is Role.UNKNOWN and not _parted(words, at):
            terms[-1] = Term(Role.UNKNOWN, (*terms[-1].words, *term.words))
        else:
            terms.append(term)
        at += match.length
    return terms


def _parted(words: Sequence[Word], at: int) -> bool:
    return bool(words[at].before.strip("-–—'\"/"))


def _explain(words: Sequence[Word], at: int, vocabulary: Vocabulary, binding: Role | None) -> _Match:
    """The longest term that begins at a word."""
    reach = _reach(words, at)
    matches = [m for m in (_measure(words, at), _phrase(words, at, reach), _genre(words, at, reach, vocabulary),
                         _name(words, at, vocabulary, binding)) if m]  # fmt: skip
    if matches:
        longest = max(matches, key=lambda match: match.length)
        known = _known(longest.term, vocabulary)
        if known is not None:
            return _Match(longest.length, known)
        return _Match(longest.length, Term(Role.UNKNOWN, longest.term.words))
    return _misspelt(words, at, reach, vocabulary, binding) or _Match(1, Term(Role.UNKNOWN, (words[at],)))


def _reach(words: Sequence[Word], at: int) -> int:
    """How many words from one on stand together, without a comma or a stop between them."""
    count = 1
    while count < _LONGEST and at + count < len(words) and not _parted(words, at + count):
        count += 1
    return count


def _measure(words: Sequence[Word], at: int) -> _Match | None:
    """Years, a length of time, a number or an ordinal."""
    years, minutes = read_years(words, at), read_minutes(words, at)
    if years is not None and (minutes is None or years[1] > minutes[1]):
        return _Match(years[1], Term(Role.YEARS, tuple(words[at : at + years[1]]), years=years[0]))
    if minutes is not None:
        return _Match(minutes[1], Term(Role.MINUTES, tuple(words[at : at + minutes[1]]), number=minutes[0]))
    ordinal = read_ordinal(words, at)
    if ordinal is not None:
        return _Match(1, Term(Role.ORDINAL, (words[at],), number=ordinal[0]))
    number = read_number(words, at)
    if number is not None and not (words[at].folded in ("one", "zero") and number[1] == 1):
        return _Match(number[1], Term(Role.NUMBER, tuple(words[at : at + number[1]]), number=number[0]))
    return None


def _phrase(words: Sequence[Word], at: int, reach: int) -> _Match | None:
    for count in range(reach, 0, -1):
        run = tuple(words[at : at + count])
        folded = tuple(word.folded for word in run)
        term = _of_table(folded, run)
        if term is not None:
            return _Match(count, term)
    return None


def _of_table(folded: Folded, run: tuple[Word, ...]) -> Term | None:
    meaning = phrases().meanings.get(folded)
    return None if meaning is None else Term(meaning[0], run, meaning[1])


def _genre(words: Sequence[Word], at: int, reach: int, vocabulary: Vocabulary) -> _Match | None:
    for count in range(min(reach, 4), 0, -1):
        run = tuple(words[at : at + count])
        written_key = key(run)
        tags = vocabulary.genre(written_key, words[at + count].folded if count < reach else "")
        kind = "" if tags else vocabulary.kind(written_key)
        table = _of_table(tuple(word.folded for word in run), run)
        if table is not None and table.role is not Role.FILLER:
            continue  # a table's own word, which the catalogue may bear too
        if tags and not (table is not None and len(tags) > 1):
            return _Match(count, Term(Role.GENRE, run, tags=tags))
        if kind:
            return _Match(count, Term(Role.KIND, run, kind))
    return None


def _name(words: Sequence[Word], at: int, vocabulary: Vocabulary, binding: Role | None) -> _Match | None:
    """A creator, or after `like` a title; a single common word is one only where a name must come."""
    for count in range(min(_LONGEST, len(words) - at), 0, -1):
        run = tuple(words[at : at + count])
        written_key = key(run)
        tabled = count == 1 and (run[0].folded,) in phrases().meanings
        common = count == 1 and run[0].written.islower() and vocabulary.is_common(run[0].folded)
        if (binding is None and (tabled or common)) or len(written_key) < 2:
            continue
        creator = vocabulary.creators.exact(written_key)
        if creator is not None:
            return _Match(count, Term(Role.CREATOR, run, vocabulary.creators.names[creator.place]))
        title = vocabulary.titles.exact(written_key) if binding is Role.LIKE and not tabled else None
        if title is not None:
            return _title(words, at, count, title.place, vocabulary)
    return None


def _title(words: Sequence[Word], at: int, count: int, place: int, vocabulary: Vocabulary) -> _Match:
    """A title, and after it `by` and the creator that says which of several it is."""
    run = words[at : at + count]
    if at + count < len(words) and words[at + count].folded == "by":
        for more in range(_LONGEST, 0, -1):
            creator = vocabulary.creators.exact(key(words[at + count + 1 : at + count + 1 + more]))
            if creator is None:
                continue
            name = vocabulary.creators.names[creator.place]
            own = [p for p in vocabulary.titled(place) if vocabulary.catalogue.creators.value(p) == name]
            if own:
                whole = count + 1 + min(more, len(words) - at - count - 1)
                return _Match(whole, Term(Role.ITEM, tuple(words[at : at + whole]), number=own[0]))
    return _Match(count, Term(Role.ITEM, tuple(run), number=place))


def _known(term: Term, vocabulary: Vocabulary) -> Term | None:
    """A term with what the catalogue has for it; None where it has nothing."""
    if term.role in (Role.MOOD, Role.ACTIVITY):
        tags = vocabulary.mood_tags(term.written, term.text)
        return Term(term.role, term.words, term.text, tags) if tags else None
    if term.role is Role.CONTENT and not vocabulary.has_content(term.text):
        return None
    return term


def _misspelt(
    words: Sequence[Word], at: int, reach: int, vocabulary: Vocabulary, binding: Role | None
) -> _Match | None:
    """A name or a phrase with typos, the one with the fewest; never a word that is common in itself."""
    best: tuple[int, int, Term] | None = None
    for count in range(min(reach, 4), 0, -1):
        run = tuple(words[at : at + count])
        written_key = key(run)
        if len(written_key) < 3 or all(vocabulary.is_common(word.folded) for word in run):
            continue
        for term, typos in _near(run, written_key, vocabulary, binding):
            if best is None or (typos, -count) < best[:2]:
                best = (typos, -count, term)
    if best is not None:
        known = _known(best[2], vocabulary)
        if known is not None:
            return _Match(len(known.words), known)
    return _by_one_word(words, at, vocabulary, binding)


def _near(
    run: tuple[Word, ...], written_key: str, vocabulary: Vocabulary, binding: Role | None
) -> list[tuple[Term, int]]:
    near = []
    if len(run) <= 3:
        lexicon, folded = _phrase_lexicon()
        phrase = lexicon.nearest(written_key)
        if phrase is not None and _starts_alike(lexicon.names[phrase.place], written_key):
            filler = _filler_lexicon().nearest(written_key)  # what may as well say nothing is no wish
            says_nothing = filler is not None and filler.typos <= phrase.typos
            term = Term(Role.FILLER, run) if says_nothing else _of_table(folded[phrase.place], run)
            if term is not None:
                near.append((term, phrase.typos))
        genre = vocabulary.genres.nearest(written_key)
        if genre is not None and _starts_alike(vocabulary.genres.names[genre.place], written_key):
            near.append((Term(Role.GENRE, run, tags=(vocabulary.genres.names[genre.place],)), genre.typos))
        decade = _DECADES.nearest(written_key)
        years = None if decade is None else read_years(split_words(_DECADES.names[decade.place]))
        if decade is not None and years is not None:
            near.append((Term(Role.YEARS, run, years=years[0]), decade.typos))
    if len(written_key) > 5 or binding:
        creator = vocabulary.creators.nearest(written_key)
        if creator is not None:
            near.append((Term(Role.CREATOR, run, vocabulary.creators.names[creator.place]), creator.typos))
    if binding is Role.LIKE and len(written_key) > 5:
        title = vocabulary.titles.nearest(written_key)
        if title is not None:
            near.append((Term(Role.ITEM, run, number=title.place), title.typos))
    return near


def _starts_alike(name: str, written_key: str) -> bool:
    """Whether a name begins as it was written: a typo is seldom in the first letter."""
    return key(name)[:1] == written_key[:1]


def _by_one_word(
    words: Sequence[Word], at: int, vocabulary: Vocabulary, binding: Role | None
) -> _Match | None:
    """A creator by the only word of the name that was written, if no other name stands beside it."""
    word = words[at]
    if binding is None and (vocabulary.is_common(word.folded) or word.written.islower()):
        return None
    beside = [words[at - 1]] if at and not _parted(words, at) else []
    beside += [words[at + 1]] if at + 1 < len(words) and not _parted(words, at + 1) else []
    if any((other.folded,) not in phrases().meanings for other in beside):
        return None
    creator = vocabulary.creator_with_word(word.folded)
    return _Match(1, Term(Role.CREATOR, (word,), creator)) if creator else None


@lru_cache(maxsize=1)
def _phrase_lexicon() -> tuple[Lexicon, list[Folded]]:
    folded = sorted(phrases().meanings)
    return Lexicon([" ".join(one) for one in folded]), folded


@lru_cache(maxsize=1)
def _filler_lexicon() -> Lexicon:
    fillers = [one for one, (role, _) in phrases().meanings.items() if role is Role.FILLER]
    return Lexicon([" ".join(one) for one in sorted(fillers)])
