"""`CatalogueNames`: a catalogue's genres, creators and titles, looked up by what a listener writes of them."""

from functools import cached_property, lru_cache
from typing import Final

from surfaces.common.catalogue import Catalogue
from surfaces.common.wording.spelling import Lexicon
from surfaces.common.wording.words import split_words

_SHORTEST: Final = 4
"""Letters of a word by which alone a creator may be meant."""


class CatalogueNames:
    """The names of a catalogue, of which each destination makes its own sense.

    Args:
        catalogue: whose names.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.genres = Lexicon(catalogue.genres.values)
        self.creators = Lexicon(catalogue.creators.values)

    @cached_property
    def titles(self) -> Lexicon:
        """Titles by place."""
        return Lexicon(self._catalogue.titles)

    def prepare(self) -> "CatalogueNames":
        """Makes all that lookups need, seconds for a large catalogue, so that no listener waits for it."""
        for lexicon in (self.genres, self.creators, self.titles):
            lexicon.nearest("prepare")
        _ = self._creator_words
        return self

    def is_creator_word(self, word: str) -> bool:
        """Whether a folded word stands in the name of a creator."""
        return word in self._creator_words

    def creator_with_word(self, word: str) -> str:
        """The only creator in whose name a folded word stands; "" for none or several."""
        owners = self._creator_words.get(word, ())
        return self.creators.names[owners[0]] if len(owners) == 1 else ""

    @cached_property
    def _creator_words(self) -> dict[str, list[int]]:
        owners: dict[str, list[int]] = {}
        for place, name in enumerate(self.creators.names):
            for word in {word.folded for word in split_words(name)}:
                if len(word) >= _SHORTEST:
                    owners.setdefault(word, []).append(place)
        return owners


@lru_cache(maxsize=2)
def names_of(catalogue: Catalogue) -> CatalogueNames:
    """The names of a catalogue, made once for all destinations."""
    return CatalogueNames(catalogue)
