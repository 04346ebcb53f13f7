"""Why a document was found: which words of the query it has, and what the listener has to do with it."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

from models import names
from surfaces.common.catalogue import Item
from surfaces.common.facts import Fact, Matches, PlaysCreator, PlaysGenre, Ranked
from surfaces.common.taste import count_plays
from surfaces.common.visit import Visit
from surfaces.common.wording.spelling import typos
from surfaces.search.documents import Type
from surfaces.search.find import Finding
from surfaces.search.index import Query, SearchIndex
from surfaces.search.lexical import typos_allowed
from surfaces.search.terms import split_terms

Text: TypeAlias = Literal["title", "creator", "genre", "description", "year"]


class Reasons:
    """Facts of one search, counted once for all that it found."""

    def __init__(self, index: SearchIndex, visit: Visit, query: Query, finding: Finding) -> None:
        catalogue, plays = index.documents.catalogue, visit.plays
        self._documents, self._query = index.documents, query
        self._near = frozenset(finding.meaning.docs.tolist())
        ranked = finding.ranked.places if finding.ranked else []
        self._ranks = {place: rank for rank, place in enumerate(ranked, 1)}
        self._creator_plays = count_plays(catalogue.creators, plays.kept)
        self._genre_plays = count_plays(catalogue.genres, plays.kept)
        self._visit = visit

    def of_item(self, item: Item) -> list[Fact]:
        """The facts of an item."""
        texts: dict[Text, list[str]] = {
            "title": split_terms(item.title, whole=True),
            "creator": split_terms(item.creator, whole=True),
            "genre": split_terms(" ".join(item.genres), whole=True),
            "year": [str(item.released.year)] if item.released else [],
            "description": split_terms(item.description, whole=True),
        }
        facts = self._of_texts(item.place, texts)
        if item.place in self._visit.plays.counts:
            facts.append(self._visit.played(item.place))
        creator = self._documents.catalogue.creators.code_of.get(item.creator)
        if creator is not None and self._creator_plays[creator]:
            facts.append(PlaysCreator(creator=item.creator, plays=int(self._creator_plays[creator])))
        if item.place in self._ranks:
            facts.append(Ranked(model=names.RANKER, place=self._ranks[item.place]))
        return facts

    def of_name(self, doc: int, kind: Type) -> list[Fact]:
        """The facts of a creator, a show or a genre."""
        name = self._documents.names[doc]
        text: Text = "genre" if kind == Type.GENRE else "creator"
        facts = self._of_texts(doc, {text: split_terms(name, whole=True)})
        if kind == Type.GENRE:
            plays = int(self._genre_plays[doc - self._documents.first_genre])
            return [*facts, PlaysGenre(genre=name, plays=plays)] if plays else facts
        plays = int(self._creator_plays[doc - self._documents.first_creator])
        return [*facts, PlaysCreator(creator=name, plays=plays)] if plays else facts

    def _of_texts(self, doc: int, texts: dict[Text, list[str]]) -> list[Fact]:
        facts: list[Fact] = []
        rest = list(dict.fromkeys(self._query.terms))
        for text, terms in texts.items():
            matched = [term for term in rest if _meets(term, terms)]
            rest = [term for term in rest if term not in matched]
            if matched:
                facts.append(Matches(words=tuple(matched), text=text))
        if not facts and doc in self._near:
            facts.append(Matches(words=(), text="meaning"))
        return facts


def _meets(term: str, terms: Sequence[str]) -> bool:
    if term in terms:
        return True
    if term.isdigit():
        return False
    most = typos_allowed(term)
    return any(other.startswith(term) or (most and typos(term, other, most) <= most) for other in terms)
