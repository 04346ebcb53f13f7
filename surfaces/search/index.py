"""`SearchIndex`: everything of a catalogue that search looks up, built once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Final

import numpy as np
import numpy.typing as npt

from surfaces.common.catalogue import Catalogue
from surfaces.common.columns import NOBODY, Bools
from surfaces.common.text_vectors import TextVectors
from surfaces.search.documents import Documents
from surfaces.search.hits import Docs, Hits, ordered
from surfaces.search.lexical import LexicalIndex, Ways
from surfaces.search.meaning import MeaningIndex
from surfaces.search.terms import split_terms

POOL: Final = 200
"""Documents that each way of searching brings, of which an answer is made."""
_SPARE: Final = 1.25
"""More documents of those that have a query's words may be out of what is allowed than of all documents."""
_WIDER: Final = 4
_MOST_CHARACTERS: Final = 400
_MOST_TERMS: Final = 16
_PLACES: Final = 32
"""What may be offered is remembered for so many countries."""


@dataclass(frozen=True)
class Query:
    """What was typed; of a long text its beginning."""

    text: str
    terms: Sequence[str]

    @classmethod
    def read(cls, text: str) -> "Query":
        """Reads whatever was typed: it is words, and never a syntax."""
        beginning = text[:_MOST_CHARACTERS]
        return cls(beginning, split_terms(beginning)[:_MOST_TERMS])

    @cached_property
    def key(self) -> str:
        """What a name must equal to be named exactly."""
        return " ".join(self.terms)

    @property
    def complete(self) -> bool:
        """Whether the last word is whole, since a blank follows it."""
        return self.text[-1:].isspace()


class SearchIndex:
    """What can be searched of a catalogue; safe to use from any number of threads.

    Args:
        catalogue: the items.
        popularity: [N] plays of each item, which part equals.
        vectors: of texts.
        folder: where what takes long to make is kept for the next start; None for nowhere.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        popularity: npt.NDArray[np.int64],
        vectors: TextVectors,
        folder: Path | None = None,
    ) -> None:
        self.documents = Documents(catalogue)
        self._plays = self.documents.spread(popularity)
        self._lexical = LexicalIndex(self.documents, self._plays, folder)
        self._meaning = MeaningIndex(self.documents, vectors, folder)
        self._keys = [" ".join(split_terms(name)) for name in self.documents.names]
        self._named: defaultdict[str, list[int]] = defaultdict(list)
        for doc, key in enumerate(self._keys):
            self._named[key].append(doc)
        self._lock = Lock()
        self._offered: dict[tuple[str, bool], npt.NDArray[np.int64]] = {}

    def offered(self, country: str, explicit: bool) -> npt.NDArray[np.int64]:
        """[size] how many items each document stands for that may be offered somewhere; not to be changed.

        Args:
            country: as `Catalogue.eligible` takes it.
            explicit: whether explicit items are wanted.
        """
        with self._lock:
            counts = self._offered.get((country, explicit))
        if counts is None:
            eligible = self.documents.catalogue.eligible(country=country, explicit=explicit)
            counts = self.documents.spread(eligible.astype(np.int64))
            with self._lock:
                if len(self._offered) >= _PLACES:
                    self._offered.clear()
                self._offered[country, explicit] = counts
        return counts

    def ways(self, query: Query) -> Ways:
        """The ways in which each term of a query may be met, for `by_words` and `share_met`."""
        return self._lexical.ways(query.terms, complete=query.complete)

    def by_words(
        self,
        ways: Ways,
        allowed: Bools,
        among: Docs | None = None,
        *,
        every: bool = False,
    ) -> Hits:
        """Finds up to POOL documents that have words of a query.

        Args:
            ways: of the query's terms.
            allowed: [size] which documents may be answered.
            among: documents that alone are searched; None for all.
            every: only documents that have every word.
        """
        limit = int(_SPARE * POOL / max(allowed.sum() / max(allowed.size, 1), 1 / _WIDER))
        while True:
            hits = self._lexical.search(ways, limit, among, every=every)
            shown = allowed[hits.docs]
            if len(hits) < limit or shown.sum() >= POOL:
                return ordered(hits.docs[shown][:POOL], hits.scores[shown][:POOL])
            limit *= _WIDER

    def share_met(self, ways: Ways) -> float:
        """The largest share of a query's terms that one document has, 0 to 1."""
        return self._lexical.share_met(ways)

    def by_meaning(self, query: Query, allowed: Bools) -> Hits:
        """Finds up to POOL documents that are about what a query says."""
        return self._meaning.search(query.text, allowed, limit=POOL)

    def by_name(self, query: Query, allowed: Bools) -> Docs:
        """Finds all documents whose whole name is the query."""
        docs = np.array(self._named.get(query.key, ()) if query.terms else (), np.int32)
        return docs[allowed[docs]]

    def popular(self, docs: Docs) -> Hits:
        """Those of some documents that anybody plays, most played first."""
        plays = self._plays[docs].astype(np.float32)
        return ordered(docs[plays > 0], plays[plays > 0])

    def names_exactly(self, query: Query, docs: Docs) -> Bools:
        """[n] which of some documents the query names: an item with its creator before or behind it, too."""
        return np.array([self._is_named(query.key, doc) for doc in docs.tolist()], bool)

    def _is_named(self, key: str, doc: int) -> bool:
        name = self._keys[doc]
        if not name or name == key:
            return bool(name)
        if doc >= self.documents.first_creator or len(name) >= len(key):
            return False
        code = self.documents.catalogue.creators.codes[doc]
        if code == NOBODY:
            return False
        creator = self._keys[self.documents.first_creator + code]
        return key in (f"{name} {creator}", f"{creator} {name}")
