"""Finds what was searched for: by words and by meaning, then by the listener's taste, what is named exactly first."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from surfaces.common.columns import Bools
from surfaces.common.model_server import Ranked
from surfaces.common.taste import Taste
from surfaces.search.hits import NOTHING, Docs, Hits, Scores, fuse, ordered
from surfaces.search.index import POOL, Query, SearchIndex
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
    complete = index.by_words(ways, allowed, every=True)
    words = complete
    if len(complete) < POOL and len(ways) > 1:
        words = _joined(complete, index.by_words(ways, allowed))
    if taste is not None and len(taste.plays) and len(words) >= POOL:
        enough = len(complete) == POOL
        theirs = index.by_words(ways, allowed, near(index.documents, taste), every=enough)
        words = _joined(words, theirs)
        complete = words if enough else complete
    meaning = index.by_meaning(query, allowed)
    named = index.by_name(query, allowed)
    share_met = 1.0 if len(complete) else index.share_met(ways)
    by_meaning = LEAST_BY_MEANING + BY_MEANING * (1 - share_met)
    orders = [
        (words, BY_WORDS),
        (meaning, by_meaning),
        (_equal(named), BY_WORDS),
        (_equal(complete.docs), BY_EVERY_WORD),
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


def _joined(hits: Hits, more: Hits) -> Hits:
    docs, first = np.unique(np.concatenate([hits.docs, more.docs]), return_index=True)
    return ordered(docs, np.concatenate([hits.scores, more.scores])[first])


def _equal(docs: Docs) -> Hits:
    return Hits(docs, np.ones(len(docs), np.float32))


def _in_order(ranked: Ranked) -> Hits:
    scores: Scores = np.arange(len(ranked.places), 0, -1).astype(np.float32)
    return Hits(np.array(ranked.places, np.int32), scores)
