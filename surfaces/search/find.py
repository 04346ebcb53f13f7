"""Finds what was searched for: first what is named exactly, then what has every word; taste has a say in the rest."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from surfaces.common.columns import Bools
from surfaces.common.model_server import Ranked
from surfaces.common.taste import Taste
from surfaces.search.hits import NOTHING, Docs, Hits, Scores, fuse, ordered
from surfaces.search.index import POOL, Query, SearchIndex
from surfaces.search.lexical import Ways
from surfaces.search.prior import near, played

BY_WORDS: Final = 1.0
BY_MEANING: Final = 2.0
"""Counts for a query of which no term is met; the more of them one document has, the less, down to the least."""
LEAST_BY_MEANING: Final = 0.02
BY_EVERY_WORD: Final = 10.0
"""More than all others together: what lacks a word, however it is liked, comes after all that have every one."""
BY_POPULARITY: Final = 0.05
BY_PLAYS: Final = 0.3
BY_MODELS: Final = 0.3
"""What each order weighs in the one that is answered: measured by `benchmarks.search`."""
MOST: Final = 100
"""Documents that are answered at most."""
RANKED: Final = 100
"""Items that the models put in order."""

Rank = Callable[[list[int]], Ranked | None]
"""The models' order of items by their places; None where they can't be had."""


@dataclass(frozen=True)
class Finding:
    """The documents that were found, best first, and how."""

    docs: Docs
    words: Hits
    meaning: Hits
    ranked: Ranked | None = None


def find(
    index: SearchIndex, query: Query, allowed: Bools, taste: Taste | None = None, rank: Rank | None = None
) -> Finding:
    """Finds documents for what a listener typed.

    Args:
        index: of the catalogue.
        query: what was typed.
        allowed: [size] which documents may be shown.
        taste: of the listener; None to leave it out.
        rank: asks the models; None to leave them out.
    """
    if not query.terms:
        return Finding(NOTHING.docs, NOTHING, NOTHING)
    ways = index.ways(query)
    full = _by_words(index, ways, allowed, taste, every=True)
    words = full
    if not len(full):
        words = _by_words(index, ways, allowed, taste, every=False)
    elif len(full) < MOST:  # else nothing of the rest is shown
        words = _joined(full, index.by_words(ways, allowed))
    meaning = index.by_meaning(query, allowed)
    named = index.by_name(query, allowed)
    share_met = 1.0 if len(full) else index.share_met(ways)
    by_meaning = LEAST_BY_MEANING + BY_MEANING * (1 - share_met)
    orders = [
        (words, BY_WORDS),
        (meaning, by_meaning),
        (_equal(named), BY_WORDS),
        (_equal(full.docs), BY_EVERY_WORD),
    ]
    pool = fuse(orders)
    orders.append((index.popular(pool.docs), BY_POPULARITY))
    ranked = None
    if taste is not None:
        orders.append((played(index.documents, taste, pool.docs), BY_PLAYS))
    if rank is not None:
        ranked = rank(pool.docs[pool.docs < index.documents.first_creator][:RANKED].tolist())
    if ranked is not None:
        orders.append((_in_order(ranked), BY_MODELS))
    whole = fuse(orders)
    first = index.names_exactly(query, whole.docs)
    return Finding(np.concatenate([whole.docs[first], whole.docs[~first]]), words, meaning, ranked)


def _by_words(index: SearchIndex, ways: Ways, allowed: Bools, taste: Taste | None, *, every: bool) -> Hits:
    """Finds documents that have any or every word; where there are many, more that are near to the listener."""
    words = index.by_words(ways, allowed, every=every)
    if taste is None or not len(taste.plays) or len(words) < POOL:
        return words
    return _joined(words, index.by_words(ways, allowed, near(index.documents, taste), every=every))


def _joined(hits: Hits, more: Hits) -> Hits:
    docs, first = np.unique(np.concatenate([hits.docs, more.docs]), return_index=True)
    return ordered(docs, np.concatenate([hits.scores, more.scores])[first])


def _equal(docs: Docs) -> Hits:
    return Hits(docs, np.ones(len(docs), np.float32))


def _in_order(ranked: Ranked) -> Hits:
    scores: Scores = np.arange(len(ranked.places), 0, -1).astype(np.float32)
    return Hits(np.array(ranked.places, np.int32), scores)
