"""The catalogue's own names, as a listener may say them to the DJ: genres, creators, kinds and titles."""

from functools import cached_property, lru_cache
from typing import Literal, NamedTuple, TypeAlias

from surfaces.common.catalogue import Catalogue
from surfaces.common.wording.catalogue_names import names_of
from surfaces.common.wording.spelling import Hit, Lexicon
from surfaces.common.wording.words import Word, key, split_words

Sort: TypeAlias = Literal["genre", "creator", "kind", "title"]


class Name(NamedTuple):
    """A name of the catalogue; `place` is an item's, for a title."""

    sort: Sort
    value: str
    place: int = -1


class KnownNames:
    """Looks names up by some of a listener's words.

    Args:
        catalogue: whose names.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._names = names_of(catalogue)
        self._genres, self._creators = self._names.genres, self._names.creators
        self._kinds = {form: kind for kind in catalogue.kinds.values for form in (key(kind), f"{key(kind)}s")}

    def prepare(self) -> "KnownNames":
        """Makes what looking up needs, so that no listener waits for it."""
        self._names.prepare()
        return self

    def exact(self, words: list[Word]) -> Name | None:
        """The name that the words are, whatever their case and accents."""
        written = key(words)
        genre, creator = self._genres.exact(written), self._creators.exact(written)
        if genre:
            return Name("genre", self._genres.names[genre.place])
        if written in self._kinds:
            return Name("kind", self._kinds[written])
        if creator:
            return Name("creator", self._creators.names[creator.place])
        return self._title(self._names.titles.exact(written))

    def near(self, words: list[Word]) -> Name | None:
        """The name that the words are but for a few typos, or whose only owner bears the one word."""
        written = key(words)
        if len(written) < 4:
            return None
        hits = [
            (hit.typos, order, name)
            for order, (hit, name) in enumerate(
                [
                    _named("genre", self._genres, self._genres.nearest(written)),
                    _named("creator", self._creators, self._creators.nearest(written)),
                ]
            )
            if hit is not None and name is not None
        ]
        if hits:
            return min(hits)[2]
        owner = self._names.creator_with_word(words[0].folded) if len(words) == 1 else ""
        if owner:
            return Name("creator", owner)
        return self._title(self._names.titles.nearest(written))

    def is_word(self, word: str) -> bool:
        """Whether a genre, a creator or a kind bears this very word."""
        return self._names.is_creator_word(word) or word in self._kinds or word in self._genre_words

    @cached_property
    def _genre_words(self) -> frozenset[str]:
        return frozenset(word.folded for name in self._genres.names for word in split_words(name))

    def _title(self, hit: Hit | None) -> Name | None:
        return None if hit is None else Name("title", self._names.titles.names[hit.place], hit.place)


def _named(sort: Sort, lexicon: Lexicon, hit: Hit | None) -> tuple[Hit | None, Name | None]:
    return hit, None if hit is None else Name(sort, lexicon.names[hit.place])


@lru_cache(maxsize=2)
def known_names(catalogue: Catalogue) -> KnownNames:
    """The names of a catalogue, read once."""
    return KnownNames(catalogue)
