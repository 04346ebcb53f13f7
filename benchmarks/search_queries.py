"""Made queries with their truth: what a listener types who has something of a catalogue in mind."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from surfaces.common.catalogue import Catalogue
from surfaces.common.plays import Plays
from surfaces.common.wording.words import fold
from surfaces.search.documents import Documents, Type
from surfaces.search.terms import split_terms

DESCRIPTIONS: Final = {
    "synthwave": ["eighties style electronic music", "neon soundtrack for driving after dark"],
    "folk": ["quiet guitar and voice ballads", "traditional village tunes"],
    "jazz": ["saxophone trio in a smoky bar", "improvised music with double bass"],
    "hip hop": ["rappers over a drum machine", "urban rhymes"],
    "metal": ["aggressive guitars and screaming", "brutal headbanging music"],
    "classical": ["symphony orchestra and violin", "chamber quartet"],
    "country": ["cowboy songs from nashville", "southern ballads with a banjo"],
    "ambient": ["music to fall asleep to", "relaxing background soundscapes"],
    "soul": ["motown love ballads", "smooth rhythm and blues singers"],
    "latin": ["spanish songs from cuba", "brazilian rhythms"],
    "techno": ["berlin warehouse rave", "repetitive electronic beats for a nightclub"],
    "reggae": ["jamaican rhythms", "bob marley style"],
    "economics": ["show about inflation and trade", "why are prices rising and who pays taxes"],
    "true crime": ["unsolved murders", "detective stories about a killer"],
    "science": ["biology and physics explained", "show about animals and the universe"],
    "history": ["stories of ancient rome and old wars", "medieval kings and their cities"],
    "comedy": ["funny show with jokes", "two friends laughing about everyday life"],
    "technology": ["show for software developers", "programmers talk about the web"],
}
"""Genres and topics of the listening world, in words that it doesn't use itself."""


@dataclass(frozen=True)
class Question:
    """A query of a kind, and the documents of which any is what was meant."""

    kind: str
    text: str
    truth: frozenset[int]
    plays: Plays = field(default_factory=Plays)
    unix: int = 0


class Questions:
    """Makes questions about a catalogue; the same seed, the same questions."""

    def __init__(self, documents: Documents, seed: int) -> None:
        self._documents, self._catalogue = documents, documents.catalogue
        self._rng = np.random.default_rng(seed)
        self._by_name: dict[str, list[int]] = {}
        for doc, name in enumerate(documents.names):
            self._by_name.setdefault(" ".join(split_terms(name)), []).append(doc)
        self._creators = self._catalogue.creators.value

    def make(self, count: int) -> Iterator[Question]:
        """Yields up to `count` questions of each kind that asks the same of everybody."""
        known = [self._known(doc) for doc in self._drawn(range(self._catalogue.size), count)]
        for text, truth in known:
            yield Question("known item", text, truth)
            yield Question("its beginning", text[: max(4, round(0.6 * len(text)))], truth)
            yield Question("misspelt", self._misspelt(text), truth)
            yield Question("words shuffled", self._shuffled(text), truth)
        named = np.flatnonzero(self._documents.types != Type.ITEM)
        for doc in self._drawn(named, count):
            name = self._documents.names[doc]
            yield Question("creator, show or genre", name, self._same(name))
        yield from self._of_creators(count)
        yield from self._accents(count)
        yield from self._numbers(count)
        for genre, texts in DESCRIPTIONS.items():
            if genre in self._catalogue.genres.code_of:
                truth = self._of_genre(genre)
                yield from (Question("by description", text, truth) for text in texts)

    def _drawn(self, docs: Sequence[int] | np.ndarray | range, count: int) -> list[int]:
        return self._rng.permutation(np.asarray(docs))[:count].tolist()

    def _known(self, doc: int) -> tuple[str, frozenset[int]]:
        """An item's title, with its creator where the title alone isn't enough."""
        title = self._documents.names[doc]
        same = self._same(title)
        if len(same) == 1 or doc >= self._catalogue.size:
            return title, same
        creator = self._creators(doc)
        truth = frozenset(d for d in same if d < self._catalogue.size and self._creators(d) == creator)
        return f"{title} {creator}".strip(), truth

    def _same(self, name: str) -> frozenset[int]:
        return frozenset(self._by_name[" ".join(split_terms(name))])

    def _of_genre(self, genre: str) -> frozenset[int]:
        """The genre, its items and who made any of them."""
        bearing = self._documents.eligible(self._catalogue.genres.having(genre))
        bearing[self._documents.first_genre :] = False
        own = self._documents.first_genre + self._catalogue.genres.code_of[genre]
        return frozenset([own, *np.flatnonzero(bearing).tolist()])

    def _of_creators(self, count: int) -> Iterator[Question]:
        for doc in self._drawn(range(self._catalogue.size), count):
            creator, terms = self._creators(doc), split_terms(self._catalogue.titles[doc])
            words = [term for term in terms if len(term) > 3]
            if creator and words:
                word = words[self._rng.integers(len(words))]
                own = np.flatnonzero(self._catalogue.creators.having(creator)).tolist()
                truth = frozenset(d for d in own if word in split_terms(self._catalogue.titles[d]))
                yield Question("creator + word", f"{creator} {word}", truth)

    def _accents(self, count: int) -> Iterator[Question]:
        docs = [doc for doc, name in enumerate(self._documents.names) if not name.isascii()]
        for doc in self._drawn(docs, count):
            text, truth = self._known(doc)
            yield Question("accents left out", fold(text), truth)

    def _numbers(self, count: int) -> Iterator[Question]:
        docs = [doc for doc, title in enumerate(self._catalogue.titles) if title.startswith("Ep. ")]
        for doc in self._drawn(docs, count):
            number = self._catalogue.titles[doc].removeprefix("Ep. ").partition(":")[0]
            creator, start = self._creators(doc), f"Ep. {number}:"
            own = np.flatnonzero(self._catalogue.creators.having(creator)).tolist()
            truth = frozenset(d for d in own if self._catalogue.titles[d].startswith(start))
            yield Question("show + number", f"{creator} episode {number}", truth)

    def _misspelt(self, text: str) -> str:
        """One word in two of more than three letters has a typo: a letter left out, doubled, wrong or swapped."""
        words = text.split()
        long = [place for place, word in enumerate(words) if len(word) > 3 and word.isalpha()]
        for place in self._drawn(long, max(1, len(long) // 2)):
            words[place] = self._with_typo(words[place])
        return " ".join(words)

    def _with_typo(self, word: str) -> str:
        at = int(self._rng.integers(1, len(word) - 1))
        kinds: list[Callable[[], str]] = [
            lambda: word[:at] + word[at + 1 :],
            lambda: word[: at + 1] + word[at:],
            lambda: word[:at] + "etaoinshrdlu"[self._rng.integers(12)] + word[at + 1 :],
            lambda: word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        ]
        return kinds[self._rng.integers(len(kinds))]()

    def _shuffled(self, text: str) -> str:
        return " ".join(self._rng.permutation(text.split()).tolist())


def asked_by(
    questions: Iterable[Question], plays: dict[str, Plays], since: int, seed: int
) -> Iterator[Question]:
    """Yields questions as some listener asks them, whose taste says nothing of what is meant.

    Args:
        questions: that ask the same of everybody.
        plays: of each listener, oldest first.
        since: unix seconds at which they ask.
        seed: of the listeners that are drawn.
    """
    rng = np.random.default_rng(seed)
    users = sorted(plays)
    for question in questions:
        if users:
            own = plays[users[rng.integers(len(users))]].before(since)
            question = replace(question, plays=own, unix=since)
        yield question


def ambiguous(
    catalogue: Catalogue, plays: dict[str, Plays], since: int, count: int, seed: int
) -> Iterator[Question]:
    """Yields what listeners have in mind who type the first word of a title that they play next.

    Args:
        catalogue: the items.
        plays: of each listener, oldest first.
        since: unix seconds from which on plays are what was meant, once a listener.
        count: how many questions at most.
        seed: of the listeners that are drawn.
    """
    users = np.random.default_rng(seed).permutation(sorted(plays)).tolist()
    number = 0
    for user in users:
        later = plays[user].kept.since(since)
        earlier = plays[user].before(since)
        if not len(later) or not len(earlier) or number == count:
            continue
        doc, unix = int(later.items[0]), int(later.times[0])
        terms = [term for term in split_terms(catalogue.titles[doc]) if not term.isdigit()]
        words = [term for term in terms if term != "episode"]
        if words:
            number += 1
            yield Question("first word of what is played next", words[0], frozenset([doc]), earlier, unix)
