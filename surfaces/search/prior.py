"""The listener's own taste over documents that were found: what they play, and what the models rank."""

from typing import Final

import numpy as np

from surfaces.common.taste import Taste
from surfaces.search.documents import Documents
from surfaces.search.hits import Docs, Hits, Scores, ordered

_OWN, _CREATOR, _GENRE = 1.0, 0.5, 0.1
"""How much plays of an item itself, of its creator and of its genres say of it."""
_MOST_CREATORS: Final = 20
_MOST_ITEMS: Final = 1000


def played(documents: Documents, taste: Taste, docs: Docs) -> Hits:
    """Those of some documents that the listener plays, or whose creator or genres they play, most played first."""
    strength = _strength(documents, taste, docs)
    return ordered(docs[strength > 0], strength[strength > 0])


def near(documents: Documents, taste: Taste) -> Docs:
    """The documents nearest to the listener: what they play, its creators, and more by those they play most."""
    catalogue = documents.catalogue
    items = np.unique(taste.plays.items[::-1][:_MOST_ITEMS])
    top = np.argsort(-taste.creators, kind="stable")[:_MOST_CREATORS]
    top = top[taste.creators[top] > 0]
    is_top = np.zeros(len(taste.creators) + 1, bool)  # the last one is that of NOBODY
    is_top[top] = True
    theirs = np.flatnonzero(is_top[catalogue.creators.codes])[:_MOST_ITEMS]
    return np.concatenate([items, theirs, documents.first_creator + top]).astype(np.int32)


def _strength(documents: Documents, taste: Taste, docs: Docs) -> Scores:
    """[n] how much of the listener's plays is of each of some documents."""
    catalogue, names = documents.catalogue, np.concatenate([taste.creators, taste.genres])
    is_item = docs < documents.first_creator
    items, others = docs[is_item], docs[~is_item]
    strength = np.empty(len(docs), np.float32)
    strength[~is_item] = _CREATOR * names[others - documents.first_creator]
    strength[is_item] = (
        _OWN * np.bincount(taste.plays.items, taste.weights, catalogue.size)[items]
        + _CREATOR * (catalogue.creators.matrix[items] @ taste.creators)
        + _GENRE * (catalogue.genres.matrix[items] @ taste.genres)
    )
    return strength
