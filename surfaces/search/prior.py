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
    strength = _strength(documents, taste)[docs]
    return ordered(docs[strength > 0], strength[strength > 0])


def near(documents: Documents, taste: Taste) -> Docs:
    """The documents nearest to the listener: what they play, its creators, and more by those they play most."""
    catalogue = documents.catalogue
    items = np.unique(taste.plays.items[::-1][:_MOST_ITEMS])
    top = np.argsort(-taste.creators, kind="stable")[:_MOST_CREATORS]
    top = top[taste.creators[top] > 0]
    theirs = np.flatnonzero(np.isin(catalogue.creators.codes, top))[:_MOST_ITEMS]
    return np.concatenate([items, theirs, documents.first_creator + top]).astype(np.int32)


def _strength(documents: Documents, taste: Taste) -> Scores:
    """[size] how much of the listener's plays is of each document."""
    catalogue = documents.catalogue
    items = (
        _OWN * np.bincount(taste.plays.items, taste.weights, catalogue.size)
        + _CREATOR * (catalogue.creators.matrix @ taste.creators)
        + _GENRE * (catalogue.genres.matrix @ taste.genres)
    )
    return np.concatenate([items, _CREATOR * taste.creators, _CREATOR * taste.genres]).astype(np.float32)
