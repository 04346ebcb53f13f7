"""Search by words: a tantivy index, asked with queries that are built term by term, never parsed."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import tantivy
from tantivy import Occur, Query

from surfaces.common.columns import NOBODY
from surfaces.search.documents import Documents
from surfaces.search.hits import Docs, Hits, Scores
from surfaces.search.kept import kept
from surfaces.search.terms import split_terms

FORMAT: Final = 1
"""A part of the folder's name: an index of other fields or words is made anew."""
_BOOSTS: Final = {"name": 3.0, "creator": 2.0, "genre": 1.5, "year": 1.5, "text": 0.7}
"""The fields, and how much a word found in each counts."""
_NAMES: Final = ("name", "creator", "genre")
"""The fields in which words may be begun or misspelt."""
_PREFIX: Final = 0.6
_TYPO: Final = 3.0
_EXPANSIONS: Final = 40
_POPULARITY: Final = 0.12
"""The most popular document scores 8% above an equal one that nobody plays."""
_A_WORD: Final = 40.0
_WRITER_BYTES: Final = 64_000_000

Ways: TypeAlias = Sequence[Query]
"""The ways in which each word of a query may be met."""


def typos_allowed(term: str) -> int:
    """How many letters of a term may be wrong."""
    return 0 if len(term) < 4 else 1 if len(term) < 8 else 2


class LexicalIndex:
    """The words of all documents; safe to use from any number of threads.

    Args:
        documents: what is searched.
        plays: [size] of each document, which part equals.
        folder: where the index is kept for the next start; None for nowhere.
    """

    def __init__(
        self, documents: Documents, plays: npt.NDArray[np.int64], folder: Path | None = None
    ) -> None:
        self._schema = _schema()
        logs = np.log1p(plays)
        self._popularity = (_POPULARITY * logs / max(logs.max(initial=0.0), 1.0)).astype(np.float32)
        self._searcher = self._open(documents, plays, folder)

    def ways(self, terms: Sequence[str], *, complete: bool) -> Ways:
        """The ways in which each term of a query may be met.

        Args:
            terms: as `split_terms` makes them.
            complete: whether the last word is whole; else it may be the beginning of one.
        """
        last = len(terms) - 1
        return [self._word(term, begun=not complete and place == last) for place, term in enumerate(terms)]

    def search(self, ways: Ways, limit: int, among: Docs | None = None, *, every: bool = False) -> Hits:
        """Finds the documents that have any of the terms, those first that have more and rarer ones.

        Of equals the popular ones come first; their scores stay equal.

        Args:
            ways: of each term.
            limit: how many documents.
            among: documents that alone are searched; None for all.
            every: only the documents that have every term; their scores are the same.
        """
        if every:
            counted = Query.const_score_query(Query.all_query(), _A_WORD * len(ways))
            query = Query.boolean_query([(Occur.Must, clause) for clause in (*ways, counted)])
        else:
            query = Query.boolean_query(
                [(Occur.Should, clause) for way in ways for clause in (way, _counted(way))]
            )
        if among is not None:
            # one term a document: a set of terms is a walk through all documents, and takes three times as long
            chosen = Query.boolean_query(
                [(Occur.Should, Query.term_query(self._schema, "doc", doc)) for doc in among.tolist()]
            )
            query = Query.boolean_query(
                [(Occur.Must, query), (Occur.Must, Query.const_score_query(chosen, 0.0))]
            )
        result = self._searcher.search(query, limit, count=False, weight_by_field="popularity")
        addresses = [address for _, address in result.hits]
        docs = np.array(self._searcher.fast_field_values("doc", addresses), np.int32)
        scores = np.array([score for score, _ in result.hits], np.float32)
        return Hits(docs, scores / np.log2(2.0 + self._popularity[docs]))

    def share_met(self, ways: Ways) -> float:
        """The largest share of a query's terms that one document has."""
        if not ways:
            return 0.0
        query = Query.boolean_query([(Occur.Should, _counted(way)) for way in ways])
        hits = self._searcher.search(query, 1, count=False).hits
        return float(hits[0][0]) / (_A_WORD * len(ways)) if hits else 0.0

    def _open(
        self, documents: Documents, plays: npt.NDArray[np.int64], folder: Path | None
    ) -> tantivy.Searcher:
        """Opens the index that is kept of these documents and plays, or makes it."""

        def read(place: Path) -> tantivy.Searcher:
            index = tantivy.Index.open(str(place))
            index.config_reader("manual")  # nobody adds to it: no thread needs to look for changes
            index.reload()
            return index.searcher()

        def make(place: Path | None = None) -> tantivy.Searcher:
            index = tantivy.Index(self._schema, None if place is None else str(place))
            writer = index.writer(_WRITER_BYTES, 1)
            _write(writer, documents, self._popularity)
            writer.commit()
            writer.wait_merging_threads()
            index.reload()
            return index.searcher()

        path = None
        if folder is not None:
            digest = hashlib.sha256(documents.catalogue.digest.encode() + plays.tobytes()).hexdigest()[:24]
            path = folder / f"words-{FORMAT}-{digest}"
        return kept(path, read, make, make)

    def _word(self, word: str, begun: bool) -> Query:
        """Matches a word; one that the index lacks, or that may go on, by its beginning; else within its typos."""
        known = any(self._searcher.doc_freq(field, word) for field in _BOOSTS)
        ways = [self._terms({word: 1.0})] if known else []
        if (begun or not known) and not word.isdigit():
            longer = self._longer(word)
            if longer:
                ways.append(self._terms(longer))
            elif not known and typos_allowed(word):
                ways += self._misspelt(word, begun)
        elif begun:
            ways.append(self._terms(self._longer(word)))
        return Query.disjunction_max_query(ways) if ways else Query.empty_query()

    def _terms(self, weights: dict[str, float]) -> Query:
        return Query.disjunction_max_query(
            [
                Query.boost_query(Query.term_query(self._schema, field, term, "freq"), boost * weight)
                for term, weight in weights.items()
                for field, boost in _BOOSTS.items()
            ]
        )

    def _longer(self, word: str) -> dict[str, float]:
        """Words of names that go on from a beginning, each with its weight."""
        longer: dict[str, float] = {}
        for field in _NAMES:
            for term, _ in self._searcher.terms_with_prefix(field, word, limit=_EXPANSIONS):
                if term != word:
                    longer[term] = _PREFIX
        return longer

    def _misspelt(self, word: str, begun: bool) -> list[Query]:
        return [
            Query.boost_query(
                Query.fuzzy_term_query(self._schema, field, word, typos_allowed(word), True, begun),
                _TYPO * _BOOSTS[field],
            )
            for field in _NAMES
        ]


def _counted(way: Query) -> Query:
    """What a word adds wherever it is met, so that more words count before rarer ones."""
    return Query.const_score_query(way, _A_WORD)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for field in _BOOSTS:
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
    builder.add_integer_field("doc", indexed=True, fast=True)
    builder.add_float_field("popularity", fast=True)
    return builder.build()


def _write(writer: tantivy.IndexWriter, documents: Documents, popularity: Scores) -> None:
    catalogue = documents.catalogue
    weights = popularity.tolist()
    creators = [_joined(name) for name in catalogue.creators.values]
    genres = [_joined(name) for name in catalogue.genres.values]
    codes = catalogue.creators.codes.tolist()
    for doc, name in enumerate(documents.names):
        entry = tantivy.Document()
        entry.add_integer("doc", doc)
        entry.add_float("popularity", weights[doc])
        entry.add_text("name", _joined(name))
        if doc < catalogue.size:
            if codes[doc] != NOBODY:
                entry.add_text("creator", creators[codes[doc]])
            entry.add_text("genre", " ".join(genres[code] for code in catalogue.genres.codes_at(doc)))
            entry.add_text("year", documents.years[doc])
            entry.add_text("text", _joined(catalogue.descriptions[doc]))
        writer.add_document(entry)


def _joined(text: str) -> str:
    return " ".join(split_terms(text, whole=True))
